package dev.sextant.storage.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Up to eight queries for one pass over rows, in memory twice: one after the other, and line by
 * line.
 *
 * <pre>
 * plain        | q0 ............ | q1 ............ | ...
 * interleaved  | q0[0..15] q1[0..15] ... q7[0..15] | q0[16..31] q1[16..31] ... | ...
 * </pre>
 *
 * <p>A kernel that keeps eight sums walks through the second with one pointer; queries that are
 * missing there are zeros.
 */
final class QueryBlock {
  /** As many queries as share one pass. */
  static final int MOST = 8;

  /** float32 values in a line of the interleaved form. */
  static final int LINE_FLOATS = 16;

  private static final int LINE_BYTES = LINE_FLOATS * Float.BYTES;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int count;
  private final long strideBytes;
  private final MemorySegment plain;
  private final MemorySegment interleaved;

  /** Copies of the queries that live as long as {@code arena}. */
  QueryBlock(List<float[]> queries, VectorLayout layout, Arena arena) {
    count = queries.size();
    strideBytes = layout.strideBytes();
    plain = arena.allocate(count * strideBytes, VectorLayout.ROW_ALIGNMENT);
    long lines = (strideBytes + LINE_BYTES - 1) / LINE_BYTES;
    interleaved = arena.allocate(lines * MOST * LINE_BYTES, VectorLayout.ROW_ALIGNMENT);
    for (int query = 0; query < count; query++) {
      float[] values = queries.get(query);
      MemorySegment.copy(values, 0, plain, FLOAT, query * strideBytes, values.length);
      for (int i = 0; i < values.length; i++) {
        long at = offset((long) i * Float.BYTES) + (long) query * LINE_BYTES;
        interleaved.set(FLOAT, at, values[i]);
      }
    }
  }

  /** How many queries. */
  int count() {
    return count;
  }

  /** One query, borrowed. */
  MemorySegment row(int query) {
    return plain.asSlice(query * strideBytes, strideBytes);
  }

  /** All queries, line by line. */
  MemorySegment interleaved() {
    return interleaved;
  }

  /** Where the value of the first query stands that is {@code p} bytes from its start. */
  static long offset(long p) {
    return p / LINE_BYTES * MOST * LINE_BYTES + p % LINE_BYTES;
  }
}
