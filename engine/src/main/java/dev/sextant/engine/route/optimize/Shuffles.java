package dev.sextant.engine.route.optimize;

import java.util.SplittableRandom;

/** Orders of numbers by a seeded generator. */
final class Shuffles {
  private Shuffles() {}

  /** The numbers below {@code size} in a random order. */
  static int[] of(int size, SplittableRandom random) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int at = random.nextInt(i + 1);
      order[i] = order[at];
      order[at] = i;
    }
    return order;
  }
}
