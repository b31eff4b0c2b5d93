package dev.sextant.engine.route.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What each policy prefers. */
class PolicyTest {
  private static Candidate candidate(String name, double quality, long cost, double latency) {
    return Candidate.of(name, "m-" + name)
        .with(
            new Estimate(
                OptionalDouble.of(quality),
                0,
                OptionalLong.of(cost),
                OptionalLong.of(cost),
                OptionalDouble.of(latency)));
  }

  private static Standing seen(int inFlight, double successes, double failures) {
    return new Standing(Standing.Health.UP, inFlight, successes, failures);
  }

  private static List<Double> probabilities(Policy policy, long turn, Candidate... candidates) {
    return Decision.take(policy, situation(turn, candidates)).verdicts().stream()
        .map(Verdict::probability)
        .toList();
  }

  private static Situation situation(long turn, Candidate... candidates) {
    return new Situation(new Request(10, 10, Constraints.NONE), List.of(candidates), turn, turn);
  }

  private static String chosen(Policy policy, Candidate... candidates) {
    return Decision.take(policy, situation(0, candidates)).chosen().orElseThrow().endpoint();
  }

  private final Candidate good = candidate("good", 0.9, 3_000_000, 900);
  private final Candidate fast = candidate("fast", 0.6, 1_000_000, 100);
  private final Candidate cheap = candidate("cheap", 0.5, 10_000, 500);

  @Test
  void simplePoliciesTakeTheExtreme() {
    assertThat(chosen(new Policy.Cheapest(), good, fast, cheap)).isEqualTo("cheap");
    assertThat(chosen(new Policy.LowestLatency(), good, fast, cheap)).isEqualTo("fast");
    assertThat(chosen(new Policy.LowestLatency(), fast, Candidate.of("new", "m"))).isEqualTo("new");
    assertThat(chosen(new Policy.Reward(Double.POSITIVE_INFINITY), good, fast, cheap))
        .isEqualTo("good");
    // A cent a point: 0.6, 0.5, 0.499; a tenth of a cent: -2.1, -0.4, 0.49.
    // one.
    assertThat(chosen(new Policy.Reward(0.01), good, fast, cheap)).isEqualTo("good");
    assertThat(chosen(new Policy.Reward(0.001), good, fast, cheap)).isEqualTo("cheap");
  }

  @Test
  void sharesFollowWeightsPrioritiesAndLoad() {
    assertThat(probabilities(new Policy.Weighted(), 0, good.ranked(0, 1), fast.ranked(0, 3)))
        .containsExactly(0.25, 0.75);
    assertThat(probabilities(new Policy.Weighted(), 0, good.ranked(0, 0), fast.ranked(0, 0)))
        .containsExactly(0.5, 0.5);
    assertThat(
            probabilities(
                new Policy.Priority(), 0, good.ranked(1, 9), fast.ranked(0, 1), cheap.ranked(0, 3)))
        .containsExactly(0.0, 0.25, 0.75);
    assertThat(
            probabilities(
                new Policy.LeastInFlight(),
                0,
                good.with(seen(2, 0, 0)),
                fast.with(seen(1, 0, 0)),
                cheap.with(seen(1, 0, 0))))
        .containsExactly(0.0, 0.5, 0.5);
    assertThat(probabilities(new Policy.EpsilonMix(new Policy.Cheapest(), 0.3), 0, good, cheap))
        .containsExactly(0.15, 0.85);
  }

  @Test
  void roundRobinGoesRound() {
    List<String> picks = new ArrayList<>();
    for (long turn = -1; turn < 5; turn++) {
      picks.add(
          Decision.take(new Policy.RoundRobin(), situation(turn, good, fast, cheap))
              .chosen()
              .orElseThrow()
              .endpoint());
    }
    assertThat(picks).containsExactly("cheap", "good", "fast", "cheap", "good", "fast");
  }

  @Test
  void aSlowTargetThatSucceedsBeatsAFastOneThatFails() {
    MultiFactor policy = new MultiFactor(0, 0.6, 0, 0.4, 0);
    Candidate failing = candidate("failing", 0.5, 1, 100).with(seen(0, 40, 60));
    Candidate sound = candidate("sound", 0.5, 1, 10_000).with(seen(0, 100, 0));
    assertThat(chosen(policy, failing, sound)).isEqualTo("sound");
  }

  @Test
  void costCounts() {
    Candidate dear = candidate("dear", 0.8, 10_000_000_000L, 100);
    Candidate low = candidate("low", 0.8, 100_000, 100);
    assertThat(chosen(new MultiFactor(0.7, 0, 0.3, 0, 0), dear, low)).isEqualTo("low");
    assertThat(chosen(new MultiFactor(1, 0, 0, 0, 0), dear, low)).isEqualTo("dear");
  }

  @Test
  void multiFactorAddsScaledFactors() {
    Decision decision =
        Decision.take(
            new MultiFactor(0.5, 0, 0.25, 0.125, 0.125),
            situation(0, good.with(seen(4, 0, 0)), fast, cheap.with(seen(2, 0, 0))));
    List<Score> scores =
        decision.verdicts().stream().map(verdict -> verdict.score().orElseThrow()).toList();
    assertThat(scores.get(0).terms())
        .containsExactly(
            new Score.Term("quality", 0.5),
            new Score.Term("cost", 0),
            new Score.Term("latency", 0),
            new Score.Term("load", 0));
    assertThat(scores.get(2).value()).isCloseTo(0.25 + 0.125 * 0.5 + 0.125 * 0.5, within(1e-12));
    assertThat(decision.verdicts().stream().map(Verdict::rank)).containsExactly(2, 1, 3);
  }

  @Test
  void theStrongTargetMustGainEnough() {
    assertThat(chosen(new Threshold("cheap", "good", 0.39), cheap, good)).isEqualTo("good");
    assertThat(chosen(new Threshold("cheap", "good", 0.41), cheap, good)).isEqualTo("cheap");
    assertThat(chosen(new Threshold("cheap", "good", 0.41), fast, good)).isEqualTo("good");
  }

  @Test
  void aCascadeGoesOnUntilAnAnswerIsGoodEnough() {
    Cascade policy = new Cascade(List.of("cheap", "fast", "good"), 0.8);
    assertThat(chosen(policy, good, fast, cheap)).isEqualTo("cheap");
    assertThat(policy.accepts("cheap", 0.79)).isFalse();
    assertThat(policy.accepts("cheap", 0.8)).isTrue();
    assertThat(policy.accepts("good", 0)).isTrue();
    Constraints after = Constraints.NONE.withTried(java.util.Set.of("cheap"));
    Situation next = new Situation(new Request(1, 1, after), List.of(good, fast, cheap), 0, 0);
    assertThat(Decision.take(policy, next).chosen().orElseThrow().endpoint()).isEqualTo("fast");
  }

  /** P(one Beta exceeds another), by the midpoint rule over the two densities. */
  private static double exceeds(double a1, double b1, double a2, double b2) {
    int cells = 200_000;
    double below = 0;
    double both = 0;
    double total = 0;
    for (int i = 0; i < cells; i++) {
      double x = (i + 0.5) / cells;
      double first = Math.exp((a1 - 1) * Math.log(x) + (b1 - 1) * Math.log1p(-x));
      double second = Math.exp((a2 - 1) * Math.log(x) + (b2 - 1) * Math.log1p(-x));
      both += first * (below + second / 2);
      below += second;
      total += first;
    }
    return both / (total * below);
  }

  @Test
  void thompsonTakesATargetAsOftenAsItIsBelievedToBeTheBest() {
    double[][] worlds = {{3, 5, 4, 4}, {0, 0, 0, 0}, {30, 10, 20, 10}, {0.5, 2, 1.5, 0.25}};
    for (double[] world : worlds) {
      double first =
          probabilities(
                  new Thompson(Double.POSITIVE_INFINITY, 100_000, 0),
                  7,
                  good.with(seen(0, world[0], world[1])),
                  fast.with(seen(0, world[2], world[3])))
              .getFirst();
      double truth = exceeds(world[0] + 1, world[1] + 1, world[2] + 1, world[3] + 1);
      // Four standard deviations of a share in 100,000 draws.
      assertThat(first).isCloseTo(truth, within(0.0064));
    }
  }

  @Test
  void thompsonKeepsItsFloorAndSaysThatItSampled() {
    Decision decision =
        Decision.take(
            new Thompson(Double.POSITIVE_INFINITY, 50, 0.04),
            situation(3, good.with(seen(0, 1000, 0)), fast.with(seen(0, 0, 1000))));
    assertThat(decision.verdicts().getLast().probability()).isEqualTo(0.02);
    assertThat(decision.propensity().orElseThrow().kind()).isEqualTo(Propensity.Kind.MONTE_CARLO);
  }

  @Test
  void aTargetThatFailsAtFirstGetsItsTrafficBack() {
    // The late bloomer always succeeds but for its first call; the other succeeds 3 times in 10.
    Random outcomes = new Random(11);
    double[] successes = new double[2];
    double[] failures = {1, 0};
    int picks = 0;
    for (int turn = 0; turn < 1000; turn++) {
      Decision decision =
          Decision.take(
              new Thompson(Double.POSITIVE_INFINITY, 100, 0.02),
              situation(
                  turn,
                  good.with(seen(0, successes[0], failures[0])),
                  fast.with(seen(0, successes[1], failures[1]))));
      int pick = decision.verdicts().indexOf(decision.chosen().orElseThrow());
      boolean success = pick == 0 || outcomes.nextInt(10) < 3;
      successes[pick] += success ? 1 : 0;
      failures[pick] += success ? 0 : 1;
      picks += pick == 0 ? 1 : 0;
    }
    assertThat(picks).isGreaterThan(950);
  }
}
