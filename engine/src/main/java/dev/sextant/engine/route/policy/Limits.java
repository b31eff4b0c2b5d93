package dev.sextant.engine.route.policy;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a target grants at the moment of a decision; empty where it sets no limit.
 *
 * @param contextTokens prompt and answer together
 * @param outputTokens the answer alone
 * @param maxInFlight calls at the same time
 * @param requestsLeft requests that its rate limit grants now
 * @param tokensLeft tokens that its rate limit grants now
 */
public record Limits(
    OptionalInt contextTokens,
    OptionalInt outputTokens,
    OptionalInt maxInFlight,
    OptionalLong requestsLeft,
    OptionalLong tokensLeft) {
  /** No limit at all. */
  public static final Limits NONE =
      new Limits(
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalLong.empty(),
          OptionalLong.empty());
}
