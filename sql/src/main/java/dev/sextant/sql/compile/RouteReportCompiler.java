package dev.sextant.sql.compile;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.evaluate.Estimator;
import dev.sextant.engine.route.optimize.PromptOptimizer;
import dev.sextant.engine.route.optimize.PromptSearch;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.plan.ParameterSource;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.RouteReport;
import dev.sextant.sql.plan.RouteWork;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** Compiles EXPLAIN COST, and the statements that report on what routing did. */
final class RouteReportCompiler extends RouteReader {
  private static final List<String> COST =
      List.of(
          "function",
          "route",
          "endpoint",
          "calls",
          "prompt_tokens",
          "cost_usd",
          "max_cost_usd",
          "budgets");

  private static final int MOST_CANDIDATES = 32;

  private RouteReportCompiler(StatementText statement) {
    super(statement);
  }

  /** The plan; empty where the statement is another. */
  static Optional<Plan> compile(StatementText statement) {
    return new RouteReportCompiler(statement).report().map(report -> plan(statement, report));
  }

  private Optional<RouteReport> report() {
    if (take("replay")) {
      form("REPLAY DECISION 42");
      require(take("decision"), "DECISION");
      String digits = numberText("the number of a decision");
      require(digits.matches("\\d{1,18}"), "the number of a decision");
      requireEnd();
      return Optional.of(new RouteReport.Replay(Long.parseLong(digits)));
    }
    if (take("evaluate")) {
      form("EVALUATE ROUTE name ON LOG BETWEEN 1 AND 1000 METRIC quality USING DR");
      return Optional.of(evaluate());
    }
    if (take("calibrate")) {
      form(
          "CALIBRATE ROUTE name USING (SELECT prompt, model, score, cost FROM …) KEEP 0.99 OF"
              + " BEST");
      return Optional.of(calibrate());
    }
    if (take("optimize")) {
      form(
          "OPTIMIZE PROMPT name FOR MODEL name [PROPOSER name] USING (SELECT input, expected FROM"
              + " …) METRIC exact|f1|contains [METHOD tpe|halving|random] [SPLIT 0.2/0.5/0.3]"
              + " [CANDIDATES 6] [DEMOS 4] [OPTIONS '{…}'] BUDGET 2 USD [SEED 9]");
      return Optional.of(optimize());
    }
    return Optional.empty();
  }

  private RouteReport evaluate() {
    require(take("route"), "ROUTE");
    String route = name("a route");
    require(take("on") && take("log"), "ON LOG");
    OptionalLong from = OptionalLong.empty();
    OptionalLong to = OptionalLong.empty();
    if (take("between")) {
      from = OptionalLong.of(whole("the number of a decision"));
      require(take("and"), "AND");
      to = OptionalLong.of(whole("the number of a decision"));
    }
    require(take("metric"), "METRIC");
    String metric = name("the name of an outcome");
    require(take("using"), "USING");
    List<Estimator> all = List.of(Estimator.values());
    Estimator estimator =
        Names.choice(
            "estimator", name("an estimator"), all, e -> e.name().toLowerCase(Locale.ROOT));
    requireEnd();
    return new RouteReport.Evaluate(route, from, to, metric, estimator);
  }

  private RouteReport calibrate() {
    require(take("route"), "ROUTE");
    String route = name("a route");
    require(take("using"), "USING");
    String query = parenthesized("a query in parentheses");
    require(take("keep"), "KEEP");
    double keep = number("a share");
    require(take("of") && take("best"), "OF BEST");
    requireEnd();
    if (!(keep > 0 && keep <= 1)) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER, "KEEP expects a share above 0 and up to 1; got " + keep);
    }
    return new RouteReport.Calibrate(route, new SubSql(query, List.of()), keep);
  }

  private RouteReport optimize() {
    require(take("prompt"), "PROMPT");
    String prompt = name("a prompt");
    require(take("for") && take("model"), "FOR MODEL");
    String model = name("a chat model or a route");
    String proposer = take("proposer") ? name("a chat model or a route") : model;
    require(take("using"), "USING");
    String query = parenthesized("a query in parentheses");
    require(take("metric"), "METRIC");
    List<String> metrics = List.of("exact", "f1", "contains");
    String metric = Names.choice("metric", name("a metric"), metrics, known -> known);
    PromptSearch.Method method =
        take("method") ? method(name("a method")) : PromptSearch.Method.TPE;
    PromptOptimizer.Split split = take("split") ? split() : new PromptOptimizer.Split(0.2, 0.5);
    int candidates = take("candidates") ? whole("how many instructions are tried") : 6;
    int demos = take("demos") ? whole("how many demonstrations are shown at most") : 4;
    String options = take("options") ? text("options as JSON in quotes") : "{}";
    require(take("budget"), "BUDGET");
    double usd = number("an amount");
    require(take("usd"), "USD");
    long seed = take("seed") ? whole("a seed") : 9;
    requireEnd();
    if (candidates < 1 || candidates > MOST_CANDIDATES || demos > MOST_CANDIDATES || !(usd > 0)) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          ("OPTIMIZE PROMPT expects CANDIDATES from 1 and DEMOS from 0, both to %d, and a BUDGET"
                  + " above 0; got %d, %d and %s.")
              .formatted(MOST_CANDIDATES, candidates, demos, usd));
    }
    return new RouteReport.Optimize(
        prompt,
        model,
        proposer,
        new SubSql(query, List.of()),
        metric,
        options,
        new PromptOptimizer.Settings(method, candidates, demos, split, usd, seed));
  }

  private static PromptSearch.Method method(String name) {
    return Names.choice(
        "method",
        name,
        List.of(PromptSearch.Method.values()),
        known -> known.name().toLowerCase(Locale.ROOT));
  }

  /** Shares to train on, to search on, and to test on, which is the rest. */
  private PromptOptimizer.Split split() {
    double train = number("a share");
    require(symbol("/"), "/");
    double validation = number("a share");
    if (symbol("/")) {
      double test = number("a share");
      if (Math.abs(train + validation + test - 1) > 1e-9) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "The shares of SPLIT add up to 1; got %s/%s/%s.".formatted(train, validation, test));
      }
    }
    try {
      return new PromptOptimizer.Split(train, validation);
    } catch (IllegalArgumentException wrong) {
      throw new SextantException(ErrorCode.INVALID_PARAMETER, wrong.getMessage() + ".", wrong);
    }
  }

  private static Plan plan(StatementText statement, RouteReport report) {
    return new Plan.Compiled(
        statement,
        new SubSql(select(report.columns()), List.of(0)),
        0,
        List.of(new ParameterSource.Produced()),
        List.of(new Step.Routing(new RouteWork.Reported(report, 0))),
        null,
        List.of(),
        List.of());
  }

  private static String select(List<String> columns) {
    List<String> items = new ArrayList<>();
    for (String column : columns) {
      items.add("value ->> " + items.size() + " AS " + column);
    }
    return "SELECT " + String.join(", ", items) + " FROM json_each(?)";
  }

  /** The plan of a statement that estimates what another would cost. */
  static Plan cost(StatementText statement, Plan inner) {
    List<Step> steps = new ArrayList<>();
    List<RouteWork.Calls> calls = new ArrayList<>();
    List<RouteWork.Rows> listed = new ArrayList<>();
    if (!(inner instanceof Plan.Compiled compiled)) {
      throw noCalls();
    }
    for (Step step : compiled.steps()) {
      switch (step) {
        case Step.Routing(RouteWork.Calls made) -> calls.add(made);
        case Step.Routing(RouteWork.Rows rows) -> listed.add(rows);
        case Step.SystemRows rows -> steps.add(rows);
        default -> {
          // What it finds is not needed.
        }
      }
    }
    if (calls.isEmpty() && listed.isEmpty()) {
      throw noCalls();
    }
    List<ParameterSource> sources = new ArrayList<>(compiled.sources());
    int rows = sources.size();
    sources.add(new ParameterSource.Produced());
    steps.add(new Step.Routing(new RouteWork.Estimate(calls, listed, rows)));
    return new Plan.Compiled(
        statement,
        new SubSql(select(COST), List.of(rows)),
        compiled.userParameters(),
        sources,
        steps,
        null,
        List.of(),
        List.of());
  }

  private static SextantException noCalls() {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "EXPLAIN COST expects a query that calls COMPLETE, ROUTE or COMPLETE_ROW.");
  }
}
