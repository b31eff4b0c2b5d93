package dev.sextant.storage.vector.hnsw;

import java.util.Arrays;

/** Marks of the nodes that a traversal has seen; to forget them all takes one addition. */
final class Visited {
  private final byte[] marks;
  private byte epoch;

  Visited(int nodes) {
    marks = new byte[nodes];
  }

  /** Forgets all marks. */
  void clear() {
    epoch++;
    if (epoch == 0) {
      Arrays.fill(marks, (byte) 0);
      epoch = 1;
    }
  }

  /** Marks {@code node}; false if it was marked before. */
  boolean add(int node) {
    if (marks[node] == epoch) {
      return false;
    }
    marks[node] = epoch;
    return true;
  }
}
