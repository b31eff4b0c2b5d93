package dev.sextant.engine.route.policy;

/**
 * The probability with which a decision took the target that it took.
 *
 * @param value above 0, at most 1
 * @param kind how it is known
 */
public record Propensity(double value, Kind kind) {

  /** How a propensity is known. */
  public enum Kind {
    /** One target had all the probability. */
    DETERMINISTIC,
    /** Computed from the policy. */
    EXACT,
    /**
     * Estimated by draws that started at the decision's seed. The target was drawn with exactly
     * this probability given those draws, so that a log of such decisions weighs without bias.
     */
    MONTE_CARLO
  }
}
