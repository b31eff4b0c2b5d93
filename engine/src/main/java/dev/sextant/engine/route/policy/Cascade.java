package dev.sextant.engine.route.policy;

import java.util.List;
import java.util.Optional;

/**
 * One target after the other until an answer is good enough (Chen et al., "FrugalGPT", arXiv
 * 2305.05176). Whoever calls judges each answer and asks {@link #accepts}; an answer that is not
 * accepted makes its target one that was tried, and the next decision takes the next.
 *
 * @param order the names of the targets, the cheapest first
 * @param gate the least judged quality that ends the cascade
 */
public record Cascade(List<String> order, double gate) implements Policy {
  /** Copies the order and refuses an empty one. */
  public Cascade {
    order = List.copyOf(order);
    Policy.requireShare("The gate", gate);
    if (order.isEmpty()) {
      throw new IllegalArgumentException("A cascade needs a target");
    }
  }

  /** Whether an answer of a target ends the cascade: the last one's always does. */
  public boolean accepts(String endpoint, double judgedQuality) {
    return judgedQuality >= gate || endpoint.equals(order.getLast());
  }

  @Override
  public Optional<Rejection> rejection(Candidate candidate) {
    return Policy.unlessNamed(order, candidate);
  }

  @Override
  public Distribution over(List<Candidate> eligible, Situation situation) {
    return Distribution.best(
        eligible.stream()
            .map(candidate -> Score.of("stage", -order.indexOf(candidate.endpoint())))
            .toList());
  }
}
