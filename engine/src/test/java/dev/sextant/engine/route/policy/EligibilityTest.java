package dev.sextant.engine.route.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.policy.Rejection.Reason;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each reason against a target, by the least that brings it about, and by one less. */
class EligibilityTest {
  private static final Estimate KNOWN =
      new Estimate(
          OptionalDouble.of(0.7),
          0.1,
          OptionalLong.of(100),
          OptionalLong.of(200),
          OptionalDouble.of(900));
  private static final Candidate GOOD = Candidate.of("e", "m").with(KNOWN);

  private final EnumSet<Reason> seen = EnumSet.noneOf(Reason.class);

  private Optional<Reason> reason(Constraints demands, Candidate candidate) {
    Situation situation = new Situation(new Request(700, 300, demands), List.of(candidate), 0, 0);
    Optional<Reason> reason =
        Decision.take(new Policy.Weighted(), situation)
            .verdicts()
            .getFirst()
            .rejection()
            .map(Rejection::reason);
    reason.ifPresent(seen::add);
    return reason;
  }

  private void rejects(Reason reason, Constraints demands, Candidate candidate) {
    assertThat(reason(demands, candidate)).contains(reason);
  }

  private void accepts(Constraints demands, Candidate candidate) {
    assertThat(reason(demands, candidate)).isEmpty();
  }

  private static Constraints money(long maxCost, long budget) {
    return new Constraints(
        Set.of(),
        Set.of(),
        OptionalLong.of(maxCost),
        OptionalLong.of(budget),
        OptionalDouble.empty(),
        OptionalLong.empty(),
        Set.of());
  }

  private static Constraints promise(double quality, long deadline) {
    return new Constraints(
        Set.of(),
        Set.of(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalDouble.of(quality),
        OptionalLong.of(deadline),
        Set.of());
  }

  private static Constraints sets(Set<String> models, Set<String> capabilities, Set<String> tried) {
    return new Constraints(
        models,
        capabilities,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalDouble.empty(),
        OptionalLong.empty(),
        tried);
  }

  private static Limits limits(int context, int output, int inFlight) {
    return new Limits(
        OptionalInt.of(context),
        OptionalInt.of(output),
        OptionalInt.of(inFlight),
        OptionalLong.empty(),
        OptionalLong.empty());
  }

  private static Limits rates(long requests, long tokens) {
    return new Limits(
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalLong.of(requests),
        OptionalLong.of(tokens));
  }

  @Test
  void everyReasonAndItsBorder() {
    Constraints none = Constraints.NONE;
    accepts(none, GOOD);
    rejects(Reason.DISABLED, none, GOOD.with(new Standing(Standing.Health.DISABLED, 0, 0, 0)));
    rejects(Reason.UNHEALTHY, none, GOOD.with(new Standing(Standing.Health.BREAKER_OPEN, 0, 0, 0)));
    rejects(Reason.ALREADY_TRIED, sets(Set.of(), Set.of(), Set.of("e")), GOOD);
    rejects(Reason.MODEL, sets(Set.of("other"), Set.of(), Set.of()), GOOD);
    accepts(sets(Set.of("other", "m"), Set.of(), Set.of()), GOOD);
    rejects(Reason.CAPABILITY, sets(Set.of(), Set.of("tools"), Set.of()), GOOD);
    rejects(Reason.CONTEXT_WINDOW, none, GOOD.with(limits(999, 300, 1)));
    rejects(Reason.OUTPUT_WINDOW, none, GOOD.with(limits(1000, 299, 1)));
    accepts(none, GOOD.with(limits(1000, 300, 1)));
    Standing busy = new Standing(Standing.Health.UP, 2, 0, 0);
    rejects(Reason.IN_FLIGHT_LIMIT, none, GOOD.with(limits(1000, 300, 2)).with(busy));
    accepts(none, GOOD.with(limits(1000, 300, 3)).with(busy));
    rejects(Reason.RATE_LIMIT_REQUESTS, none, GOOD.with(rates(0, 5000)));
    rejects(Reason.RATE_LIMIT_TOKENS, none, GOOD.with(rates(1, 999)));
    accepts(none, GOOD.with(rates(1, 1000)));
    rejects(Reason.PRICE_UNKNOWN, money(1000, 1000), GOOD.with(Estimate.UNKNOWN));
    rejects(Reason.MAX_COST, money(199, 1000), GOOD);
    rejects(Reason.OVER_BUDGET, money(1000, 199), GOOD);
    accepts(money(200, 200), GOOD);
    rejects(Reason.MIN_QUALITY, promise(0.71, 1000), GOOD);
    rejects(Reason.MIN_QUALITY, promise(0.1, 1000), GOOD.with(Estimate.UNKNOWN));
    rejects(Reason.DEADLINE, promise(0.7, 899), GOOD);
    accepts(promise(0.7, 900), GOOD);
    assertThat(EnumSet.complementOf(seen)).containsExactly(Reason.NOT_IN_POLICY);
  }

  @Test
  void anUnknownPriceDoesNotMatterWhereNothingAsksForIt() {
    accepts(Constraints.NONE, GOOD.with(Estimate.UNKNOWN));
    Situation situation =
        new Situation(
            new Request(1, 1, Constraints.NONE), List.of(GOOD.with(Estimate.UNKNOWN)), 0, 0);
    Decision decision = Decision.take(new Policy.Cheapest(), situation);
    assertThat(decision.chosen()).isEmpty();
    assertThat(decision.verdicts().getFirst().rejection().orElseThrow().reason())
        .isEqualTo(Reason.PRICE_UNKNOWN);
  }

  @Test
  void aPolicyThatNamesItsTargetsPassesOverTheOthers() {
    Situation situation =
        new Situation(
            new Request(1, 1, Constraints.NONE), List.of(GOOD, Candidate.of("f", "m")), 0, 0);
    Decision decision = Decision.take(new Policy.Fixed("f"), situation);
    assertThat(decision.chosen().orElseThrow().endpoint()).isEqualTo("f");
    assertThat(decision.verdicts().getFirst().rejection().orElseThrow().reason())
        .isEqualTo(Reason.NOT_IN_POLICY);
  }

  @Test
  void twoTargetsOfOneNameAreRefused() {
    assertThatThrownBy(
            () -> new Situation(new Request(1, 1, Constraints.NONE), List.of(GOOD, GOOD), 0, 0))
        .isInstanceOf(SextantException.class)
        .hasMessageContaining("\"e\" twice");
  }
}
