package dev.sextant.storage.vector.hnsw;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One level of a graph: for each node a row of links, the unused ones {@link #NONE} at its end.
 *
 * <p>On level 0 a node is its ordinal. Above it nodes are numbered from the highest level down, so
 * that level l holds the nodes {@code 0..n(l)-1} and needs no map.
 *
 * @param links of node n from {@code n * width * 4}, 32-bit little-endian
 * @param width links in a row
 * @param ordinals of the nodes; null where they are the nodes themselves
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Layer(MemorySegment links, int width, int @Nullable [] ordinals) {
  /** Marks an unused link. */
  static final int NONE = -1;

  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Reads a node's links, and returns how many there are. While another thread writes the row, they
   * may be a mixture of old and new ones, and fewer than either.
   */
  int load(int node, int[] into) {
    MemorySegment.copy(links, INT, offset(node), into, 0, width);
    int count = 0;
    while (count < width && into[count] != NONE) {
      count++;
    }
    return count;
  }

  /** Writes a node's links. */
  void store(int node, int[] from, int count) {
    MemorySegment.copy(from, 0, links, INT, offset(node), count);
    for (int i = count; i < width; i++) {
      links.set(INT, offset(node) + (long) i * Integer.BYTES, NONE);
    }
  }

  /** Has the processor fetch a node's links, which are soon to be read. */
  int touch(int node) {
    long at = offset(node);
    return links.get(INT, at) + links.get(INT, at + (long) (width - 1) * Integer.BYTES);
  }

  int ordinal(int node) {
    return ordinals == null ? node : ordinals[node];
  }

  long offset(int node) {
    return (long) node * width * Integer.BYTES;
  }
}
