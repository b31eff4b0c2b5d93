package dev.sextant.engine.route.policy;

import java.util.Optional;

/**
 * What became of one target in a decision.
 *
 * @param endpoint its name
 * @param rejection why it was not eligible; empty where it was
 * @param score what the policy thought of it; empty where it was not eligible
 * @param probability with which it could have been chosen
 * @param rank 1 for the best score of the eligible; 0 where it was not eligible
 * @param chosen whether it was
 */
public record Verdict(
    String endpoint,
    Optional<Rejection> rejection,
    Optional<Score> score,
    double probability,
    int rank,
    boolean chosen) {
  /** Whether it could have been chosen as far as eligibility goes. */
  public boolean eligible() {
    return rejection.isEmpty();
  }
}
