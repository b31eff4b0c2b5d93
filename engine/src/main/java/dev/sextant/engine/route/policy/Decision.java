package dev.sextant.engine.route.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A decision of a route, with all that explains it.
 *
 * <p>The terms of a score add up to it, the probabilities of the eligible add up to 1, exactly one
 * target is chosen unless none is eligible, and each that is not eligible says why.
 *
 * @param verdicts one for each target, in the route's order
 * @param propensity the probability of what was chosen; empty where none was
 */
public record Decision(List<Verdict> verdicts, Optional<Propensity> propensity) {
  /** Tells the draw that decides from the draws of a policy, which start at the same seed. */
  private static final long DECIDING = 0x5DEECE66D2B79F7DL;

  /** Copies the verdicts. */
  public Decision {
    verdicts = List.copyOf(verdicts);
  }

  /** Decides: a pure function, so that to replay a decision is to take it again. */
  public static Decision take(Policy policy, Situation situation) {
    Eligibility eligibility = new Eligibility(situation.request(), policy);
    List<Optional<Rejection>> rejections = new ArrayList<>();
    List<Candidate> eligible = new ArrayList<>();
    for (Candidate candidate : situation.candidates()) {
      Optional<Rejection> rejection =
          eligibility.rejection(candidate).or(() -> policy.rejection(candidate));
      rejections.add(rejection);
      if (rejection.isEmpty()) {
        eligible.add(candidate);
      }
    }
    if (eligible.isEmpty()) {
      return none(situation.candidates(), rejections);
    }
    Distribution distribution = policy.over(eligible, situation);
    int drawn = draw(distribution.probabilities(), situation.seed());
    List<Verdict> verdicts = new ArrayList<>();
    int[] ranks = ranks(distribution.scores());
    int next = 0;
    for (int i = 0; i < rejections.size(); i++) {
      String endpoint = situation.candidates().get(i).endpoint();
      if (rejections.get(i).isPresent()) {
        verdicts.add(rejected(endpoint, rejections.get(i)));
      } else {
        verdicts.add(
            new Verdict(
                endpoint,
                Optional.empty(),
                Optional.of(distribution.scores().get(next)),
                distribution.probabilities().get(next),
                ranks[next],
                next == drawn));
        next++;
      }
    }
    return new Decision(verdicts, Optional.of(propensity(distribution, drawn)));
  }

  private static Decision none(List<Candidate> candidates, List<Optional<Rejection>> rejections) {
    List<Verdict> verdicts = new ArrayList<>();
    for (int i = 0; i < rejections.size(); i++) {
      verdicts.add(rejected(candidates.get(i).endpoint(), rejections.get(i)));
    }
    return new Decision(verdicts, Optional.empty());
  }

  private static Verdict rejected(String endpoint, Optional<Rejection> rejection) {
    return new Verdict(endpoint, rejection, Optional.empty(), 0, 0, false);
  }

  /** The one draw; what rounding leaves over falls to the last target that has a probability. */
  private static int draw(List<Double> probabilities, long seed) {
    double left = new Draws(seed ^ DECIDING).uniform();
    int last = -1;
    for (int i = 0; i < probabilities.size(); i++) {
      double probability = probabilities.get(i);
      if (probability > 0) {
        last = i;
        left -= probability;
        if (left < 0) {
          return i;
        }
      }
    }
    return last;
  }

  private static int[] ranks(List<Score> scores) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble((Integer i) -> scores.get(i).value()).reversed());
    int[] ranks = new int[scores.size()];
    for (int rank = 0; rank < ranks.length; rank++) {
      ranks[order.get(rank)] = rank + 1;
    }
    return ranks;
  }

  private static Propensity propensity(Distribution distribution, int drawn) {
    double value = distribution.probabilities().get(drawn);
    Propensity.Kind kind =
        distribution.sampled()
            ? Propensity.Kind.MONTE_CARLO
            : value == 1 ? Propensity.Kind.DETERMINISTIC : Propensity.Kind.EXACT;
    return new Propensity(value, kind);
  }

  /** The target that was chosen; empty where none was eligible. */
  public Optional<Verdict> chosen() {
    return verdicts.stream().filter(Verdict::chosen).findFirst();
  }
}
