package dev.sextant.engine.route.policy;

import java.util.List;

/**
 * What a policy thinks of a target, and how it came to it.
 *
 * @param terms the parts that add up to the score, in the order in which they are added
 */
public record Score(List<Term> terms) {

  /**
   * A part of a score.
   *
   * @param name what it is
   * @param value what it adds
   */
  public record Term(String name, double value) {}

  /** Copies the terms. */
  public Score {
    terms = List.copyOf(terms);
  }

  /** A score of one part. */
  public static Score of(String name, double value) {
    return new Score(List.of(new Term(name, value)));
  }

  /** The sum of the terms, added from the first to the last. */
  public double value() {
    double sum = 0;
    for (Term term : terms) {
      sum += term.value();
    }
    return sum;
  }
}
