package dev.sextant.storage.vector.hnsw;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which nodes are above level 0.
 *
 * @param counts nodes on level 1, level 2 and so on, never rising; empty if all are on level 0
 * @param ordinals of the nodes on level 1, from the highest level down
 * @param rows on level 0
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Levels(int[] counts, int[] ordinals, int rows) {

  /** Draws the highest level of each of {@code rows} rows; one in {@code m} reaches the next. */
  static byte[] tops(int rows, int m, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double scale = 1 / Math.log(m);
    byte[] tops = new byte[rows];
    for (int ordinal = 0; ordinal < rows; ordinal++) {
      double level = -Math.log(1 - random.nextDouble()) * scale;
      tops[ordinal] = (byte) Math.min(level, HnswLimits.MAX_LEVELS - 1);
    }
    return tops;
  }

  /**
   * The nodes above level 0.
   *
   * @param tops the highest level of each row
   * @param first the rows that come before others of their level; an empty array for none
   */
  static Levels of(byte[] tops, boolean[] first) {
    long[] upper = new long[16];
    int size = 0;
    int[] atLeast = new int[HnswLimits.MAX_LEVELS];
    for (int ordinal = 0; ordinal < tops.length; ordinal++) {
      if (tops[ordinal] == 0) {
        continue;
      }
      if (size == upper.length) {
        upper = Arrays.copyOf(upper, size * 2);
      }
      long rank = -2L * tops[ordinal] + (first.length > 0 && first[ordinal] ? 0 : 1);
      upper[size++] = (rank << 32) | ordinal;
      for (int l = 1; l <= tops[ordinal]; l++) {
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
    return new Levels(Arrays.copyOfRange(atLeast, 1, top + 1), ordinals, tops.length);
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
