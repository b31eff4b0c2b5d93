package dev.sextant.engine.route.learn;

import java.util.List;

/** Finds the recorded prompts that are most like another: a vector index, or a scan. */
@FunctionalInterface
public interface Neighbours {

  /**
   * A recorded prompt.
   *
   * @param row its row
   * @param similarity how like it is; more is more
   */
  record Neighbour(int row, double similarity) {}

  /** At most {@code count} rows, the most similar first; the lower row first of equals. */
  List<Neighbour> nearest(float[] features, int count);
}
