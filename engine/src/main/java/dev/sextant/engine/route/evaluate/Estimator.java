package dev.sextant.engine.route.evaluate;

/** How a log is weighed. */
public enum Estimator {
  /** Inverse propensities: without bias, but of large variance where weights are. */
  IPS,
  /** The same over the sum of the weights: a little bias, less variance. */
  SNIPS,
  /** The reward model alone: as biased as the model is. */
  DM,
  /** The reward model, corrected by the weighted residuals: without bias, less variance. */
  DR
}
