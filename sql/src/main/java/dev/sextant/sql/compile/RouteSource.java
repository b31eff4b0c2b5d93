package dev.sextant.sql.compile;

import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.plan.RouteWork;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.jspecify.annotations.Nullable;

/** {@code complete_row(route, prompt, options)} and {@code route_explain(…)} in FROM. */
final class RouteSource implements RowSource {
  static final String COMPLETE_ROW = "complete_row";
  static final String ROUTE_EXPLAIN = "route_explain";

  private static final List<String> COMPLETED =
      List.of(
          "text TEXT",
          "decision_id INTEGER",
          "endpoint TEXT",
          "model TEXT",
          "attempts INTEGER",
          "input_tokens INTEGER",
          "output_tokens INTEGER",
          "cost_usd REAL",
          "latency_ms INTEGER");

  private static final List<String> EXPLAINED =
      List.of(
          "endpoint TEXT",
          "model TEXT",
          "eligible INTEGER",
          "reject_reason TEXT",
          "reject_detail TEXT",
          "quality REAL",
          "cost_usd REAL",
          "max_cost_usd REAL",
          "latency_ms REAL",
          "score REAL",
          "prob REAL",
          "rank INTEGER",
          "chosen INTEGER",
          "terms TEXT");

  private final TableArguments arguments;
  private final CompileContext context;
  private final Function<SqlNode, SubSql> values;

  /**
   * A call.
   *
   * @param values gives the statement that computes a value
   */
  RouteSource(TableArguments arguments, CompileContext context, Function<SqlNode, SubSql> values) {
    this.arguments = arguments;
    this.context = context;
    this.values = values;
  }

  @Override
  public String argument() {
    return "prompt";
  }

  private RouteWork.Rows work(SubSql prompts, int numbers, int rows) {
    if (arguments.function().equals(COMPLETE_ROW)) {
      arguments.required("route");
    }
    return new RouteWork.Rows(
        arguments.function(), prompts, parameter("route"), parameter("options"), numbers, rows);
  }

  /** The parameter that holds an argument; -1 where it is not given. */
  private int parameter(String name) {
    @Nullable SqlNode value = arguments.all().get(name);
    if (value instanceof SqlDynamicParam parameter) {
      return parameter.getIndex();
    }
    return value == null ? -1 : context.space().textLiteral(arguments.text(name));
  }

  @Override
  public HitTable once(SqlNode value) {
    int numbers = context.space().produced();
    int rows = context.space().produced();
    context.add(new Step.Routing(work(values.apply(value), numbers, rows)));
    return new HitTable(arguments.function(), columns(), "FROM json_each(?)", List.of(rows));
  }

  /** As {@link TableFunctions} joins the hits of searches. */
  @Override
  public HitTable forEachRow(int numbers) {
    int rows = context.space().produced();
    List<HitTable.Column> columns = new ArrayList<>(columns());
    columns.add(new HitTable.Column(HitTable.HIDDEN, "INTEGER", "value ->> 0"));
    context.add(numbers, prompts -> new Step.Routing(work(prompts, numbers, rows)));
    return new HitTable(
        arguments.function(),
        columns,
        "FROM json_each(?) UNION ALL SELECT 0"
            + ", 0".repeat(columns.size() - 1)
            + " FROM json_each('[]') AS a, json_each('[]') AS b, json_each('[]') AS c LIMIT -1",
        List.of(rows));
  }

  private List<HitTable.Column> columns() {
    List<HitTable.Column> columns = new ArrayList<>();
    for (String column : arguments.function().equals(COMPLETE_ROW) ? COMPLETED : EXPLAINED) {
      int blank = column.indexOf(' ');
      columns.add(
          new HitTable.Column(
              column.substring(0, blank),
              column.substring(blank + 1),
              "value ->> " + (columns.size() + 1)));
    }
    return columns;
  }

  @Override
  public SqlOperator number() {
    return VectorCalls.TEXT_CALL;
  }
}
