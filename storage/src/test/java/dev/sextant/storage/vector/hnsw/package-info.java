/** Tests of graph indexes. */
@NullMarked
package dev.sextant.storage.vector.hnsw;

import org.jspecify.annotations.NullMarked;
