package dev.sextant.engine.route.serve;

import dev.sextant.engine.route.define.Budget;
import dev.sextant.engine.route.define.ChatModel;
import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.PolicyText;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.learn.Expected;
import dev.sextant.engine.route.ledger.AttemptStart.Hold;
import dev.sextant.engine.route.policy.Candidate;
import dev.sextant.engine.route.policy.Constraints;
import dev.sextant.engine.route.policy.Decision;
import dev.sextant.engine.route.policy.DecisionInputs;
import dev.sextant.engine.route.policy.Estimate;
import dev.sextant.engine.route.policy.Limits;
import dev.sextant.engine.route.policy.Policy;
import dev.sextant.engine.route.policy.Rejection.Reason;
import dev.sextant.engine.route.policy.Request;
import dev.sextant.engine.route.policy.Situation;
import dev.sextant.engine.route.price.PriceList;
import dev.sextant.engine.route.price.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** The decisions of one call: what each target costs, grants and promises now. */
final class Deciding {
  /** The longest answer where neither the call nor the endpoint or model tells one. */
  static final int DEFAULT_MAX_TOKENS = 1024;

  /** Tokens that a provider may add to a prompt to frame it, beyond those that are counted here. */
  static final int FRAME_TOKENS = 16;

  private static final double NANOS_PER_MICRO = 1e3;

  private final Router router;
  private final Call call;
  private final Instant start;
  private final Map<String, Expected> expected;
  private final PriceList prices;
  private final int promptTokens;
  private final long seed;
  private final List<Budget> budgets;

  Deciding(Router router, Call call, Expectations expectations) {
    this.router = router;
    this.call = call;
    this.start = router.parts().clock().instant();
    this.expected = expectations.of(call.prompt());
    this.prices = call.set().priceList();
    this.promptTokens = Router.tokens(call);
    this.seed = router.seed(call.options());
    this.budgets =
        call.set().budgets().stream()
            .filter(b -> b.weighs(call.route().name(), call.options().user()))
            .toList();
  }

  /**
   * A decision with what it was taken from.
   *
   * @param at when
   * @param micros how long it took
   */
  record Taken(Instant at, DecisionInputs inputs, Decision decision, long micros) {}

  Call call() {
    return call;
  }

  Instant start() {
    return start;
  }

  long seed() {
    return seed;
  }

  PriceList prices() {
    return prices;
  }

  int promptTokens() {
    return promptTokens;
  }

  Endpoint endpoint(String name) {
    return call.set().endpoint(name);
  }

  /** The longest answer that an endpoint is asked for. */
  int maxTokens(Endpoint endpoint) {
    Optional<ChatModel> model = call.set().findModel(endpoint.model());
    int most =
        call.options()
            .maxTokens()
            .orElse(endpoint.options().count("max_output").orElse(DEFAULT_MAX_TOKENS));
    return Math.min(most, model.map(m -> m.outputTokens().orElse(most)).orElse(most));
  }

  /** What the call demands; where it demands nothing, what each target gives. */
  private int maxTokens() {
    return call.options()
        .maxTokens()
        .orElseGet(
            () ->
                call.route().targets().stream()
                    .mapToInt(target -> maxTokens(endpoint(target.endpoint())))
                    .min()
                    .orElse(DEFAULT_MAX_TOKENS));
  }

  /** What a call of a model may cost at most. */
  OptionalLong mostNanoUsd(Endpoint endpoint) {
    return prices.costNanoUsd(
        endpoint.model(), Usage.of(promptTokens + FRAME_TOKENS, maxTokens(endpoint)), start);
  }

  /** What is put aside for a call that costs so much. */
  List<Hold> holds(long nanoUsd) {
    List<Hold> holds = new ArrayList<>();
    for (Budget budget : budgets) {
      holds.add(
          new Hold(
              budget.purse(call.options().user()),
              budget.name(),
              nanoUsd,
              budget.limitNanoUsd(),
              budget.window(),
              budget.exhausted() != Budget.Exhausted.WARN));
    }
    return holds;
  }

  /** What the budgets that only warn have too little of. */
  List<String> warnings(long nanoUsd) {
    List<String> warnings = new ArrayList<>();
    for (Hold hold : holds(nanoUsd)) {
      if (!hold.strict() && router.log().left(List.of(hold)).orElse(0) < nanoUsd) {
        warnings.add("Budget \"%s\" is exhausted; the call was made.".formatted(hold.budget()));
      }
    }
    return warnings;
  }

  /**
   * Decides.
   *
   * @param tried the endpoints that failed already
   */
  Taken take(Instant now, Set<String> tried) {
    long began = router.parts().nanoTime().getAsLong();
    Situation situation = situation(now, tried);
    Policy policy = policy(situation);
    Decision decision = Decision.take(policy, situation);
    boolean cheapest =
        budgets.stream().anyMatch(b -> b.exhausted() == Budget.Exhausted.CHEAPEST)
            && decision.verdicts().stream()
                .flatMap(v -> v.rejection().stream())
                .anyMatch(r -> r.reason() == Reason.OVER_BUDGET);
    if (cheapest) {
      policy = new Policy.Cheapest();
      decision = Decision.take(policy, situation);
    }
    long nanos = router.parts().nanoTime().getAsLong() - began;
    return new Taken(
        now, new DecisionInputs(policy, situation), decision, Math.round(nanos / NANOS_PER_MICRO));
  }

  private Policy policy(Situation situation) {
    Route route = call.route();
    return route.policy().name().equals(PolicyText.SQL)
        ? router.sqlPolicy().scored(route.policy().query(), situation)
        : route.policy().policy(route.targets().stream().map(Route.Target::endpoint).toList());
  }

  private Situation situation(Instant now, Set<String> tried) {
    Constraints asked = call.options().constraints();
    Duration left = call.route().deadline().minus(Duration.between(start, now));
    long millis = Math.min(asked.deadlineMillis().orElse(Long.MAX_VALUE), left.toMillis());
    List<Hold> strict = holds(0).stream().filter(Hold::strict).toList();
    Constraints demands =
        new Constraints(
            asked.models(),
            asked.capabilities(),
            asked.maxCostNanoUsd(),
            router.log().left(strict),
            asked.minQuality(),
            OptionalLong.of(Math.max(0, millis)),
            tried);
    List<Candidate> candidates =
        call.route().targets().stream().map(target -> candidate(target, now)).toList();
    return new Situation(
        new Request(promptTokens, maxTokens(), demands),
        candidates,
        router.turn(call.route().name()).get(),
        seed);
  }

  private Candidate candidate(Route.Target target, Instant now) {
    Endpoint endpoint = endpoint(target.endpoint());
    EndpointState state = router.state(endpoint);
    Optional<ChatModel> model = call.set().findModel(endpoint.model());
    Limits limits =
        new Limits(
            model.map(ChatModel::contextTokens).orElse(java.util.OptionalInt.empty()),
            model.map(ChatModel::outputTokens).orElse(java.util.OptionalInt.empty()),
            state.maxInFlight(),
            state.requestsLeft(),
            state.tokensLeft());
    return new Candidate(
        endpoint.name(),
        endpoint.model(),
        model.map(m -> Set.copyOf(m.capabilities())).orElse(Set.of()),
        target.priority(),
        target.weight(),
        limits,
        estimate(endpoint, state, now),
        state.standing(endpoint.enabled()));
  }

  private Estimate estimate(Endpoint endpoint, EndpointState state, Instant now) {
    int most = maxTokens(endpoint);
    double usual = Math.min(most, state.outputTokens().orElse(most));
    Expected quality = expected.get(endpoint.model());
    return new Estimate(
        quality == null ? OptionalDouble.empty() : OptionalDouble.of(quality.value()),
        quality == null ? 0 : quality.error(),
        prices.costNanoUsd(
            endpoint.model(), Usage.of(promptTokens, (long) Math.ceil(usual - 1e-6)), now),
        prices.costNanoUsd(endpoint.model(), Usage.of(promptTokens + FRAME_TOKENS, most), now),
        state.latencyMillis());
  }
}
