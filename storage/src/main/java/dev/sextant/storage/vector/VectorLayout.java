package dev.sextant.storage.vector;

/**
 * Where the rows of a store lie in memory.
 *
 * <pre>
 * slot       0 .................. r-1   r ................. 2r-1   ...      r = rowsPerChunk
 * chunk    | row row row ....... row | row row ............ row |  ...
 *
 * row      | f0 f1 ... f(n-1) 0 ... 0 |                          strideBytes
 *            little-endian float32    zeros up to the stride
 * </pre>
 *
 * <p>A stride is a multiple of 64 bytes, or a power of two below, so that a row crosses no more
 * cache lines than it must. Zeros change no distance, so that kernels read whole strides.
 */
record VectorLayout(int dimensions, int strideBytes, int rowsPerChunk, int sketchBytes) {
  /** Slots that a search looks at together, one bit of a {@code long} each. */
  static final int BLOCK_ROWS = 64;

  static final int ROW_ALIGNMENT = 64;
  private static final int CHUNK_BYTES = 2 << 20;
  private static final int MAX_ROWS_PER_CHUNK = 8192;

  static VectorLayout of(int dimensions) {
    int bytes = dimensions * Float.BYTES;
    int stride =
        bytes < ROW_ALIGNMENT
            ? powerOfTwoFrom(bytes)
            : (bytes + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
    int rows = Integer.highestOneBit(CHUNK_BYTES / stride);
    int clamped = Math.clamp(rows, BLOCK_ROWS, MAX_ROWS_PER_CHUNK);
    return new VectorLayout(dimensions, stride, clamped, 0);
  }

  /** The same with so many bytes for a sketch of each row, in memory of their own. */
  VectorLayout withSketches(int bytes) {
    return new VectorLayout(dimensions, strideBytes, rowsPerChunk, bytes);
  }

  /** float32 values in a stride, padding included. */
  int paddedDimensions() {
    return strideBytes / Float.BYTES;
  }

  /** Bytes of the sketches of one chunk. */
  long chunkSketchBytes() {
    return (long) sketchBytes * rowsPerChunk;
  }

  /** Bytes of the rows of one chunk. */
  long chunkBytes() {
    return (long) strideBytes * rowsPerChunk;
  }

  private static int powerOfTwoFrom(int value) {
    int highest = Integer.highestOneBit(value);
    return highest == value ? value : highest * 2;
  }
}
