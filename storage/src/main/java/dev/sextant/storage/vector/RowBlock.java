package dev.sextant.storage.vector;

import java.lang.foreign.MemorySegment;

/**
 * Rows of equal length, one after another at a fixed stride, for a kernel to score in one call.
 *
 * @param data borrowed for the call
 * @param offset where the first row starts, in bytes
 * @param rows how many rows
 * @param strideBytes from the start of a row to the start of the next
 * @param dims float32 values to read in each row
 */
record RowBlock(MemorySegment data, long offset, int rows, int strideBytes, int dims) {
  /** The memory of one row, borrowed. */
  MemorySegment row(int row) {
    return data.asSlice(offset + (long) row * strideBytes, strideBytes);
  }
}
