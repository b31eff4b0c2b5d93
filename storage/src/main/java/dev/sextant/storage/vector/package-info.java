/**
 * Vectors: their metrics, their bytes and text, and the off-heap store that searches them exactly.
 *
 * <p>Start at {@link dev.sextant.storage.vector.VectorStore}.
 */
@NullMarked
package dev.sextant.storage.vector;

import org.jspecify.annotations.NullMarked;
