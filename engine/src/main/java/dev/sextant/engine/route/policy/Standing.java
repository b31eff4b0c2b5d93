package dev.sextant.engine.route.policy;

/**
 * How a target has done lately.
 *
 * @param health whether calls may go there at all
 * @param inFlight calls that are under way
 * @param successes calls that succeeded, or the quality that they had in sum; old ones may count
 *     less
 * @param failures calls that failed, or the quality that was missing
 */
public record Standing(Health health, int inFlight, double successes, double failures) {
  /** A target that nobody has used yet. */
  public static final Standing FRESH = new Standing(Health.UP, 0, 0, 0);

  /** Whether a target takes calls. */
  public enum Health {
    /** Its breaker is closed, or lets a trial call through. */
    UP,
    /** Its breaker is open. */
    BREAKER_OPEN,
    /** Its owner switched it off. */
    DISABLED
  }

  /** Refuses negative counts. */
  public Standing {
    if (inFlight < 0 || !isCount(successes) || !isCount(failures)) {
      throw new IllegalArgumentException(
          "Counts are finite and not below 0; got in flight "
              + inFlight
              + ", successes "
              + successes
              + ", failures "
              + failures);
    }
  }

  private static boolean isCount(double value) {
    return value >= 0 && Double.isFinite(value);
  }

  /**
   * The expected share of successes, from a uniform prior: 1/2 for a target that nobody has used,
   * so that neither a first failure starves it nor a first success crowns it.
   */
  public double successRate() {
    return (successes + 1) / (successes + failures + 2);
  }
}
