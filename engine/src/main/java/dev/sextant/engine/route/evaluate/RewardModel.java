package dev.sextant.engine.route.evaluate;

import java.util.List;

/** What a target is expected to bring for a prompt; fitted to a part of a log. */
@FunctionalInterface
public interface RewardModel {
  /** The expected reward of a target, by its index. */
  double expect(List<Float> features, int target);

  /** Fits a model to decisions. */
  @FunctionalInterface
  interface Learner {
    /** A model of these decisions; of targets that none of them chose it may know nothing. */
    RewardModel fit(List<LoggedDecision> decisions);
  }

  /** The mean reward of each target, drawn towards the mean over all by one decision's weight. */
  static RewardModel means(List<LoggedDecision> decisions) {
    int targets = decisions.stream().mapToInt(d -> d.logged().size()).max().orElse(0);
    double[] sums = new double[targets];
    double[] counts = new double[targets];
    double total = 0;
    for (LoggedDecision decision : decisions) {
      sums[decision.chosen()] += decision.reward();
      counts[decision.chosen()]++;
      total += decision.reward();
    }
    double overall = decisions.isEmpty() ? 0 : total / decisions.size();
    double[] means = new double[targets];
    for (int i = 0; i < targets; i++) {
      means[i] = (sums[i] + overall) / (counts[i] + 1);
    }
    return (features, target) -> target < means.length ? means[target] : overall;
  }
}
