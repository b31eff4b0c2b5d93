/**
 * Approximate nearest neighbours: immutable segments, each a graph of small worlds over the vectors
 * of its rows.
 *
 * <p>Start at {@link dev.sextant.storage.vector.hnsw.HnswBuilder}, which makes a segment, and
 * {@link dev.sextant.storage.vector.hnsw.Searcher}, which searches one.
 */
@NullMarked
package dev.sextant.storage.vector.hnsw;

import org.jspecify.annotations.NullMarked;
