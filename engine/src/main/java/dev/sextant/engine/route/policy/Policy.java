package dev.sextant.engine.route.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How a route chooses among its eligible targets: always a distribution over them, so that the
 * probability of what was done can be logged and a log can be weighed later.
 *
 * <p>A policy is a value and a pure function: the same targets, turn and seed give the same
 * distribution, bit by bit.
 */
public sealed interface Policy
    permits Policy.Fixed,
        Policy.Priority,
        Policy.Weighted,
        Policy.RoundRobin,
        Policy.Cheapest,
        Policy.LowestLatency,
        Policy.LeastInFlight,
        Policy.Reward,
        Policy.EpsilonMix,
        Policy.Scored,
        MultiFactor,
        Threshold,
        Cascade,
        Thompson {

  /** The distribution over the eligible targets, of which there is at least one. */
  Distribution over(List<Candidate> eligible, Situation situation);

  /** Whether it cannot judge a target whose price is unknown. */
  default boolean needsPrice() {
    return false;
  }

  /** Why it would never ask a target, whatever else holds. */
  default Optional<Rejection> rejection(Candidate candidate) {
    return Optional.empty();
  }

  /** One rejection for a target that a policy does not name. */
  static Optional<Rejection> unlessNamed(List<String> names, Candidate candidate) {
    return names.contains(candidate.endpoint())
        ? Optional.empty()
        : Optional.of(
            new Rejection(Rejection.Reason.NOT_IN_POLICY, "the policy asks only " + names));
  }

  /**
   * Always one target.
   *
   * @param endpoint its name
   */
  record Fixed(String endpoint) implements Policy {
    @Override
    public Optional<Rejection> rejection(Candidate candidate) {
      return unlessNamed(List.of(endpoint), candidate);
    }

    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      return Distribution.on(0, scores(eligible, candidate -> Score.of("fixed", 1)));
    }
  }

  /** The lowest priority number; by weight among several of it. */
  record Priority() implements Policy {
    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      int first = eligible.stream().mapToInt(Candidate::priority).min().orElseThrow();
      boolean none = eligible.stream().noneMatch(c -> c.priority() == first && c.weight() > 0);
      return Distribution.proportional(
          scores(eligible, candidate -> Score.of("priority", -candidate.priority())),
          eligible.stream()
              .mapToDouble(c -> c.priority() != first ? 0 : none ? 1 : c.weight())
              .toArray());
    }
  }

  /** In proportion to the weights; alike where all are 0. */
  record Weighted() implements Policy {
    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      return Distribution.proportional(
          scores(eligible, candidate -> Score.of("weight", candidate.weight())),
          eligible.stream().mapToDouble(Candidate::weight).toArray());
    }
  }

  /** One after the other, by the turn of the route. */
  record RoundRobin() implements Policy {
    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      int next = (int) Math.floorMod(situation.turn(), (long) eligible.size());
      List<Score> scores = new ArrayList<>();
      for (int i = 0; i < eligible.size(); i++) {
        int after = Math.floorMod(i - next, eligible.size());
        scores.add(Score.of("turns to wait", after == 0 ? 0 : -after));
      }
      return Distribution.on(next, scores);
    }
  }

  /** The least expected cost. */
  record Cheapest() implements Policy {
    @Override
    public boolean needsPrice() {
      return true;
    }

    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      return Distribution.best(
          scores(eligible, candidate -> Score.of("cost in USD", -knownCost(candidate))));
    }
  }

  /** The least expected time of successes; a target without a measurement is asked first. */
  record LowestLatency() implements Policy {
    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      return Distribution.best(
          scores(
              eligible,
              candidate -> {
                var latency = candidate.estimate().latencyMillis();
                return latency.isPresent()
                    ? Score.of("latency in ms", 0.0 - latency.getAsDouble())
                    : Score.of("not measured", 0);
              }));
    }
  }

  /** The fewest calls under way; evenly among equals. */
  record LeastInFlight() implements Policy {
    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      int least = eligible.stream().mapToInt(c -> c.standing().inFlight()).min().orElseThrow();
      return Distribution.proportional(
          scores(eligible, c -> Score.of("in flight", -c.standing().inFlight())),
          eligible.stream().mapToDouble(c -> c.standing().inFlight() == least ? 1 : 0).toArray());
    }
  }

  /**
   * The best expected quality less cost: what a router learned from outcomes is used with.
   *
   * @param usdPerQuality what a whole point of quality is worth, in US dollars: above 0; infinite
   *     where cost does not matter
   */
  record Reward(double usdPerQuality) implements Policy {
    /** Refuses a worth that is not above 0. */
    public Reward {
      requireWorth(usdPerQuality);
    }

    @Override
    public boolean needsPrice() {
      return Double.isFinite(usdPerQuality);
    }

    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      return Distribution.best(
          scores(
              eligible,
              candidate ->
                  new Score(
                      List.of(
                          new Score.Term("quality", expectedQuality(candidate)),
                          new Score.Term("cost", costInQuality(candidate, usdPerQuality))))));
    }
  }

  /**
   * Another policy, and now and then any target.
   *
   * @param inner the other policy
   * @param epsilon the share of the calls that is spread evenly, 0 to 1
   */
  record EpsilonMix(Policy inner, double epsilon) implements Policy {
    /** Refuses a share outside 0 to 1. */
    public EpsilonMix {
      requireShare("epsilon", epsilon);
    }

    @Override
    public boolean needsPrice() {
      return inner.needsPrice();
    }

    @Override
    public Optional<Rejection> rejection(Candidate candidate) {
      return inner.rejection(candidate);
    }

    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      return inner.over(eligible, situation).mixed(epsilon);
    }
  }

  /**
   * The best of scores that were computed elsewhere, as by a query; the first of equals.
   *
   * @param endpoints those that have a score
   * @param values their scores, in the same order
   */
  record Scored(List<String> endpoints, List<Double> values) implements Policy {
    /** Copies the lists; refuses scores that are no numbers. */
    public Scored {
      endpoints = List.copyOf(endpoints);
      values = List.copyOf(values);
      if (endpoints.size() != values.size() || values.stream().anyMatch(v -> v.isNaN())) {
        throw new IllegalArgumentException(
            "A score for each target is a number; got " + endpoints + " and " + values);
      }
    }

    @Override
    public Optional<Rejection> rejection(Candidate candidate) {
      return unlessNamed(endpoints, candidate);
    }

    @Override
    public Distribution over(List<Candidate> eligible, Situation situation) {
      return Distribution.best(
          scores(eligible, c -> Score.of("score", values.get(endpoints.indexOf(c.endpoint())))));
    }
  }

  private static List<Score> scores(List<Candidate> eligible, Function<Candidate, Score> score) {
    return eligible.stream().map(score).toList();
  }

  private static double knownCost(Candidate candidate) {
    return candidate.estimate().costUsd().orElseThrow();
  }

  /** The expected quality, or without an estimate the share of successes. */
  static double expectedQuality(Candidate candidate) {
    return candidate.estimate().quality().orElse(candidate.standing().successRate());
  }

  /** The cost as a loss of quality. */
  static double costInQuality(Candidate candidate, double usdPerQuality) {
    return Double.isFinite(usdPerQuality) ? 0.0 - knownCost(candidate) / usdPerQuality : 0;
  }

  /** Refuses a worth of quality that is not above 0. */
  static void requireWorth(double usdPerQuality) {
    if (!(usdPerQuality > 0)) {
      throw new IllegalArgumentException(
          "A point of quality is worth more than 0 USD; got " + usdPerQuality);
    }
  }

  /** Refuses a share outside 0 to 1. */
  static void requireShare(String what, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(what + " lies between 0 and 1; got " + share);
    }
  }
}
