package dev.sextant.engine.route.policy;

/**
 * Why a target is not eligible.
 *
 * @param reason the kind of reason
 * @param detail what was needed and what was there
 */
public record Rejection(Reason reason, String detail) {

  /** Every reason for which a target is passed over, in the order in which they are looked at. */
  public enum Reason {
    /** Its owner switched it off. */
    DISABLED,
    /** It failed already on this call. */
    ALREADY_TRIED,
    /** The caller asks for other models. */
    MODEL,
    /** It cannot do what the caller needs. */
    CAPABILITY,
    /** Its breaker is open. */
    UNHEALTHY,
    /** Prompt and answer do not fit its window. */
    CONTEXT_WINDOW,
    /** It does not give answers that long. */
    OUTPUT_WINDOW,
    /** It has as many calls under way as it may have. */
    IN_FLIGHT_LIMIT,
    /** Its requests of this minute are used up. */
    RATE_LIMIT_REQUESTS,
    /** Its tokens of this minute are used up. */
    RATE_LIMIT_TOKENS,
    /** A price is needed and none is known. */
    PRICE_UNKNOWN,
    /** One call costs more than the caller allows. */
    MAX_COST,
    /** The budgets do not grant the call. */
    OVER_BUDGET,
    /** It is expected to answer too badly, or nothing is known of its quality. */
    MIN_QUALITY,
    /** It is expected to answer too late. */
    DEADLINE,
    /** The policy asks other targets only. */
    NOT_IN_POLICY
  }
}
