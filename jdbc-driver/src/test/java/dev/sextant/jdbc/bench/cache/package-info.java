/** The embedding cache beside other stores, and the embedder beside another. */
@NullMarked
package dev.sextant.jdbc.bench.cache;

import org.jspecify.annotations.NullMarked;
