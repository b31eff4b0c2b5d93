package dev.sextant.engine.route.serve;

import dev.sextant.engine.route.price.Usage;
import java.util.List;
import java.util.OptionalLong;

/**
 * An answer that a call got.
 *
 * @param text of the answer
 * @param decision the number of the chain's first decision
 * @param endpoint that answered
 * @param model that answered
 * @param attempts calls of models that it took
 * @param usage the tokens of the last one
 * @param costNanoUsd what all of them cost; empty where that is not known
 * @param latencyMillis from the first decision to the answer
 * @param warnings for the caller
 */
public record Completion(
    String text,
    long decision,
    String endpoint,
    String model,
    int attempts,
    Usage usage,
    OptionalLong costNanoUsd,
    long latencyMillis,
    List<String> warnings) {
  /** Copies the warnings. */
  public Completion {
    warnings = List.copyOf(warnings);
  }
}
