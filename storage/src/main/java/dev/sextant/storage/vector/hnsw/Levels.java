package dev.sextant.storage.vector.hnsw;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which nodes are above level 0.
 *
 * @param counts nodes on level 1, level 2 and so on, never rising; empty if all are on level 0
 * @param ordinals of the nodes on level 1, from the highest level down
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Levels(int[] counts, int[] ordinals) {

  /** Draws a level for each of {@code rows} rows; one in {@code m} reaches the next. */
  static Levels draw(int rows, int m, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double scale = 1 / Math.log(m);
    long[] upper = new long[16];
    int size = 0;
    int[] atLeast = new int[HnswLimits.MAX_LEVELS];
    for (int ordinal = 0; ordinal < rows; ordinal++) {
      double level = -Math.log(1 - random.nextDouble()) * scale;
      int top = (int) Math.min(level, HnswLimits.MAX_LEVELS - 1);
      if (top == 0) {
        continue;
      }
      if (size == upper.length) {
        upper = Arrays.copyOf(upper, size * 2);
      }
      upper[size++] = ((long) -top << 32) | ordinal;
      for (int l = 1; l <= top; l++) {
        atLeast[l]++;
      }
    }
    Arrays.sort(upper, 0, size);
    int[] ordinals = new int[size];
    for (int i = 0; i < size; i++) {
      ordinals[i] = (int) upper[i];
    }
    int top = 0;
    while (top + 1 < atLeast.length && atLeast[top + 1] > 0) {
      top++;
    }
    return new Levels(Arrays.copyOfRange(atLeast, 1, top + 1), ordinals);
  }

  /** The highest level. */
  int top() {
    return counts.length;
  }

  /** The node of level 1 and above, that every search enters by, or on level 0 its ordinal. */
  int entry(int level) {
    return level > 0 || ordinals.length == 0 ? 0 : ordinals[0];
  }
}
