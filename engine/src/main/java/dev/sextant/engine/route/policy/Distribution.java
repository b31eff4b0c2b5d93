package dev.sextant.engine.route.policy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a policy makes of the eligible targets: a score and a probability for each, in their order.
 *
 * @param scores one for each target
 * @param probabilities one for each target, with the sum 1
 * @param sampled whether draws were needed to estimate the probabilities
 */
public record Distribution(List<Score> scores, List<Double> probabilities, boolean sampled) {
  private static final double SLACK = 1e-9;

  /** Copies the lists; refuses what is no distribution. */
  public Distribution {
    scores = List.copyOf(scores);
    probabilities = List.copyOf(probabilities);
    double sum = 0;
    for (double probability : probabilities) {
      sum += probability;
      if (!(probability >= 0)) {
        throw new IllegalArgumentException("A probability is not below 0; got " + probability);
      }
    }
    if (scores.size() != probabilities.size() || Math.abs(sum - 1) > SLACK) {
      throw new IllegalArgumentException(
          scores.size() + " scores and " + probabilities.size() + " probabilities of sum " + sum);
    }
  }

  /** All probability on the best score, the first of equals. */
  static Distribution best(List<Score> scores) {
    return on(argmax(scores), scores);
  }

  /** All probability on one target. */
  static Distribution on(int index, List<Score> scores) {
    List<Double> probabilities = new ArrayList<>(Collections.nCopies(scores.size(), 0.0));
    probabilities.set(index, 1.0);
    return new Distribution(scores, probabilities, false);
  }

  /** Probability in proportion to shares; alike where all shares are 0. */
  static Distribution proportional(List<Score> scores, double[] shares) {
    double total = 0;
    for (double share : shares) {
      total += share;
    }
    List<Double> probabilities = new ArrayList<>();
    for (double share : shares) {
      probabilities.add(total > 0 ? share / total : 1.0 / shares.length);
    }
    return new Distribution(scores, probabilities, false);
  }

  /** A part of the probability spread evenly over all targets. */
  Distribution mixed(double epsilon) {
    List<Double> mixed = new ArrayList<>();
    for (double probability : probabilities) {
      mixed.add((1 - epsilon) * probability + epsilon / probabilities.size());
    }
    return new Distribution(scores, mixed, sampled);
  }

  private static int argmax(List<Score> scores) {
    int best = 0;
    for (int i = 1; i < scores.size(); i++) {
      if (scores.get(i).value() > scores.get(best).value()) {
        best = i;
      }
    }
    return best;
  }
}
