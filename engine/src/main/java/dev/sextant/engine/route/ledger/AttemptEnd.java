package dev.sextant.engine.route.ledger;

import dev.sextant.engine.route.price.Usage;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What became of a call.
 *
 * @param latencyMillis how long it took
 * @param status of HTTP; empty where there was no answer
 * @param errorClass how it failed; empty where it did not
 * @param retryAfterMillis until when the target takes no calls by its own word
 * @param finishReason why the answer ends, in the provider's words
 * @param usage the tokens; empty where nobody told
 * @param usageSource {@code provider}, {@code estimated} or {@code none}
 * @param costNanoUsd what it cost; empty where it is not known
 * @param settlement what becomes of the money that was put aside
 * @param requestId the provider's name for the call
 * @param answer its text; empty for none
 */
public record AttemptEnd(
    long latencyMillis,
    OptionalInt status,
    Optional<String> errorClass,
    OptionalLong retryAfterMillis,
    Optional<String> finishReason,
    Optional<Usage> usage,
    String usageSource,
    OptionalLong costNanoUsd,
    Settlement settlement,
    Optional<String> requestId,
    Optional<String> answer) {
  /** What becomes of the money that was put aside. */
  public enum Settlement {
    /** The cost is spent, and the rest comes back. */
    SETTLE,
    /** The call cost nothing. */
    RELEASE,
    /** Nobody knows what it cost: all of it counts as gone. */
    LEAK
  }
}
