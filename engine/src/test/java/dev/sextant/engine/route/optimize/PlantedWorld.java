package dev.sextant.engine.route.optimize;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A world in which it is known what each candidate is worth: the logit of an answer being right is
 * what the instruction adds, what the demonstrations add, a little for the pair, less how hard the
 * row is. Answers are drawn once, from the seed, the candidate and the row.
 */
final class PlantedWorld implements Scorer {
  private final Space space;
  private final double[] instructions;
  private final double[] demonstrations;
  private final double[] pairs;
  private final double[] difficulty;
  private final long seed;
  private final int budget;
  private final Map<Point, double[]> known = new HashMap<>();
  private int asked;

  PlantedWorld(Space space, int rows, long seed, int budget) {
    SplittableRandom random = new SplittableRandom(seed);
    this.space = space;
    this.seed = seed;
    this.budget = budget;
    this.instructions = normal(space.instructions(), 0.8, random);
    this.demonstrations = normal(space.demonstrations(), 0.5, random);
    this.pairs = normal(space.size(), 0.2, random);
    this.difficulty = normal(rows, 1, random);
  }

  private static double[] normal(int size, double deviation, SplittableRandom random) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = deviation * random.nextGaussian();
    }
    return values;
  }

  private double chance(Point point, int row) {
    double logit =
        instructions[point.instruction()]
            + demonstrations[point.demonstrations()]
            + pairs[point.instruction() * space.demonstrations() + point.demonstrations()]
            - difficulty[row];
    return 1 / (1 + Math.exp(-logit));
  }

  /** What a candidate is worth: its mean chance over the rows. */
  double truth(Point point) {
    double sum = 0;
    for (int row = 0; row < difficulty.length; row++) {
      sum += chance(point, row);
    }
    return sum / difficulty.length;
  }

  /** How much a candidate is worse than the best there is. */
  double regret(Point point) {
    return space.points().stream().mapToDouble(this::truth).max().orElseThrow() - truth(point);
  }

  int asked() {
    return asked;
  }

  @Override
  public int rows() {
    return difficulty.length;
  }

  @Override
  public double[] score(Point point, int[] rows) throws OutOfBudget {
    double[] scores = known.computeIfAbsent(point, key -> new double[difficulty.length]);
    int more = 0;
    for (int row : rows) {
      more += scores[row] == 0 ? 1 : 0;
    }
    if (asked + more > budget) {
      throw new OutOfBudget("%d of %d questions are left".formatted(budget - asked, budget));
    }
    asked += more;
    double[] result = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      int row = rows[i];
      if (scores[row] == 0) {
        SplittableRandom draw =
            new SplittableRandom(seed ^ (point.hashCode() * 7919L + row) * 0x9E3779B97F4A7C15L);
        scores[row] = draw.nextDouble() < chance(point, row) ? 1 : -1;
      }
      result[i] = scores[row] > 0 ? 1 : 0;
    }
    return result;
  }
}
