package dev.sextant.sql.run;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.ledger.RoutingLog;
import dev.sextant.engine.route.policy.Candidate;
import dev.sextant.engine.route.policy.Rejection;
import dev.sextant.engine.route.policy.Score;
import dev.sextant.engine.route.policy.Verdict;
import dev.sextant.engine.route.serve.Call;
import dev.sextant.engine.route.serve.CallOptions;
import dev.sextant.engine.route.serve.Completion;
import dev.sextant.engine.route.serve.Router;
import dev.sextant.sql.plan.RouteWork;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Runs those steps of an execution that work with chat models. */
final class RouteSteps implements AutoCloseable {
  private final StepRunner run;
  private final boolean writes;
  private final List<Long> handles = new ArrayList<>();
  private final List<Long> cuts = new ArrayList<>();

  /**
   * Steps of an execution.
   *
   * @param writes whether the statement changes rows
   */
  RouteSteps(StepRunner run, boolean writes) {
    this.run = run;
    this.writes = writes;
  }

  /** Runs one. */
  void run(RouteWork work) {
    run.functions().routes().forgetLearned();
    switch (work) {
      case RouteWork.Calls calls -> calls(calls);
      case RouteWork.Rows rows -> rows(rows);
      case RouteWork.Estimate estimate ->
          run.produce(estimate.rows(), Json.rows(new CostEstimate(run).rows(estimate)));
      case RouteWork.Reported reported ->
          run.produce(reported.rows(), Json.rows(new RouteReports(run).rows(reported.report())));
    }
  }

  private void calls(RouteWork.Calls calls) {
    RouteRun made = new RouteRun(calls.function(), writes, run);
    made.prepare(arguments(run, calls));
    long handle = run.functions().routes().keep(made);
    handles.add(handle);
    run.produce(calls.table(), handle);
  }

  /** The arguments that rows give. */
  static List<List<@Nullable Object>> arguments(StepRunner run, RouteWork.Calls calls) {
    List<List<@Nullable Object>> all = new ArrayList<>();
    for (SubSql source : calls.arguments()) {
      if (!run.isReady(source)) {
        continue; // it depends on results of this step itself
      }
      run.readAll(
          source,
          row -> {
            List<@Nullable Object> given = new ArrayList<>();
            for (int i = 0; i < row.columnCount(); i++) {
              given.add(row.value(i));
            }
            all.add(given);
          });
    }
    return all;
  }

  /** The distinct prompts of a call in FROM, with their numbers. */
  static Map<String, Long> prompts(StepRunner run, RouteWork.Rows rows) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    run.read(
        rows.prompts(),
        row -> {
          if (row.type(0) == SqliteStatement.BLOB) {
            throw new SextantException(
                ErrorCode.INVALID_DATA,
                rows.function() + " expects a text but got bytes. Give it a text.");
          }
          numbers.putIfAbsent(String.valueOf(row.getText(0)), (long) numbers.size());
        });
    return numbers;
  }

  /** The calls of a function in FROM, one for each prompt. */
  static List<Call> calls(StepRunner run, RouteWork.Rows rows, Iterable<String> prompts) {
    Optional<String> route = text(run, rows.route());
    CallOptions options = CallOptions.parse(text(run, rows.options()));
    List<Call> calls = new ArrayList<>();
    for (String prompt : prompts) {
      calls.add(RouteRun.call(run.functions().routes().set(), route, prompt, options));
    }
    return calls;
  }

  private static Optional<String> text(StepRunner run, int parameter) {
    Object value = parameter < 0 ? null : run.value(parameter);
    return value == null ? Optional.empty() : Optional.of(RouteRun.text(value));
  }

  private void rows(RouteWork.Rows rows) {
    Map<String, Long> numbers = prompts(run, rows);
    List<Call> calls = calls(run, rows, numbers.keySet());
    List<List<@Nullable Object>> all = new ArrayList<>();
    if (rows.function().equals("route_explain")) {
      Router router = run.functions().session().database().router();
      for (Call call : calls) {
        Router.Routed routed = router.explain(call, run.functions().routes().expectations(call));
        long number = Objects.requireNonNull(numbers.get(call.prompt()));
        all.addAll(explained(number, routed));
      }
    } else if (!calls.isEmpty()) {
      RouteRun.requireNoWrites(run.functions().session(), rows.function());
      List<Completion> completions = RouteRun.completions(run, calls);
      for (int i = 0; i < calls.size(); i++) {
        long number = Objects.requireNonNull(numbers.get(calls.get(i).prompt()));
        all.add(completed(number, completions.get(i)));
      }
    }
    long cut =
        run.functions().texts().keep(new TextFunctions.Cut(new HashMap<>(numbers), List.of()));
    cuts.add(cut);
    run.produce(rows.numbers(), cut);
    run.produce(rows.rows(), Json.rows(all));
  }

  private static List<@Nullable Object> completed(long number, Completion completion) {
    return Arrays.asList(
        number,
        completion.text(),
        completion.decision(),
        completion.endpoint(),
        completion.model(),
        (long) completion.attempts(),
        completion.usage().inputTokens(),
        completion.usage().outputTokens(),
        usd(completion.costNanoUsd()),
        completion.latencyMillis());
  }

  static @Nullable Object usd(OptionalLong nano) {
    return nano.isPresent() ? (Object) (nano.getAsLong() / 1e9) : null;
  }

  private static @Nullable Object boxed(OptionalDouble number) {
    return number.isPresent() ? (Object) number.getAsDouble() : null;
  }

  private static List<List<@Nullable Object>> explained(long number, Router.Routed routed) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    List<Verdict> verdicts = routed.decision().verdicts();
    for (int i = 0; i < verdicts.size(); i++) {
      Verdict verdict = verdicts.get(i);
      Candidate candidate = routed.inputs().situation().candidates().get(i);
      Optional<Rejection> rejection = verdict.rejection();
      rows.add(
          Arrays.asList(
              number,
              verdict.endpoint(),
              candidate.model(),
              verdict.eligible() ? 1L : 0L,
              rejection.map(r -> r.reason().name().toLowerCase(Locale.ROOT)).orElse(null),
              rejection.map(Rejection::detail).orElse(null),
              boxed(candidate.estimate().quality()),
              usd(candidate.estimate().costNanoUsd()),
              usd(candidate.estimate().maxCostNanoUsd()),
              boxed(candidate.estimate().latencyMillis()),
              verdict.score().map(Score::value).orElse(null),
              verdict.probability(),
              verdict.eligible() ? (Object) (long) verdict.rank() : null,
              verdict.chosen() ? 1L : 0L,
              verdict.score().map(RoutingLog::terms).orElse(null)));
    }
    return rows;
  }

  /** Forgets what the functions were given. */
  @Override
  public void close() {
    handles.forEach(run.functions().routes()::release);
    handles.clear();
    cuts.forEach(run.functions().texts()::release);
    cuts.clear();
  }
}
