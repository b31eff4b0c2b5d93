package dev.sextant.engine.route.policy;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is expected of a target for one call; empty where nothing is known.
 *
 * @param quality the expected quality of the answer, 0 to 1
 * @param qualityError its standard error
 * @param costNanoUsd the expected cost, in thousand-millionths of a US dollar; empty where a price
 *     is unknown, never 0 for that reason
 * @param maxCostNanoUsd the cost if the answer takes all its tokens: what a budget must grant
 * @param latencyMillis the expected time of an answer, of successes only
 */
public record Estimate(
    OptionalDouble quality,
    double qualityError,
    OptionalLong costNanoUsd,
    OptionalLong maxCostNanoUsd,
    OptionalDouble latencyMillis) {
  /** Nothing known. */
  public static final Estimate UNKNOWN =
      new Estimate(
          OptionalDouble.empty(),
          0,
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalDouble.empty());

  /** Refuses numbers that are no numbers, and negative costs and times. */
  public Estimate {
    boolean odd =
        !Double.isFinite(quality.orElse(0))
            || !Double.isFinite(qualityError)
            || !Double.isFinite(latencyMillis.orElse(0))
            || latencyMillis.orElse(0) < 0
            || costNanoUsd.orElse(0) < 0
            || maxCostNanoUsd.orElse(0) < 0;
    if (odd) {
      throw new IllegalArgumentException(
          "An estimate has a finite quality, a cost and a time not below 0; got "
              + quality
              + ", "
              + costNanoUsd
              + ", "
              + latencyMillis);
    }
  }

  /** The expected cost in US dollars. */
  public OptionalDouble costUsd() {
    return costNanoUsd.isPresent()
        ? OptionalDouble.of(costNanoUsd.getAsLong() / 1e9)
        : OptionalDouble.empty();
  }
}
