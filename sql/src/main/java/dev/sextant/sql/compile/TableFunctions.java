package dev.sextant.sql.compile;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.IndexDefinition;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.catalog.TableInfo;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.vector.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
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
  private static final long DEFAULT_SAMPLES = 100;
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
    if (TableArguments.areOfRows(call)) {
      throw new SextantException(
          ErrorCode.UNKNOWN_FUNCTION,
          "Function "
              + call.getOperator().getName()
              + " gives rows: write SELECT … FROM "
              + call.getOperator().getName()
              + "(…).");
    }
    return TableArguments.areOfRecall(call) ? recall(call) : super.visit(call);
  }

  private SqlNode recall(SqlCall call) {
    TableArguments arguments = TableArguments.of(call);
    Searched searched = searched(arguments);
    String index = searched.index();
    if (index == null) {
      throw arguments.wrong("measures an index, and a column is none");
    }
    int share = context.space().produced();
    context.add(
        new Step.MeasureRecall(
            index,
            searched.column(),
            searched.metric(),
            arguments.number("samples", DEFAULT_SAMPLES),
            arguments.number("k", DEFAULT_K),
            share));
    return new SqlDynamicParam(share, call.getParserPosition());
  }

  private SqlNode from(SqlNode node) {
    if (node instanceof SqlJoin join) {
      return join(join);
    }
    return isCall(node) ? found(node, false).table() : rewrite(node);
  }

  private static boolean isCall(SqlNode node) {
    return TableArguments.areOfRows(bare(node));
  }

  /** A node of FROM without its alias. */
  private static SqlNode bare(SqlNode node) {
    return node.getKind() == SqlKind.AS ? ((SqlCall) node).operand(0) : node;
  }

  private SqlNode join(SqlJoin join) {
    join.setLeft(from(join.getLeft()));
    boolean on = join.getConditionType() == JoinConditionType.ON;
    SqlNode condition = on ? rewrite(Objects.requireNonNull(join.getCondition())) : null;
    SqlNode link = null;
    if (isCall(join.getRight())) {
      Found found = found(join.getRight(), true);
      join.setRight(found.table());
      link = found.link();
    } else {
      join.setRight(from(join.getRight()));
    }
    if (link == null) {
      if (condition != null) {
        join.setOperand(CONDITION, condition);
      }
      return join;
    }
    SqlParserPos position = join.getParserPosition();
    return new SqlJoin(
        position,
        join.getLeft(),
        SqlLiteral.createBoolean(false, position),
        kind(join).symbol(position),
        join.getRight(),
        JoinConditionType.ON.symbol(position),
        condition == null ? link : SqlStdOperatorTable.AND.createCall(position, condition, link));
  }

  /** The kind of a join with a search for each row on its left. */
  private static JoinType kind(SqlJoin join) {
    boolean named = join.isNatural() || join.getConditionType() == JoinConditionType.USING;
    JoinType kind = join.getJoinType();
    if (!named && kind == JoinType.LEFT) {
      return kind;
    }
    if (!named && (kind == JoinType.INNER || kind == JoinType.CROSS || kind == JoinType.COMMA)) {
      return JoinType.INNER;
    }
    throw new SextantException(
        ErrorCode.FEATURE_NOT_SUPPORTED,
        "A search for each row of another table stands behind JOIN, LEFT JOIN or a comma, and"
            + " takes ON, not NATURAL or USING.");
  }

  /**
   * A call that has become a table.
   *
   * @param table with its alias
   * @param link what a row on the left and a hit have in common; null where the hits are the same
   *     for all
   */
  private record Found(SqlNode table, @Nullable SqlNode link) {}

  private Found found(SqlNode node, boolean joined) {
    SqlCall call = (SqlCall) bare(node);
    SqlParserPos position = call.getParserPosition();
    TableArguments arguments = TableArguments.of(call);
    List<SqlNode> operands = new ArrayList<>();
    if (node.getKind() == SqlKind.AS) {
      operands.addAll(((SqlCall) node).getOperandList());
    } else {
      operands.add(call);
      operands.add(new SqlIdentifier(arguments.function(), position));
    }
    if (arguments.areOfHybrid()) {
      HitTable table = new HybridCall(catalog, context, this, arguments).table(joined);
      operands.set(0, table(table, position));
      return new Found(SqlStdOperatorTable.AS.createCall(position, operands), null);
    }
    RowSource source = source(arguments);
    SqlNode value = arguments.required(source.argument());
    if (joined && !isClosed(value)) {
      if (operands.size() > 2) {
        throw arguments.wrong("takes no names for its columns where it searches for each row");
      }
      int numbers = context.space().produced();
      operands.set(0, table(source.forEachRow(numbers), position));
      SqlNode number =
          source.number().createCall(position, new SqlDynamicParam(numbers, position), value);
      SqlNode hit =
          new SqlIdentifier(
              List.of(((SqlIdentifier) operands.get(1)).getSimple(), HitTable.HIDDEN), position);
      SqlNode link = SqlStdOperatorTable.EQUALS.createCall(position, hit, number);
      return new Found(SqlStdOperatorTable.AS.createCall(position, operands), link);
    }
    operands.set(0, table(source.once(value), position));
    return new Found(SqlStdOperatorTable.AS.createCall(position, operands), null);
  }

  private RowSource source(TableArguments arguments) {
    return switch (arguments.function()) {
      case ChunkSource.NAME -> new ChunkSource(arguments, context, this::valueQuery);
      case RouteSource.COMPLETE_ROW, RouteSource.ROUTE_EXPLAIN ->
          new RouteSource(arguments, context, this::valueQuery);
      case SimulationSource.NAME -> new SimulationSource(arguments, context, this::rows);
      default -> new Search(arguments);
    };
  }

  /** The statement that computes a value. */
  private SubSql valueQuery(SqlNode value) {
    return value instanceof SqlDynamicParam parameter
        ? new SubSql("SELECT ?", List.of(parameter.getIndex()))
        : query(value);
  }

  /** The statement of a query in an argument. */
  private SubSql rows(SqlNode query) {
    RelNode rel = new Validation(catalog, context).convert(rewrite(query)).rel;
    return context.write(QueryCompiler.planned(rel, context));
  }

  private SqlIdentifier table(HitTable table, SqlParserPos position) {
    return new SqlIdentifier(List.of(HitTable.SCHEMA, context.add(table)), position);
  }

  /** Whether a value is the same for all rows: it can be computed without any. */
  boolean isClosed(SqlNode value) {
    if (value instanceof SqlDynamicParam) {
      return true;
    }
    try {
      new Validation(catalog, context).convert(alone(value));
      return true;
    } catch (SextantException failure) {
      return false;
    }
  }

  private static SqlNode alone(SqlNode value) {
    SqlNode copy = Objects.requireNonNull(value.accept(new Copy()));
    return Validation.select(SqlNodeList.of(copy), null, null);
  }

  /** Copies a tree, since the validator changes what it looks at. */
  private static final class Copy extends SqlShuttle {
    @Override
    public @Nullable SqlNode visit(SqlCall call) {
      CallCopyingArgHandler handler = new CallCopyingArgHandler(call, true);
      call.getOperator().acceptCall(this, call, false, handler);
      return handler.result();
    }
  }

  /** The index to search, and how. */
  static Step.Named named(Searched searched, TableArguments arguments) {
    return new Step.Named(searched.index(), arguments.number("ef_search", 0));
  }

  /** The rows that the argument {@code filter} lets through. */
  Step.@Nullable Restriction filter(VectorColumn column, TableArguments arguments) {
    return arguments
        .optionalText("filter")
        .map(text -> new FilterText(catalog, context, text).restriction(column))
        .orElse(null);
  }

  /** One call of knn. */
  private final class Search implements RowSource {
    private final TableArguments arguments;
    private final VectorColumn column;
    private final Metric metric;
    private final Step.Named named;
    private final Step.Limit limit;
    private final Step.@Nullable Restriction filter;

    Search(TableArguments arguments) {
      this.arguments = arguments;
      Searched searched = searched(arguments);
      this.column = searched.column();
      this.metric = searched.metric();
      this.named = named(searched, arguments);
      Step.WholeNumber k = arguments.number("k", DEFAULT_K);
      this.limit = new Step.Limit(k.value(), k.parameter(), 0, -1);
      this.filter = filter(column, arguments);
    }

    @Override
    public String argument() {
      return "vector";
    }

    @Override
    public SqlOperator number() {
      return VectorCalls.QUERY_CALL;
    }

    @Override
    public HitTable once(SqlNode vector) {
      int query = vector(vector, column);
      int ids = context.space().produced();
      int distances = context.space().produced();
      context.add(new Step.Knn(column, metric, query, limit, filter, ids, distances, named));
      return new HitTable(
          arguments.function(),
          columns("value", "value"),
          "FROM json_each(?)",
          List.of(distances, distances, ids));
    }

    /**
     * The second SELECT gives no rows, but lets SQLite expect many, so that it gives the hits an
     * index instead of comparing all of them with each row. LIMIT keeps it from looking inside.
     */
    @Override
    public HitTable forEachRow(int numbers) {
      int hits = context.space().produced();
      int distances = context.space().produced();
      List<HitTable.Column> columns = new ArrayList<>(columns("value ->> 1", "key"));
      columns.add(new HitTable.Column(HitTable.HIDDEN, "INTEGER", "value ->> 0"));
      context.add(
          numbers,
          queries ->
              new Step.KnnJoin(
                  column, metric, queries, limit, filter, hits, distances, numbers, named));
      return new HitTable(
          arguments.function(),
          columns,
          "FROM json_each(?) UNION ALL SELECT 0, 0, 0, 0 FROM json_each('[]') AS a,"
              + " json_each('[]') AS b, json_each('[]') AS c LIMIT -1",
          List.of(distances, distances, hits));
    }

    private List<HitTable.Column> columns(String rowid, String hit) {
      String distance = "sextant_hit(?, " + hit + ")";
      return List.of(
          new HitTable.Column("rowid", "INTEGER", rowid),
          new HitTable.Column("distance", "REAL", distance),
          new HitTable.Column("score", "REAL", score(metric, distance)));
    }
  }

  /** A number that is higher for a nearer row. */
  static String score(Metric metric, String distance) {
    return switch (metric) {
      case COSINE -> "1.0 - " + distance;
      case INNER_PRODUCT -> "0.0 - " + distance;
      case L2, L1 -> "1.0 / (1.0 + " + distance + ")";
    };
  }

  /** What is searched: an index, or a column where its name is null. */
  record Searched(@Nullable String index, VectorColumn column, Metric metric) {}

  /** What the arguments name. */
  Searched searched(TableArguments arguments) {
    String name = arguments.text("index");
    Optional<IndexDefinition> index = catalog.vectorIndex(name);
    Optional<String> metric = arguments.optionalText("metric");
    if (index.isPresent()) {
      if (metric.isPresent()) {
        throw arguments.wrong("takes a metric with a column only: an index has its own");
      }
      return new Searched(
          index.get().name(),
          IndexCompiler.columnOf(catalog, index.get()),
          index.get().parameters().metric());
    }
    return new Searched(null, column(name), IndexCompiler.metric(metric.orElse("l2")));
  }

  /** A column called {@code table.column}. */
  private VectorColumn column(String name) {
    int dot = name.lastIndexOf('.');
    Optional<TableInfo> table = dot < 0 ? Optional.empty() : catalog.table(name.substring(0, dot));
    Optional<TableInfo.Column> column = table.flatMap(t -> t.column(name.substring(dot + 1)));
    if (column.isEmpty() || !column.get().isVector()) {
      String nearest = Names.nearest(name, catalog.vectorIndexNames());
      throw new SextantException(
          ErrorCode.UNKNOWN_TABLE,
          "No vector index or column \""
              + name
              + "\""
              + (nearest.isEmpty() ? "." : ": did you mean \"" + nearest + "\"?"));
    }
    return table
        .get()
        .searchable(column.get())
        .orElseThrow(
            () ->
                new SextantException(
                    ErrorCode.INVALID_DEFINITION,
                    "Column \""
                        + name
                        + "\" cannot be searched in memory: "
                        + table.get().whyNotResident().orElse("")
                        + "."));
  }

  /** The parameter that holds the vector to search for. */
  int vector(SqlNode value, VectorColumn column) {
    if (value instanceof SqlDynamicParam parameter) {
      return QueryVectors.checked(context, parameter.getIndex(), column);
    }
    int vector = context.space().produced();
    context.add(new Step.QueryVector(query(value), vector));
    return vector;
  }

  /** The parameter that holds any value. */
  int value(SqlNode value) {
    if (value instanceof SqlDynamicParam parameter) {
      return parameter.getIndex();
    }
    Optional<String> text = TableArguments.quoted(value);
    if (text.isPresent()) {
      return context.space().textLiteral(text.get());
    }
    int parameter = context.space().produced();
    context.add(new Step.Value(query(value), parameter));
    return parameter;
  }

  private SubSql query(SqlNode value) {
    RelNode rel = new Validation(catalog, context).convert(alone(value)).rel;
    return context.write(QueryCompiler.planned(rel, context));
  }
}
