package dev.sextant.engine.route.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;

/** Situations and policies of every kind, by seed. */
final class RandomSituations {
  private final Random random;

  RandomSituations(long seed) {
    this.random = new Random(seed);
  }

  Situation situation() {
    List<Candidate> candidates = new ArrayList<>();
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      candidates.add(candidate("e" + i));
    }
    Request request = new Request(random.nextInt(5000), random.nextInt(2000), constraints());
    return new Situation(request, candidates, random.nextLong(), random.nextLong());
  }

  private Constraints constraints() {
    if (random.nextBoolean()) {
      return Constraints.NONE;
    }
    return new Constraints(
        rarely() ? Set.of("m0", "m1") : Set.of(),
        rarely() ? Set.of("tools") : Set.of(),
        rarely() ? OptionalLong.of(random.nextInt(1_000_000)) : OptionalLong.empty(),
        rarely() ? OptionalLong.of(random.nextInt(1_000_000)) : OptionalLong.empty(),
        rarely() ? OptionalDouble.of(random.nextDouble()) : OptionalDouble.empty(),
        rarely() ? OptionalLong.of(random.nextInt(10_000)) : OptionalLong.empty(),
        rarely() ? Set.of("e0") : Set.of());
  }

  private Candidate candidate(String endpoint) {
    Standing.Health health =
        rarely() ? List.of(Standing.Health.values()).get(random.nextInt(3)) : Standing.Health.UP;
    long cost = random.nextInt(500_000);
    boolean priced = !rarely();
    return new Candidate(
        endpoint,
        "m" + random.nextInt(4),
        random.nextBoolean() ? Set.of("tools", "json") : Set.of(),
        random.nextInt(3),
        random.nextInt(4),
        new Limits(
            rarely() ? OptionalInt.of(random.nextInt(8000)) : OptionalInt.empty(),
            rarely() ? OptionalInt.of(random.nextInt(4000)) : OptionalInt.empty(),
            rarely() ? OptionalInt.of(1 + random.nextInt(4)) : OptionalInt.empty(),
            rarely() ? OptionalLong.of(random.nextInt(3)) : OptionalLong.empty(),
            rarely() ? OptionalLong.of(random.nextInt(9000)) : OptionalLong.empty()),
        new Estimate(
            rarely() ? OptionalDouble.empty() : OptionalDouble.of(random.nextDouble()),
            random.nextDouble(),
            priced ? OptionalLong.of(cost) : OptionalLong.empty(),
            priced ? OptionalLong.of(2 * cost) : OptionalLong.empty(),
            rarely() ? OptionalDouble.empty() : OptionalDouble.of(1000 * random.nextDouble())),
        new Standing(health, random.nextInt(5), 40 * random.nextDouble(), random.nextInt(40)));
  }

  private boolean rarely() {
    return random.nextInt(5) == 0;
  }

  /** One policy of each kind. */
  List<Policy> policies() {
    double worth = random.nextBoolean() ? Double.POSITIVE_INFINITY : 0.001 + random.nextDouble();
    return List.of(
        new Policy.Fixed("e0"),
        new Policy.Priority(),
        new Policy.Weighted(),
        new Policy.RoundRobin(),
        new Policy.Cheapest(),
        new Policy.LowestLatency(),
        new Policy.LeastInFlight(),
        new Policy.Reward(worth),
        new MultiFactor(random.nextDouble(), 0.5, random.nextInt(2), random.nextDouble(), 0.1),
        new Threshold("e0", "e1", random.nextDouble() - 0.5),
        new Cascade(List.of("e1", "e0"), random.nextDouble()),
        new Thompson(worth, 1 + random.nextInt(30), 0.1 * random.nextDouble()),
        new Policy.EpsilonMix(new Policy.LowestLatency(), random.nextDouble()));
  }
}
