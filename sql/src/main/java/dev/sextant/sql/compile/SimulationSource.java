package dev.sextant.sql.compile;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.List;
import java.util.function.Function;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;

/** {@code cache_simulate(keys, policy, size)} in FROM. */
final class SimulationSource implements RowSource {
  /** The function's name. */
  static final String NAME = "cache_simulate";

  private static final List<HitTable.Column> COLUMNS =
      List.of(
          new HitTable.Column("policy", "TEXT", "value ->> 0"),
          new HitTable.Column("size", "INTEGER", "value ->> 1"),
          new HitTable.Column("requests", "INTEGER", "value ->> 2"),
          new HitTable.Column("hits", "INTEGER", "value ->> 3"),
          new HitTable.Column("hit_ratio", "REAL", "value ->> 4"));

  private final TableArguments arguments;
  private final CompileContext context;
  private final Function<SqlNode, SubSql> queries;

  /**
   * A call.
   *
   * @param queries gives the statement of a query
   */
  SimulationSource(
      TableArguments arguments, CompileContext context, Function<SqlNode, SubSql> queries) {
    this.arguments = arguments;
    this.context = context;
    this.queries = queries;
  }

  @Override
  public String argument() {
    return "keys";
  }

  @Override
  public HitTable once(SqlNode value) {
    if (!value.isA(SqlKind.QUERY)) {
      throw arguments.wrong("expects keys to be a query in parentheses");
    }
    arguments.required("size");
    int rows = context.space().produced();
    context.add(
        new Step.SimulateCache(
            queries.apply(value),
            arguments.optionalText("policy").map(PolicyKind::of).orElse(null),
            arguments.number("size", 0),
            rows));
    return new HitTable(arguments.function(), COLUMNS, "FROM json_each(?)", List.of(rows));
  }

  @Override
  public HitTable forEachRow(int numbers) {
    throw arguments.wrong("takes a query that depends on no other table of FROM");
  }

  @Override
  public SqlOperator number() {
    return VectorCalls.TEXT_CALL;
  }
}
