package dev.sextant.engine.route.evaluate;

/** What is known of the value of a policy from a log of another. */
public sealed interface Evaluation {

  /** What the weights of the log are like. */
  Weights weights();

  /**
   * The weights of a log: target probability over propensity, for each decision.
   *
   * @param decisions how many there are
   * @param effective how many evenly weighted decisions they are worth (Kish): (sum w)^2 / sum w^2
   * @param mean about 1 where the log covers the policy
   * @param largest the largest
   * @param smallestPropensity the least probability with which a choice was made
   * @param unsupported the share of the policy's probability on targets that could not be chosen
   */
  record Weights(
      int decisions,
      double effective,
      double mean,
      double largest,
      double smallestPropensity,
      double unsupported) {}

  /**
   * A value with an interval of 95 %. For {@link Estimator#DM} the interval does not know of the
   * error of the model.
   *
   * @param value the mean reward of a decision under the policy
   * @param error its standard error
   * @param low the lower end
   * @param high the upper end
   * @param weights what the weights are like
   */
  record Value(double value, double error, double low, double high, Weights weights)
      implements Evaluation {}

  /**
   * No value: the log does not tell.
   *
   * @param reason why, with what was found and what is needed
   * @param weights what the weights are like
   */
  record Refused(String reason, Weights weights) implements Evaluation {}
}
