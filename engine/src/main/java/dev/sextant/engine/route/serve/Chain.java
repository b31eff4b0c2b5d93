package dev.sextant.engine.route.serve;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.client.ChatAnswer;
import dev.sextant.engine.route.client.ChatFailure;
import dev.sextant.engine.route.client.ChatRequest;
import dev.sextant.engine.route.client.Tokens;
import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.ErrorClass;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.ledger.AttemptEnd;
import dev.sextant.engine.route.ledger.AttemptEnd.Settlement;
import dev.sextant.engine.route.ledger.AttemptStart;
import dev.sextant.engine.route.policy.Rejection;
import dev.sextant.engine.route.policy.Rejection.Reason;
import dev.sextant.engine.route.policy.Verdict;
import dev.sextant.engine.route.price.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/*
 * Decide, take a place, put the money aside, ask, settle; where that fails, decide again among the
 * targets that have not failed on this call. Budgets and limits are looked at anew each time.
 *
 * Where no target is left, but one may be later (its breaker closes, its Retry-After is over, it
 * failed but once), the call waits if its deadline allows it: as long as the target asks, and a
 * share of a growing time that is drawn from the call's seed ("full jitter", M. Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). This is the one loop that tries
 * again: clients do not.
 */
/** The attempts of one call. */
final class Chain {
  private static final Duration FIRST_WAIT = Duration.ofMillis(250);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final int MAX_ROUNDS = 10_000;

  private final Router router;
  private final Deciding deciding;
  private final BooleanSupplier cancelled;
  private final SplittableRandom random;
  private final Set<String> tried = new HashSet<>();
  private final Set<String> done = new HashSet<>();
  private final List<String> failures = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private long decision;
  private long latest;
  private @Nullable Completion passedOver;
  private int attempts;
  private int waits;
  private long spentNanoUsd;
  private boolean costKnown = true;

  Chain(Router router, Deciding deciding, BooleanSupplier cancelled) {
    this.router = router;
    this.deciding = deciding;
    this.cancelled = cancelled;
    this.random = new SplittableRandom(deciding.seed());
  }

  private Instant now() {
    return router.parts().clock().instant();
  }

  private Duration left() {
    return deciding.call().route().deadline().minus(Duration.between(deciding.start(), now()));
  }

  /** The answer; one that was judged too low where nothing better came. */
  Completion run() {
    try {
      return decided();
    } catch (SextantException failure) {
      Completion low = passedOver;
      if (low == null || failure.code() == ErrorCode.CANCELLED) {
        throw failure;
      }
      warn("The cascade took an answer below its gate: " + failure.getMessage());
      router.log().closed(decision, "ok");
      return completion(low.text(), low.endpoint(), low.model(), low.usage());
    }
  }

  private Completion decided() {
    router.turn(deciding.call().route().name()).incrementAndGet();
    for (int round = 0; round < MAX_ROUNDS; round++) {
      if (cancelled.getAsBoolean()) {
        throw ended(ErrorClass.CANCELLED.sqlName(), cancelledFailure());
      }
      Deciding.Taken taken = deciding.take(now(), tried);
      Optional<Verdict> chosen = taken.decision().chosen();
      if (chosen.isEmpty()) {
        if (!waitFor(taken)) {
          throw noTarget(taken);
        }
        continue;
      }
      Endpoint endpoint = deciding.endpoint(chosen.get().endpoint());
      long most = deciding.promptTokens() + (long) deciding.maxTokens(endpoint);
      Optional<EndpointState.Slot> place = router.state(endpoint).acquire(most);
      if (place.isEmpty()) {
        continue; // another call took the last one: look again
      }
      try (EndpointState.Slot slot = place.get()) {
        log(taken);
        Optional<Completion> answer = attempt(endpoint, slot);
        if (answer.isPresent()) {
          return answer.get();
        }
      }
    }
    throw ended("no_candidate", failed("was passed by other calls each time"));
  }

  private void log(Deciding.Taken taken) {
    OptionalLong before = decision == 0 ? OptionalLong.empty() : OptionalLong.of(decision);
    long id = router.log().decided(router.entry(deciding.call(), taken, before));
    decision = decision == 0 ? id : decision;
    latest = id;
  }

  /** A call that is under way. */
  private record Attempt(long id, Endpoint endpoint, EndpointState.Slot slot, Instant at) {}

  /** Empty where another target is to be looked for. */
  private Optional<Completion> attempt(Endpoint endpoint, EndpointState.Slot slot) {
    Duration timeout = endpoint.timeout().compareTo(left()) < 0 ? endpoint.timeout() : left();
    ChatRequest request = request(endpoint, timeout);
    OptionalLong most = deciding.mostNanoUsd(endpoint);
    deciding.warnings(most.orElse(0)).forEach(this::warn);
    Instant at = now();
    OptionalLong id =
        router
            .log()
            .begin(
                new AttemptStart(
                    decision,
                    attempts + 1,
                    endpoint.name(),
                    endpoint.model(),
                    at,
                    deciding.holds(most.orElse(0)),
                    at.plus(timeout).plus(GRACE)));
    if (id.isEmpty()) {
      return Optional.empty(); // the budget went to another call
    }
    attempts++;
    Attempt attempt = new Attempt(id.getAsLong(), endpoint, slot, at);
    try {
      Completion answer = answered(attempt, router.parts().client().ask(request));
      return accepts(answer) ? Optional.of(answer) : Optional.empty();
    } catch (ChatFailure failure) {
      failed(attempt, failure);
      return Optional.empty();
    }
  }

  private ChatRequest request(Endpoint endpoint, Duration timeout) {
    CallOptions options = deciding.call().options();
    return new ChatRequest(
        endpoint,
        endpoint.secret().map(router.parts().secrets()),
        options.system(),
        deciding.call().prompt(),
        deciding.maxTokens(endpoint),
        options.temperature(),
        timeout,
        cancelled);
  }

  private void warn(String warning) {
    if (!warnings.contains(warning)) {
      warnings.add(warning);
    }
  }

  private Duration took(Attempt attempt) {
    return Duration.between(attempt.at(), now());
  }

  private Usage estimated(Endpoint endpoint, ChatAnswer answer) {
    String tokenizer =
        deciding
            .call()
            .set()
            .findModel(endpoint.model())
            .map(model -> model.tokenizer())
            .orElse(Tokens.DEFAULT);
    return Usage.of(deciding.promptTokens(), Tokens.count(answer.text(), tokenizer));
  }

  private Completion answered(Attempt attempt, ChatAnswer answer) {
    Endpoint endpoint = attempt.endpoint();
    Duration took = took(attempt);
    Usage usage = answer.usage().orElseGet(() -> estimated(endpoint, answer));
    OptionalLong cost = deciding.prices().costNanoUsd(endpoint.model(), usage, attempt.at());
    boolean known = cost.isPresent();
    router
        .log()
        .end(
            attempt.id(),
            new AttemptEnd(
                took.toMillis(),
                OptionalInt.of(200),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.of(answer.finishReason()),
                Optional.of(usage),
                answer.usage().isPresent() ? "provider" : "estimated",
                cost,
                known ? Settlement.SETTLE : Settlement.LEAK,
                answer.requestId(),
                Optional.of(answer.text())));
    attempt
        .slot()
        .succeeded(took, usage.inputTokens() + usage.outputTokens(), usage.outputTokens());
    router.log().closed(decision, "ok");
    if (!known) {
      warn("The price of model \"%s\" is not known: the cost is NULL.".formatted(endpoint.model()));
    }
    costKnown &= known;
    spentNanoUsd += cost.orElse(0);
    return completion(answer.text(), endpoint.name(), endpoint.model(), usage);
  }

  private Completion completion(String text, String endpoint, String model, Usage usage) {
    return new Completion(
        text,
        decision,
        endpoint,
        model,
        attempts,
        usage,
        costKnown ? OptionalLong.of(spentNanoUsd) : OptionalLong.empty(),
        Duration.between(deciding.start(), now()).toMillis(),
        warnings);
  }

  /** Has an answer judged where the policy wants that; one that is too low is logged and kept. */
  private boolean accepts(Completion answer) {
    Route route = deciding.call().route();
    Optional<String> judge = route.policy().judge();
    if (judge.isEmpty()) {
      return true;
    }
    double judged = router.sqlPolicy().judged(judge.get(), deciding.call().prompt(), answer.text());
    router.log().feedback(latest, "judge", judged, "cascade");
    List<String> targets = route.targets().stream().map(Route.Target::endpoint).toList();
    if (attempts >= route.attempts()
        || route.policy().accepts(targets, answer.endpoint(), judged)) {
      return true;
    }
    tried.add(answer.endpoint());
    done.add(answer.endpoint());
    passedOver = answer;
    return false;
  }

  /** Logs a failure; throws where no other target is to be looked for. */
  private void failed(Attempt attempt, ChatFailure failure) {
    Duration took = took(attempt);
    ErrorClass errorClass = failure.errorClass();
    costKnown &= !failure.mayHaveCost();
    router
        .log()
        .end(
            attempt.id(),
            new AttemptEnd(
                took.toMillis(),
                failure.status(),
                Optional.of(errorClass.sqlName()),
                failure.retryAfter().isPresent()
                    ? OptionalLong.of(failure.retryAfter().get().toMillis())
                    : OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                "none",
                OptionalLong.empty(),
                failure.mayHaveCost() ? Settlement.LEAK : Settlement.RELEASE,
                Optional.empty(),
                Optional.empty()));
    attempt.slot().failed(errorClass, took, failure.retryAfter());
    Endpoint endpoint = attempt.endpoint();
    failures.add("endpoint \"" + endpoint.name() + "\" " + failure.getMessage());
    if (errorClass == ErrorClass.CANCELLED) {
      throw ended(errorClass.sqlName(), cancelledFailure());
    }
    boolean passesOn = deciding.call().route().fallback().contains(errorClass);
    if (!passesOn || attempts >= deciding.call().route().attempts()) {
      throw ended(
          errorClass.sqlName(),
          failed("got no answer in " + attempts + (attempts == 1 ? " attempt" : " attempts")));
    }
    tried.add(endpoint.name());
    if (errorClass == ErrorClass.CONTEXT_LENGTH) {
      done.addAll(notLarger(endpoint));
      tried.addAll(done);
    }
  }

  /** The targets whose window is not known to be larger. */
  private List<String> notLarger(Endpoint endpoint) {
    int window = window(endpoint);
    return deciding.call().route().targets().stream()
        .map(target -> target.endpoint())
        .filter(name -> window(deciding.endpoint(name)) <= window)
        .toList();
  }

  private int window(Endpoint endpoint) {
    return deciding
        .call()
        .set()
        .findModel(endpoint.model())
        .map(model -> model.contextTokens().orElse(0))
        .orElse(0);
  }

  /** Waits until a target may be asked again; whether that makes sense. */
  private boolean waitFor(Deciding.Taken taken) {
    Optional<Duration> shortest = Optional.empty();
    for (Verdict verdict : taken.decision().verdicts()) {
      Optional<Duration> wait = verdict.rejection().flatMap(r -> wait(verdict.endpoint(), r));
      if (wait.isPresent() && (shortest.isEmpty() || wait.get().compareTo(shortest.get()) < 0)) {
        shortest = wait;
      }
    }
    if (shortest.isEmpty() || shortest.get().compareTo(left()) >= 0) {
      return false;
    }
    waits++;
    router.parts().pause().pause(shortest.get(), cancelled);
    tried.retainAll(done);
    return true;
  }

  private Optional<Duration> wait(String name, Rejection rejection) {
    if (done.contains(name)) {
      return Optional.empty();
    }
    Endpoint endpoint = deciding.endpoint(name);
    EndpointState state = router.state(endpoint);
    if (rejection.reason() == Reason.ALREADY_TRIED) {
      Duration ready = state.until(Reason.UNHEALTHY, 0).orElse(left());
      Duration jitter = jitter();
      return Optional.of(ready.compareTo(jitter) > 0 ? ready : jitter);
    }
    return state.until(
        rejection.reason(), deciding.promptTokens() + (long) deciding.maxTokens(endpoint));
  }

  private Duration jitter() {
    long most = LONGEST_WAIT.toMillis();
    long grown = Math.min(most, FIRST_WAIT.toMillis() << Math.min(waits, 10));
    return Duration.ofMillis(1 + random.nextLong(grown));
  }

  private SextantException noTarget(Deciding.Taken taken) {
    List<Verdict> verdicts = taken.decision().verdicts();
    String reasons =
        verdicts.stream()
            .flatMap(v -> v.rejection().stream().map(r -> named(v.endpoint(), r)))
            .collect(Collectors.joining("; "));
    log(taken);
    boolean resources =
        verdicts.stream()
            .flatMap(v -> v.rejection().stream())
            .anyMatch(
                r ->
                    switch (r.reason()) {
                      case OVER_BUDGET,
                          MAX_COST,
                          IN_FLIGHT_LIMIT,
                          RATE_LIMIT_REQUESTS,
                          RATE_LIMIT_TOKENS ->
                          true;
                      default -> false;
                    });
    String what = "has no target for the call: " + reasons;
    return ended(
        failures.isEmpty() ? "no_candidate" : "failed",
        resources && failures.isEmpty()
            ? new SextantException(ErrorCode.OUT_OF_RESOURCES, message(what))
            : failed(what));
  }

  private static String named(String endpoint, Rejection rejection) {
    return "\"%s\" %s, %s"
        .formatted(
            endpoint,
            rejection.reason().name().toLowerCase(java.util.Locale.ROOT),
            rejection.detail());
  }

  private String message(String what) {
    String before = failures.isEmpty() ? "" : " (" + String.join("; ", failures) + ")";
    return "Route \"%s\" %s%s.%s"
        .formatted(
            deciding.call().route().name(),
            what,
            before,
            decision == 0
                ? ""
                : " SELECT * FROM sextant.attempts WHERE decision_id = "
                    + decision
                    + " tells more.");
  }

  private SextantException failed(String what) {
    return new SextantException(ErrorCode.MODEL_FAILED, message(what));
  }

  private static SextantException cancelledFailure() {
    return new SextantException(
        ErrorCode.CANCELLED, "The call of a model was cancelled before it was answered.");
  }

  private SextantException ended(String outcome, SextantException failure) {
    if (decision != 0) {
      router.log().closed(decision, outcome);
    }
    return failure;
  }
}
