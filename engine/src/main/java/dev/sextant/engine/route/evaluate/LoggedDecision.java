package dev.sextant.engine.route.evaluate;

import java.util.List;

/**
 * A decision of the log with its outcome, and what the policy to be judged would have done.
 *
 * @param features of the prompt
 * @param chosen the index of the target that was chosen
 * @param logged the probability of each target when the decision was taken; 0 where not eligible
 * @param target the probability of each target under the policy to be judged
 * @param reward what the choice brought
 */
public record LoggedDecision(
    List<Float> features, int chosen, List<Double> logged, List<Double> target, double reward) {
  private static final double SLACK = 1e-6;

  /** Copies the lists; refuses what is no distribution, and a choice that could not be. */
  public LoggedDecision {
    features = List.copyOf(features);
    logged = List.copyOf(logged);
    target = List.copyOf(target);
    if (logged.size() != target.size() || !isDistribution(logged) || !isDistribution(target)) {
      throw new IllegalArgumentException(
          "A logged decision needs two distributions over the same targets; got "
              + logged
              + " and "
              + target);
    }
    if (!(logged.get(chosen) > 0) || !Double.isFinite(reward)) {
      throw new IllegalArgumentException(
          "A choice has a propensity above 0 and a finite reward; got "
              + logged.get(chosen)
              + ", "
              + reward);
    }
  }

  private static boolean isDistribution(List<Double> probabilities) {
    double sum = 0;
    for (double probability : probabilities) {
      if (!(probability >= 0)) {
        return false;
      }
      sum += probability;
    }
    return Math.abs(sum - 1) < SLACK;
  }

  /** How much more often the policy to be judged would have made this choice. */
  double weight() {
    return target.get(chosen) / logged.get(chosen);
  }

  /** The probability of the policy to be judged that falls on targets that could not be chosen. */
  double unsupported() {
    double sum = 0;
    for (int i = 0; i < logged.size(); i++) {
      sum += logged.get(i) > 0 ? 0 : target.get(i);
    }
    return sum;
  }
}
