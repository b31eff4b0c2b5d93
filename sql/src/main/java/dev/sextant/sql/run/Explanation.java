package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.engine.vector.KnnRequest;
import dev.sextant.engine.vector.SearchTrace;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.lex.FunctionCalls;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.plan.ParameterSource;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.RouteWork;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells in lines how a plan will run: every operator, and what SQLite is asked. */
public final class Explanation {
  private static final int ASSUMED_LIMIT = 10;
  private static final String EXACT = " (exact scan of resident vectors)";

  private final Session session;
  private final Catalog catalog;
  private final StepRunner.Tools tools;
  private final List<StepRunner.Actual> actual;
  private final @Nullable Run run;

  /**
   * An execution that is explained.
   *
   * @param actual what its searches did
   * @param meter what its steps took
   * @param rest what SQLite took
   * @param rows how many it gave or changed
   */
  public record Run(
      List<StepRunner.Actual> actual, StepMeter meter, StepMeter.Used rest, long rows) {}

  /**
   * An explanation.
   *
   * @param run null where the plan is not run
   */
  public Explanation(Catalog catalog, StepRunner.Tools tools, @Nullable Run run) {
    this.session = tools.functions().session();
    this.catalog = catalog;
    this.tools = tools;
    this.run = run;
    this.actual = run == null ? List.of() : run.actual();
  }

  /** The lines. */
  public List<String> lines(Plan plan) {
    List<String> lines = new ArrayList<>();
    switch (plan) {
      case Plan.Native(var statement) -> {
        lines.add("Sqlite (native, as written)");
        lines.add("  " + statement.sql());
        sqlitePlan(statement.sql(), lines);
        rest(lines);
        calls(statement, List.of(), lines);
      }
      case Plan.Compiled compiled -> {
        compiled.steps().forEach(step -> step(step, compiled, lines));
        if (compiled.found().isEmpty()) {
          lines.add("Sqlite (compiled)");
          lines.add("  " + oneLine(compiled.sql()));
          sqlitePlan(compiled.sql().sql(), lines);
          rest(lines);
        } else {
          lines.add("Found (" + columns(compiled.found()) + " from the search; no row is read)");
        }
        calls(compiled.statement(), compiled.steps(), lines);
        compiled.warnings().forEach(warning -> lines.add("Note: " + warning));
      }
      case Plan.Definition definition -> {
        lines.add("Definition (CHECK and change log added)");
        lines.add("  " + definition.sql());
      }
      case Plan.Index(var _, var command) -> lines.add("VectorIndex " + command);
      case Plan.Command(var _, var command) -> lines.add("Engine " + command);
      case Plan.Measure(var _, var command) -> lines.add("Engine " + command);
      case Plan.Explain(var _, Plan inner, var _) -> lines.addAll(lines(inner));
    }
    return lines;
  }

  private void rest(List<String> lines) {
    if (run != null) {
      lines.add("  took: " + shown(run.rest()) + ", " + run.rows() + " rows");
    }
  }

  /** A time and an amount of memory. */
  public static String shown(StepMeter.Used used) {
    return String.format(Locale.ROOT, "%.3f ms", used.nanos() / 1e6)
        + (used.bytes() < 0
            ? ""
            : String.format(Locale.ROOT, ", %,d bytes allocated", used.bytes()));
  }

  /** Tells of functions that are called row by row. */
  private void calls(StatementText statement, List<Step> steps, List<String> lines) {
    FunctionSet functions = catalog.userFunctions();
    for (String name : FunctionCalls.in(statement.tokens(), functions)) {
      boolean gathered =
          steps.stream()
              .anyMatch(s -> s instanceof Step.ExpectCalls(var f, var _) && f.equals(name));
      for (UserFunction function : functions.named(name)) {
        if (!gathered || !function.isBatched()) {
          lines.add(
              "Call "
                  + function.signature()
                  + " row by row, in "
                  + function.definition().language()
                  + (function.definition().deterministic()
                      ? ": once for the same arguments, as far as results are kept"
                      : ": not DETERMINISTIC, once for each row"));
        }
      }
    }
  }

  private static String columns(List<Plan.Found> found) {
    return found.stream()
        .map(column -> column.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private void sqlitePlan(String sql, List<String> lines) {
    catalog.sqlitePlan(sql).forEach(line -> lines.add("    " + line));
  }

  private String scan(Step.Knn knn, Plan.Compiled plan) {
    Step.Named named = knn.named();
    if (named != null) {
      return index(named, plan);
    }
    String any = Integer.toString(session.efSearch());
    return catalog
        .vectorIndex(knn.column(), knn.metric())
        .map(index -> index(index.name(), any))
        .orElse(EXACT);
  }

  private String index(Step.Named named, Plan.Compiled plan) {
    Step.WholeNumber given = named.efSearch();
    String ef = Integer.toString(session.efSearch());
    ef = given.parameter() >= 0 ? source(plan, given.parameter()) : ef;
    ef = given.value() > 0 ? Long.toString(given.value()) : ef;
    String name = named.index();
    return name == null ? EXACT : index(name, ef);
  }

  private static String index(String name, String ef) {
    return " (hnsw index " + name + ", ef_search " + ef + ")";
  }

  private void step(Step step, Plan.Compiled plan, List<String> lines) {
    switch (step) {
      case Step.Knn knn -> knn(knn, plan, lines);
      case Step.EmbedTexts texts ->
          lines.add("Embed " + texts.texts().size() + " text(s), once per execution");
      case Step.EmbedRows rows -> {
        lines.add("Embed the distinct texts of");
        rows.texts().forEach(text -> lines.add("  " + oneLine(text)));
      }
      case Step.Routing(RouteWork work) -> lines.add(routed(work));
      case Step.Call call ->
          lines.add("Call " + call.procedure().sqlName() + "(" + oneLine(call.values()) + ")");
      case Step.ChunkTexts chunks ->
          lines.add(
              "Chunk by "
                  + chunks.cut().strategy().sqlName()
                  + " the distinct texts of "
                  + oneLine(chunks.texts()));
      case Step.SimulateCache cache ->
          lines.add("SimulateCache over the keys of " + oneLine(cache.keys()));
      case Step.ExpectCalls expected -> {
        lines.add("Call " + expected.function() + " in batches of the arguments of");
        expected.arguments().forEach(source -> lines.add("  " + oneLine(source)));
      }
      case Step.SystemRows rows -> lines.add("EngineTable sextant." + rows.name());
      case Step.KnnJoin join -> {
        lines.add(
            "KnnJoin "
                + join.column().label()
                + " by "
                + join.metric()
                + " to the vectors of "
                + oneLine(join.queries())
                + ", "
                + limit(join.limit(), plan)
                + index(join.named(), plan));
        Step.Restriction restriction = join.restriction();
        lines.add(
            restriction == null
                ? "  over all rows"
                : "  over the rows of " + oneLine(restriction.all()));
      }
      case Step.NumaRows numa -> lines.add("NumaRows " + numa.query().columns());
      case Step.MeasureRecall recall ->
          lines.add("MeasureRecall of index " + recall.index() + " against exact search");
      case Step.QueryVector query -> lines.add("QueryVector " + oneLine(query.sql()));
      case Step.Value value -> lines.add("Value " + oneLine(value.sql()));
      case Step.Hybrid hybrid -> hybrid(hybrid, plan, lines);
      case Step.Range range -> range(range, plan, lines);
    }
    actual.stream().filter(a -> a.step().equals(step)).forEach(a -> actual(a, lines));
    if (run != null) {
      lines.add("  took: " + shown(run.meter().used(step)));
    }
  }

  private static String routed(RouteWork work) {
    return switch (work) {
      case RouteWork.Calls calls ->
          "RoutedCalls "
              + calls.function()
              + " "
              + calls.arguments().stream().map(a -> a.sql()).toList();
      case RouteWork.Rows rows ->
          "RoutedCalls " + rows.function() + " [" + rows.prompts().sql() + "]";
      case RouteWork.Estimate _ -> "CostEstimate";
      case RouteWork.Reported _ -> "RouteReport";
    };
  }

  private void knn(Step.Knn knn, Plan.Compiled plan, List<String> lines) {
    lines.add(
        "KnnScan "
            + knn.column().label()
            + " by "
            + knn.metric()
            + " to "
            + source(plan, knn.query())
            + ", "
            + limit(knn.limit(), plan)
            + scan(knn, plan));
    Step.Restriction restriction = cutOff(knn, plan, lines);
    if (restriction == null) {
      lines.add("  over all rows");
      return;
    }
    lines.add("  over the rows of " + oneLine(restriction.all()));
    if (actual.isEmpty()) {
      lines.add("  filter: " + choice(knn, restriction, plan));
    }
  }

  /** Tells of a bound of the search's own distance, and gives what restricts the search. */
  private static Step.@Nullable Restriction cutOff(
      Step.Knn knn, Plan.Compiled plan, List<String> lines) {
    Step.Restriction restriction = knn.restriction();
    Step.Bound bound = restriction == null ? null : restriction.bound();
    if (bound == null) {
      return restriction;
    }
    String radius = radius(bound.radius(), plan);
    if (bound.query() == knn.query()) {
      lines.add("  cut off behind the search" + radius);
      return bound.rest();
    }
    Step.Restriction rest = bound.rest();
    lines.add(
        "  cut off behind the search if "
            + source(plan, bound.query())
            + " is the same vector"
            + radius
            + (rest == null ? ", over all rows" : ", over the rows of " + oneLine(rest.all()))
            + "; if not:");
    return restriction;
  }

  private static void range(Step.Range range, Plan.Compiled plan, List<String> lines) {
    lines.add(
        "RangeScan "
            + range.column().label()
            + " by "
            + range.metric()
            + " to "
            + source(plan, range.query())
            + radius(range.radius(), plan)
            + EXACT);
    Step.Restriction others = range.others();
    lines.add(
        others == null
            ? "  over all rows"
            : "  over all rows, or if they are few and found by an index the rows of "
                + oneLine(others.all()));
  }

  private static String radius(Step.Radius radius, Plan.Compiled plan) {
    return ", distance " + (radius.inclusive() ? "<= " : "< ") + source(plan, radius.parameter());
  }

  private void hybrid(Step.Hybrid hybrid, Plan.Compiled plan, List<String> lines) {
    Step.FullText text = hybrid.text();
    Step.Fusion fusion = hybrid.fusion();
    Step.WholeNumber candidates = fusion.candidates();
    lines.add(
        "HybridSearch "
            + hybrid.column().label()
            + " by "
            + hybrid.metric()
            + " to "
            + source(plan, hybrid.query())
            + index(hybrid.named(), plan)
            + " and "
            + text.table()
            + (text.syntax() == Step.TextSyntax.FTS5 ? " by " : " by the words of ")
            + source(plan, text.text())
            + ", k = "
            + number(fusion.k(), plan));
    lines.add(
        "  score: "
            + number(fusion.vectorWeight(), plan)
            + " / (rrf_k + vector_rank) + "
            + number(fusion.textWeight(), plan)
            + " / (rrf_k + text_rank), rrf_k = "
            + number(fusion.rrfK(), plan)
            + ", candidates = "
            + (candidates == null ? "100 or k" : number(candidates, plan)));
    Step.Restriction restriction = hybrid.restriction();
    lines.add(
        restriction == null
            ? "  over all rows"
            : "  over the rows of " + oneLine(restriction.all()));
    lines.add("  text: " + oneLine(text.sql()));
  }

  private static String number(Step.WholeNumber number, Plan.Compiled plan) {
    return number.parameter() < 0
        ? Long.toString(number.value())
        : source(plan, number.parameter());
  }

  private static String number(Step.Real number, Plan.Compiled plan) {
    return number.parameter() < 0
        ? Double.toString(number.value())
        : source(plan, number.parameter());
  }

  /** The way that the next execution would take. */
  private String choice(Step.Knn knn, Step.Restriction restriction, Plan.Compiled plan) {
    List<@Nullable Object> values = new ArrayList<>();
    boolean given = true;
    for (int parameter : restriction.all().parameters()) {
      boolean constant = plan.sources().get(parameter) instanceof ParameterSource.Constant;
      given &= constant;
      values.add(
          plan.sources().get(parameter) instanceof ParameterSource.Constant(Object value)
              ? value
              : null);
    }
    SqlRestriction filter =
        new SqlRestriction(restriction, values, tools.statements(), tools.ids());
    if (given) {
      filter.sample(knn.column());
    }
    long k = knn.limit().countParameter() < 0 ? knn.limit().count() : ASSUMED_LIMIT;
    float[] anyQuery = new float[knn.column().dimensions()];
    KnnRequest request =
        KnnRequest.of(knn.column(), knn.metric(), anyQuery, (int) Math.min(k, Integer.MAX_VALUE))
            .restricted(filter);
    try (Session.Snapshot snapshot = session.snapshot()) {
      return session.database().vectors().explain(session, snapshot.lastSeq(), request);
    }
  }

  private static void actual(StepRunner.Actual done, List<String> lines) {
    SearchTrace trace = done.trace();
    trace.paths().forEach(path -> lines.add("  ran: " + path));
    lines.add(
        String.format(
            Locale.ROOT,
            "  ran: %d nodes visited, %d distances computed, %d rows checked, %d ids read, %d rows"
                + " returned, %.3f ms",
            trace.visited(),
            trace.compared(),
            trace.rowsChecked(),
            trace.idsRead(),
            done.rows(),
            done.nanos() / 1e6));
  }

  private static String oneLine(SubSql sql) {
    return sql.sql().replace('\n', ' ');
  }

  private static String limit(Step.Limit limit, Plan.Compiled plan) {
    String count =
        limit.countParameter() < 0
            ? Long.toString(limit.count())
            : source(plan, limit.countParameter());
    String offset =
        limit.offsetParameter() < 0
            ? Long.toString(limit.offset())
            : source(plan, limit.offsetParameter());
    return "k = " + count + (offset.equals("0") ? "" : " after " + offset);
  }

  private static String source(Plan.Compiled plan, int parameter) {
    return switch (plan.sources().get(parameter)) {
      case ParameterSource.User(int index) -> "?" + (index + 1);
      case ParameterSource.UserVector vector -> "?" + (vector.index() + 1);
      case ParameterSource.Constant _ -> "a constant";
      case ParameterSource.Produced() -> "a computed value";
    };
  }
}
