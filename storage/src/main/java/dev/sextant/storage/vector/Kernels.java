package dev.sextant.storage.vector;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops of an exact search, in float32 over little-endian off-heap memory.
 *
 * <p>A kernel may add its terms in any order, with or without fused operations; {@link Cutoff}
 * allows for every order. It may not take short cuts such as reciprocal estimates or flushing
 * subnormal numbers to zero.
 */
public sealed interface Kernels permits ScalarKernels, SimdKernels {
  /** The name in {@code sextant.kernels}. */
  String name();

  /** What the kernels run on, such as {@code 512-bit vectors, FMA}. */
  String description();

  /** The sum of {@code q[i] * x[i]}, where {@code x} starts {@code offset} bytes into data. */
  float dot(MemorySegment query, MemorySegment data, long offset, int dims);

  /** The sum of {@code (q[i] - x[i])^2}. */
  float squaredL2(MemorySegment query, MemorySegment data, long offset, int dims);

  /** The sum of {@code |q[i] - x[i]|}. */
  float l1(MemorySegment query, MemorySegment data, long offset, int dims);

  /** {@link #dot(MemorySegment, MemorySegment, long, int)} of each row, to {@code out[0..]}. */
  void dotBlock(MemorySegment query, RowBlock block, float[] out);

  /** {@link #squaredL2(MemorySegment, MemorySegment, long, int)} of each row. */
  void squaredL2Block(MemorySegment query, RowBlock block, float[] out);

  /** {@link #l1(MemorySegment, MemorySegment, long, int)} of each row. */
  void l1Block(MemorySegment query, RowBlock block, float[] out);

  /**
   * {@link #dotBlock} of each query, to {@code out[query]}. Rows are read from memory once for all
   * queries.
   *
   * @param queries of as many dimensions as the rows
   * @param out {@link QueryBlock#MOST} arrays, of which those behind the queries' may be written
   */
  default void dotBlocks(QueryBlock queries, RowBlock block, float[][] out) {
    for (int query = 0; query < queries.count(); query++) {
      dotBlock(queries.row(query), block, out[query]);
    }
  }

  /** {@link #squaredL2Block} of each query, to {@code out[query]}. */
  default void squaredL2Blocks(QueryBlock queries, RowBlock block, float[][] out) {
    for (int query = 0; query < queries.count(); query++) {
      squaredL2Block(queries.row(query), block, out[query]);
    }
  }

  /** {@link #l1Block} of each query, to {@code out[query]}. */
  default void l1Blocks(QueryBlock queries, RowBlock block, float[][] out) {
    for (int query = 0; query < queries.count(); query++) {
      l1Block(queries.row(query), block, out[query]);
    }
  }
}
