package dev.sextant.sql.compile;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.IndexDefinition;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.plan.Step;
import dev.sextant.storage.vector.Metric;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/**
 * Searches in FROM. Each call becomes a table whose rows a step finds before the statement runs.
 */
final class TableFunctions extends SqlShuttle {
  private static final long DEFAULT_K = 10;
  private static final int CONDITION = 5;

  private final Catalog catalog;
  private final CompileContext context;

  TableFunctions(Catalog catalog, CompileContext context) {
    this.catalog = catalog;
    this.context = context;
  }

  /** A normalized query without such calls. */
  SqlNode rewrite(SqlNode query) {
    return Objects.requireNonNull(query.accept(this));
  }

  @Override
  public @Nullable SqlNode visit(SqlCall call) {
    if (call instanceof SqlSelect select) {
      SqlNode from = select.getFrom();
      select.setFrom(null);
      SqlSelect copy = (SqlSelect) Objects.requireNonNull(super.visit(select));
      copy.setFrom(from == null ? null : from(from));
      return copy;
    }
    if (TableArguments.areOf(call)) {
      throw new SextantException(
          ErrorCode.UNKNOWN_FUNCTION,
          "Function "
              + call.getOperator().getName()
              + " gives rows: write SELECT … FROM "
              + call.getOperator().getName()
              + "(…).");
    }
    return super.visit(call);
  }

  private SqlNode from(SqlNode node) {
    if (node instanceof SqlJoin join) {
      join.setLeft(from(join.getLeft()));
      join.setRight(from(join.getRight()));
      if (join.getConditionType() == JoinConditionType.ON) {
        join.setOperand(CONDITION, rewrite(Objects.requireNonNull(join.getCondition())));
      }
      return join;
    }
    if (TableArguments.areOf(node)) {
      SqlCall call = (SqlCall) node;
      return as(call, new SqlIdentifier(TableArguments.of(call).function(), SqlParserPos.ZERO));
    }
    if (node.getKind() == SqlKind.AS && TableArguments.areOf(((SqlCall) node).operand(0))) {
      List<SqlNode> operands = new java.util.ArrayList<>(((SqlCall) node).getOperandList());
      operands.set(0, found((SqlCall) operands.getFirst()));
      return SqlStdOperatorTable.AS.createCall(node.getParserPosition(), operands);
    }
    return rewrite(node);
  }

  private SqlNode as(SqlCall call, SqlIdentifier alias) {
    return SqlStdOperatorTable.AS.createCall(call.getParserPosition(), found(call), alias);
  }

  private SqlIdentifier found(SqlCall call) {
    TableArguments arguments = TableArguments.of(call);
    HitTable table = knn(arguments);
    return new SqlIdentifier(
        List.of(HitTable.SCHEMA, context.add(table)), call.getParserPosition());
  }

  private HitTable knn(TableArguments arguments) {
    IndexDefinition index = index(arguments.text("index"));
    VectorColumn column = IndexCompiler.columnOf(catalog, index);
    Metric metric = index.parameters().metric();
    int query = vector(arguments.required("vector"), column);
    Step.Number k = arguments.number("k", DEFAULT_K);
    Step.Restriction filter =
        arguments
            .optionalText("filter")
            .map(text -> new FilterText(catalog, context, text).restriction(column))
            .orElse(null);
    int ids = context.space().produced();
    int distances = context.space().produced();
    context.add(
        new Step.Knn(
            column,
            metric,
            query,
            new Step.Limit(k.value(), k.parameter(), 0, -1),
            filter,
            ids,
            distances,
            new Step.NamedIndex(index.name(), arguments.number("ef_search", 0))));
    String distance = "sextant_hit(?, value)";
    return new HitTable(
        arguments.function(),
        List.of(
            new HitTable.Column("rowid", "INTEGER", "value"),
            new HitTable.Column("distance", "REAL", distance),
            new HitTable.Column("score", "REAL", score(metric, distance))),
        "FROM json_each(?)",
        List.of(distances, distances, ids));
  }

  /** A number that is higher for a nearer row. */
  static String score(Metric metric, String distance) {
    return switch (metric) {
      case COSINE -> "1.0 - " + distance;
      case INNER_PRODUCT -> "0.0 - " + distance;
      case L2, L1 -> "1.0 / (1.0 + " + distance + ")";
    };
  }

  private IndexDefinition index(String name) {
    return catalog
        .vectorIndex(name)
        .orElseThrow(
            () -> {
              String nearest = Names.nearest(name, catalog.vectorIndexNames());
              return new SextantException(
                  ErrorCode.UNKNOWN_TABLE,
                  "No vector index \""
                      + name
                      + "\""
                      + (nearest.isEmpty()
                          ? ": create it with CREATE INDEX … USING hnsw."
                          : ": did you mean \"" + nearest + "\"?"));
            });
  }

  /** The parameter that holds the vector to search for. */
  private int vector(SqlNode value, VectorColumn column) {
    if (value instanceof SqlDynamicParam parameter) {
      return QueryVectors.checked(context, parameter.getIndex(), column);
    }
    SqlSelect one =
        new SqlSelect(
            SqlParserPos.ZERO,
            null,
            SqlNodeList.of(value),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    RelNode rel = new Validation(catalog, context).convert(one).rel;
    int vector = context.space().produced();
    context.add(new Step.QueryVector(context.write(QueryCompiler.planned(rel, context)), vector));
    return vector;
  }
}
