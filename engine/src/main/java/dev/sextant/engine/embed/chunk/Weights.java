package dev.sextant.engine.embed.chunk;

import java.util.Arrays;

/** How many words or tokens lie between two places of a text: as many as start there. */
final class Weights {
  private final int[] starts;

  /** Places in ascending order. */
  Weights(int[] starts) {
    this.starts = starts;
  }

  /** The words of a text. */
  static Weights of(Tiles tiles) {
    int[] starts = new int[tiles.count()];
    Arrays.setAll(starts, tiles::start);
    return new Weights(starts);
  }

  int between(int from, int to) {
    return before(to) - before(from);
  }

  /** How many start before {@code index}. */
  private int before(int index) {
    int low = 0;
    int high = starts.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (starts[middle] < index) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
