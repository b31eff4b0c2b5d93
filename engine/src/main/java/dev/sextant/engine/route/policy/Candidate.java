package dev.sextant.engine.route.policy;

import java.util.Set;

/**
 * A target of a route, with all that a decision looks at.
 *
 * @param endpoint its name, unique within the route
 * @param model the model that it serves
 * @param capabilities what it can do
 * @param priority 0 is asked first
 * @param weight its share under weights; 0: none
 * @param limits what it grants now
 * @param estimate what is expected of it
 * @param standing how it has done lately
 */
public record Candidate(
    String endpoint,
    String model,
    Set<String> capabilities,
    int priority,
    double weight,
    Limits limits,
    Estimate estimate,
    Standing standing) {
  /** Copies the capabilities and refuses weights that are none. */
  public Candidate {
    capabilities = Set.copyOf(capabilities);
    if (!(weight >= 0) || !Double.isFinite(weight)) {
      throw new IllegalArgumentException(
          "Target \"" + endpoint + "\" needs a finite weight not below 0; got " + weight);
    }
  }

  /** A target without limits, of which nothing is known. */
  public static Candidate of(String endpoint, String model) {
    return new Candidate(
        endpoint, model, Set.of(), 0, 1, Limits.NONE, Estimate.UNKNOWN, Standing.FRESH);
  }

  /** The same with another priority and weight. */
  public Candidate ranked(int otherPriority, double otherWeight) {
    return new Candidate(
        endpoint, model, capabilities, otherPriority, otherWeight, limits, estimate, standing);
  }

  /** The same with other limits. */
  public Candidate with(Limits other) {
    return new Candidate(
        endpoint, model, capabilities, priority, weight, other, estimate, standing);
  }

  /** The same with another estimate. */
  public Candidate with(Estimate other) {
    return new Candidate(endpoint, model, capabilities, priority, weight, limits, other, standing);
  }

  /** The same with another standing. */
  public Candidate with(Standing other) {
    return new Candidate(endpoint, model, capabilities, priority, weight, limits, estimate, other);
  }
}
