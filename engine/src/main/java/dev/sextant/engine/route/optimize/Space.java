package dev.sextant.engine.route.optimize;

import java.util.ArrayList;
import java.util.List;

/**
 * All candidates: each instruction with each set of demonstrations.
 *
 * @param instructions how many instructions there are, at least 1
 * @param demonstrations how many sets of demonstrations, at least 1
 */
public record Space(int instructions, int demonstrations) {
  /** Refuses an empty space. */
  public Space {
    if (instructions < 1 || demonstrations < 1) {
      throw new IllegalArgumentException(
          "A search needs an instruction and a set of demonstrations; got %d and %d"
              .formatted(instructions, demonstrations));
    }
  }

  /** How many candidates there are. */
  public int size() {
    return Math.multiplyExact(instructions, demonstrations);
  }

  /** The candidates, those of one instruction together. */
  public List<Point> points() {
    List<Point> points = new ArrayList<>(size());
    for (int i = 0; i < instructions; i++) {
      for (int d = 0; d < demonstrations; d++) {
        points.add(new Point(i, d));
      }
    }
    return points;
  }
}
