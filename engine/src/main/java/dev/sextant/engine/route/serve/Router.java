package dev.sextant.engine.route.serve;

import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.client.Tokens;
import dev.sextant.engine.route.define.ChatModel;
import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.PolicyText;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.evaluate.Evaluation;
import dev.sextant.engine.route.ledger.DecisionEntry;
import dev.sextant.engine.route.ledger.RoutingLog;
import dev.sextant.engine.route.limit.CircuitBreaker;
import dev.sextant.engine.route.policy.Decision;
import dev.sextant.engine.route.policy.DecisionInputs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Routes prompts to chat models: shared by all sessions of a database, safe for use by many threads
 * at the same time.
 */
public final class Router implements AutoCloseable {
  /** So few that no other process waits long for the log. */
  private static final int LOGGED_TOGETHER = 128;

  private final RouterParts parts;
  private final SqlPolicy sqlPolicy = new SqlPolicy();
  private final Map<String, EndpointState> states = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> turns = new ConcurrentHashMap<>();
  private final SplittableRandom seeds;

  /** A router to which nothing has happened but what its log tells. */
  public Router(RouterParts parts) {
    this.parts = parts;
    this.seeds = new SplittableRandom(parts.seed());
  }

  RouterParts parts() {
    return parts;
  }

  SqlPolicy sqlPolicy() {
    return sqlPolicy;
  }

  /** What was done so far. */
  public RoutingLog log() {
    return parts.log();
  }

  long seed(CallOptions options) {
    if (options.seed().isPresent()) {
      return options.seed().getAsLong();
    }
    synchronized (seeds) {
      return seeds.nextLong();
    }
  }

  AtomicLong turn(String route) {
    return turns.computeIfAbsent(route, name -> new AtomicLong(parts.log().turns(name)));
  }

  EndpointState state(Endpoint endpoint) {
    return states.compute(
        endpoint.name(),
        (name, known) -> known != null && known.isOf(endpoint) ? known : remembered(endpoint));
  }

  private EndpointState remembered(Endpoint endpoint) {
    EndpointState state = new EndpointState(endpoint, parts.clock());
    Instant since = parts.clock().instant().minus(Health.MEMORY);
    for (List<@Nullable Object> call : parts.log().recent(endpoint.name(), since)) {
      state.remember(
          Instant.ofEpochMilli(number(call.get(0))),
          number(call.get(1)),
          call.get(2) != null,
          number(call.get(3)));
    }
    return state;
  }

  private static long number(@Nullable Object value) {
    return value instanceof Long number ? number : 0;
  }

  /**
   * Answers a prompt: decides, asks, and asks another where that fails.
   *
   * @param expectations what is known of the models' quality
   * @param cancelled whether the caller has given up
   * @throws SextantException {@code 58000} where no attempt succeeded, {@code 53000} where limits
   *     or budgets grant none, {@code 57014} where the caller gave up
   */
  public Completion complete(Call call, Expectations expectations, BooleanSupplier cancelled) {
    return new Chain(this, new Deciding(this, call, expectations), cancelled).run();
  }

  /**
   * Completes a text with a chat model, or through a route, without more: what other parts of the
   * engine call.
   */
  public Completion complete(Call call) {
    return complete(call, Expectations.NONE, () -> false);
  }

  /** Decides and logs the decision, but asks nobody. */
  public Routed route(Call call, Expectations expectations) {
    return route(List.of(call), same -> expectations).getFirst();
  }

  /** Decides one call after the other, and logs many decisions at once, but asks nobody. */
  public List<Routed> route(List<Call> calls, Function<Call, Expectations> expectations) {
    List<Routed> routed = new ArrayList<>();
    for (int from = 0; from < calls.size(); from += LOGGED_TOGETHER) {
      int to = Math.min(calls.size(), from + LOGGED_TOGETHER);
      List<DecisionEntry> entries = new ArrayList<>();
      for (Call call : calls.subList(from, to)) {
        Deciding deciding = new Deciding(this, call, expectations.apply(call));
        Deciding.Taken taken = deciding.take(deciding.start(), java.util.Set.of());
        turn(call.route().name()).incrementAndGet();
        entries.add(entry(call, taken, OptionalLong.empty()));
      }
      List<Long> ids = log().decided(entries);
      for (int i = 0; i < ids.size(); i++) {
        routed.add(new Routed(ids.get(i), entries.get(i).inputs(), entries.get(i).decision()));
      }
    }
    return routed;
  }

  /** Decides without a trace. */
  public Routed explain(Call call, Expectations expectations) {
    Deciding deciding = new Deciding(this, call, expectations);
    Deciding.Taken taken = deciding.take(deciding.start(), java.util.Set.of());
    return new Routed(0, taken.inputs(), taken.decision());
  }

  /**
   * A decision that nobody was asked for yet.
   *
   * @param id its number; 0 where it was not logged
   */
  public record Routed(long id, DecisionInputs inputs, Decision decision) {}

  DecisionEntry entry(Call call, Deciding.Taken taken, OptionalLong fallbackOf) {
    Route route = call.route();
    return new DecisionEntry(
        taken.at(),
        route.name(),
        route.version(),
        route.policy().written(),
        fallbackOf,
        call.prompt(),
        call.options().written(),
        taken.inputs(),
        taken.decision(),
        taken.micros());
  }

  /** How many tokens a prompt has for a call's models. */
  static int tokens(Call call) {
    String first = call.route().targets().getFirst().endpoint();
    String name =
        call.set()
            .findModel(call.set().endpoint(first).model())
            .map(ChatModel::tokenizer)
            .orElse(Tokens.DEFAULT);
    String system = call.options().system();
    return Tokens.count(call.prompt(), name) + (system.isEmpty() ? 0 : Tokens.count(system, name));
  }

  /**
   * What a route would have been worth on the decisions of the log.
   *
   * @throws SextantException {@code 22023} where no decision has the outcome
   */
  public Evaluation evaluate(LogQuestion question) {
    return new LogJudge(this, question).judge();
  }

  /** The breaker of an endpoint. */
  public CircuitBreaker breaker(Endpoint endpoint) {
    return state(endpoint).breaker();
  }

  /** Calls of an endpoint that are under way. */
  public int inFlight(Endpoint endpoint) {
    return state(endpoint).inFlight();
  }

  /**
   * Refuses a policy whose query or judge does not run.
   *
   * @throws SextantException {@code 42P16}
   */
  public static void check(PolicyText policy) {
    if (policy.name().equals(PolicyText.SQL)) {
      SqlPolicy.check(policy.query());
    }
    policy.judge().ifPresent(SqlPolicy::checkJudge);
  }

  @Override
  public void close() {
    parts.client().close();
    sqlPolicy.close();
    parts.log().close();
  }
}
