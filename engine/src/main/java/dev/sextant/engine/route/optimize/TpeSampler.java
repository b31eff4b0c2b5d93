package dev.sextant.engine.route.optimize;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/*
 * Bergstra, Bardenet, Bengio, Kegl, "Algorithms for Hyper-Parameter Optimization", NIPS 2011, in
 * the multivariate form of Falkner, Klein, Hutter (BOHB, ICML 2018): the better share of the trials
 * so far has one density, the others have another, each a mixture of one kernel a trial and a flat
 * prior. A kernel of two categories is the product of two distributions, each with most of its mass
 * on the trial's own category, so that what an instruction is worth with one set of demonstrations
 * says something about it with another. Of some points drawn from the better density, the one is
 * tried where the ratio of the two is highest.
 *
 * The first trials cover instructions and demonstrations evenly rather than by chance: a random
 * order of each, gone round side by side.
 */
/** The tree-structured Parzen estimator over two categories; higher scores are better. */
final class TpeSampler {
  private static final int DRAWS = 24;
  private static final double BETTER_SHARE = 0.15;
  private static final int MOST_BETTER = 25;

  private record Told(Point point, double score) {}

  private final Space space;
  private final SplittableRandom random;
  private final int[] instructions;
  private final int[] demonstrations;
  private final int startup;
  private final List<Told> told = new ArrayList<>();
  private final Set<Point> known = new HashSet<>();
  private int suggested;

  TpeSampler(Space space, SplittableRandom random) {
    this.space = space;
    this.random = random;
    this.instructions = Shuffles.of(space.instructions(), random);
    this.demonstrations = Shuffles.of(space.demonstrations(), random);
    this.startup = Math.max(space.instructions(), space.demonstrations());
  }

  /** Tells it what a candidate scored on some rows. */
  void tell(Point point, double score) {
    told.add(new Told(point, score));
  }

  /**
   * Tells it what a candidate scored on all rows, so that nothing is learned from trying it again.
   */
  void tellAll(Point point, double score) {
    tell(point, score);
    known.add(point);
  }

  /** The candidate to try next. */
  Point suggest() {
    int turn = suggested++;
    if (turn < startup || told.size() < 2) {
      return new Point(
          instructions[turn % instructions.length], demonstrations[turn % demonstrations.length]);
    }
    List<Told> order = new ArrayList<>(told);
    order.sort(Comparator.comparingDouble(Told::score).reversed());
    int better = Math.min(MOST_BETTER, (int) Math.ceil(BETTER_SHARE * order.size()));
    List<Point> good = order.subList(0, better).stream().map(Told::point).toList();
    List<Point> rest = order.subList(better, order.size()).stream().map(Told::point).toList();
    Point best = draw(good);
    double highest = 0;
    for (int i = 0; i < DRAWS; i++) {
      Point point = i == 0 ? best : draw(good);
      double ratio = known.contains(point) ? 0 : ratio(point, good, rest);
      if (ratio > highest) {
        highest = ratio;
        best = point;
      }
    }
    return best;
  }

  private double ratio(Point point, List<Point> good, List<Point> rest) {
    return density(point, good) / density(point, rest);
  }

  /** The mixture of the kernels, and one flat prior that weighs as much as a kernel. */
  private double density(Point point, List<Point> centres) {
    double sum = 1.0 / space.size();
    for (Point centre : centres) {
      sum +=
          kernel(point.instruction() == centre.instruction(), space.instructions(), centres)
              * kernel(
                  point.demonstrations() == centre.demonstrations(),
                  space.demonstrations(),
                  centres);
    }
    return sum / (centres.size() + 1);
  }

  /** The mass of a category: a weight of 1 on the centre's own, and one spread over all. */
  private static double kernel(boolean own, int choices, List<Point> centres) {
    double spread = 1.0 / (centres.size() + 1);
    return ((own ? 1 : 0) + spread) / (1 + choices * spread);
  }

  private Point draw(List<Point> centres) {
    int kernel = random.nextInt(centres.size() + 1);
    if (kernel == centres.size()) {
      return new Point(
          random.nextInt(space.instructions()), random.nextInt(space.demonstrations()));
    }
    Point centre = centres.get(kernel);
    return new Point(
        near(centre.instruction(), space.instructions(), centres),
        near(centre.demonstrations(), space.demonstrations(), centres));
  }

  private int near(int own, int choices, List<Point> centres) {
    double other = kernel(false, choices, centres);
    double left = random.nextDouble() - (kernel(true, choices, centres) - other);
    return left < 0 ? own : Math.min(choices - 1, (int) (left / other));
  }
}
