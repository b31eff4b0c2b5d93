package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.define.RouteSet;
import dev.sextant.engine.route.policy.Verdict;
import dev.sextant.engine.route.serve.Call;
import dev.sextant.engine.route.serve.CallOptions;
import dev.sextant.engine.route.serve.Completion;
import dev.sextant.engine.route.serve.Expectations;
import dev.sextant.engine.route.serve.Router;
import dev.sextant.engine.route.serve.Together;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The calls of chat models that one execution makes: once for each distinct arguments. */
final class RouteRun {
  static final String COMPLETE = "complete";

  private final Session session;
  private final String function;
  private final boolean writes;
  private final StepRunner run;
  private final Map<List<@Nullable Object>, Object> results = new HashMap<>();

  /**
   * A run without results.
   *
   * @param function {@code complete} or {@code route}
   * @param writes whether the statement changes rows
   */
  RouteRun(String function, boolean writes, StepRunner run) {
    this.function = function;
    this.writes = writes;
    this.run = run;
    this.session = run.functions().session();
  }

  /** Refuses calls while this session holds the file's write lock. */
  static void requireNoWrites(Session session, String function) {
    if (session.readOnly()) {
      throw new SextantException(
          ErrorCode.READ_ONLY,
          function.toUpperCase(java.util.Locale.ROOT)
              + " needs a database that can be written, since what it decides is logged beside it."
              + " Open it with mode=rw.");
    }
    if (session.hasWritten()) {
      throw new SextantException(
          ErrorCode.TRANSACTION_STATE,
          function.toUpperCase(java.util.Locale.ROOT)
              + " would hold the write lock of a transaction while a model answers. Commit first,"
              + " or run it in auto-commit: its calls are made before the statement writes.");
    }
  }

  /** Makes the calls of all arguments, those with the same ones once. */
  void prepare(Collection<List<@Nullable Object>> arguments) {
    Set<List<@Nullable Object>> distinct = new LinkedHashSet<>(arguments);
    distinct.removeIf(given -> given.contains(null) || results.containsKey(given));
    if (distinct.isEmpty()) {
      return;
    }
    requireNoWrites(session, function);
    List<List<@Nullable Object>> keys = List.copyOf(distinct);
    List<Call> calls = new ArrayList<>();
    for (List<@Nullable Object> given : keys) {
      calls.add(call(given));
    }
    List<Object> made = make(calls);
    for (int i = 0; i < keys.size(); i++) {
      results.put(keys.get(i), made.get(i));
    }
  }

  /** A call by the arguments of the function. */
  Call call(List<@Nullable Object> given) {
    RouteSet set = run.functions().routes().set();
    boolean complete = function.equals(COMPLETE);
    String prompt = text(given.get(complete ? 1 : 0));
    Optional<String> route =
        complete || given.size() > 1
            ? Optional.of(text(given.get(complete ? 0 : 1)))
            : Optional.empty();
    Optional<String> options =
        given.size() > 2 ? Optional.of(text(given.get(2))) : Optional.empty();
    return call(set, route, prompt, CallOptions.parse(options));
  }

  /** A call of a route, of the only one where none is named. */
  static Call call(RouteSet set, Optional<String> route, String prompt, CallOptions options) {
    if (route.isPresent()) {
      return Call.of(set, route.get(), prompt, options);
    }
    List<Route> routes = set.routes();
    if (routes.size() != 1) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Name a route: there are " + routes.size() + ", and only of one is the name left out.");
    }
    return new Call(set, routes.getFirst(), prompt, options);
  }

  static String text(@Nullable Object value) {
    if (value instanceof byte[]) {
      throw new SextantException(
          ErrorCode.INVALID_DATA,
          "COMPLETE and ROUTE expect texts but got bytes. Give them a text.");
    }
    return String.valueOf(value);
  }

  private List<Object> make(List<Call> calls) {
    if (function.equals(COMPLETE)) {
      List<Object> texts = new ArrayList<>();
      completions(run, calls).forEach(completion -> texts.add(completion.text()));
      return texts;
    }
    RouteFunctions functions = run.functions().routes();
    List<Object> chosen = new ArrayList<>();
    for (Router.Routed routed : session.database().router().route(calls, functions::expectations)) {
      functions.lastDecision(routed.id());
      chosen.add(routed.decision().chosen().map(Verdict::endpoint).orElse(""));
    }
    return chosen;
  }

  /** Completions of calls, made together; their warnings are told. */
  static List<Completion> completions(StepRunner run, List<Call> calls) {
    Session session = run.functions().session();
    Router router = session.database().router();
    RouteFunctions functions = run.functions().routes();
    BooleanSupplier cancelled = run.cancelled();
    functions.layReady(calls);
    Map<Call, Expectations> expected = new HashMap<>();
    calls.forEach(call -> expected.put(call, functions.expectations(call)));
    List<Completion> completions =
        Together.map(
            calls,
            (call, stops) ->
                router.complete(call, Objects.requireNonNull(expected.get(call)), stops),
            cancelled);
    for (Completion completion : completions) {
      functions.lastDecision(completion.decision());
      completion.warnings().forEach(run::warn);
    }
    return completions;
  }

  /** The result of a call; makes it where it was not foreseen. */
  @Nullable Object value(List<@Nullable Object> arguments) {
    if (arguments.contains(null)) {
      return null;
    }
    Object known = results.get(arguments);
    if (known == null) {
      if (writes) {
        throw new SextantException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            function.toUpperCase(java.util.Locale.ROOT)
                + " has arguments here that are not known before the statement writes. Compute it"
                + " in a query first, or INSERT … SELECT it.");
      }
      prepare(List.of(arguments));
      known = results.get(arguments);
    }
    return "".equals(known) && !function.equals(COMPLETE) ? null : known;
  }
}
