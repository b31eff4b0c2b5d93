package dev.sextant.engine.route.policy;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All that a decision depends on besides its policy. Whoever logs it can decide again.
 *
 * @param request the call
 * @param candidates the targets of the route, in the route's order
 * @param turn how many decisions the route took before
 * @param seed where the randomness of this decision starts
 */
public record Situation(Request request, List<Candidate> candidates, long turn, long seed) {
  /** Copies the candidates; refuses two of one name, and more than {@value #MAX_CANDIDATES}. */
  public Situation {
    candidates = List.copyOf(candidates);
    if (candidates.size() > MAX_CANDIDATES) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "A route has at most "
              + MAX_CANDIDATES
              + " targets; got "
              + candidates.size()
              + ". Split it into several routes.");
    }
    Set<String> names = new HashSet<>();
    for (Candidate candidate : candidates) {
      if (!names.add(candidate.endpoint())) {
        throw new SextantException(
            ErrorCode.DUPLICATE_OBJECT,
            "The route names target \"" + candidate.endpoint() + "\" twice. Name it once.");
      }
    }
  }

  /** The most targets that a route has. */
  public static final int MAX_CANDIDATES = 256;
}
