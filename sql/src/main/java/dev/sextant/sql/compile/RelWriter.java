package dev.sextant.sql.compile;

import dev.sextant.sql.catalog.SystemTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.rel2sql.RelToSqlConverter;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDialect;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.dialect.SqliteSqlDialect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.util.Util;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Calcite's writer of algebra as SQL, with Sextant's own tables as JSON parameters. Public because
 * Calcite calls {@link #visit} by reflection.
 */
public final class RelWriter extends RelToSqlConverter {
  /** SQLite's dialect. */
  static final SqlDialect DIALECT = new Dialect();

  private final ToIntFunction<SystemTable> rows;

  /**
   * A writer.
   *
   * @param rows gives the parameter that holds the rows of a table of Sextant's
   */
  RelWriter(ToIntFunction<SystemTable> rows) {
    super(DIALECT);
    this.rows = rows;
  }

  @Override
  public Result visit(TableScan scan) {
    HitTable table = scan.getTable().unwrap(HitTable.class);
    if (table != null) {
      return found(table, scan);
    }
    SchemaView.EngineTable engine = scan.getTable().unwrap(SchemaView.EngineTable.class);
    if (scan instanceof HitScan hits) {
      return hits(hits);
    }
    if (engine == null) {
      return super.visit(scan);
    }
    SqlNode call =
        new SqlBasicCall(
            new JsonRows(engine.table().columns().stream().map(SystemTable.Column::name).toList()),
            List.of(new SqlDynamicParam(rows.applyAsInt(engine.table()), SqlParserPos.ZERO)),
            SqlParserPos.ZERO);
    SqlNode named =
        SqlStdOperatorTable.AS.createCall(
            SqlParserPos.ZERO, call, new SqlIdentifier(engine.table().name(), SqlParserPos.ZERO));
    return result(named, List.of(Clause.FROM), scan, null);
  }

  private Result hits(HitScan scan) {
    String name = Util.last(scan.getTable().getQualifiedName());
    SqlNode call =
        new SqlBasicCall(
            new KeyedRows(name, scan.key()),
            List.of(new SqlDynamicParam(scan.ids(), SqlParserPos.ZERO)),
            SqlParserPos.ZERO);
    // Its own alias, since Calcite gives one to nodes that have none only: an outer query may read
    // the same table.
    String alias = SqlValidatorUtil.uniquify(name, aliasSet, SqlValidatorUtil.EXPR_SUGGESTER);
    SqlNode named =
        SqlStdOperatorTable.AS.createCall(
            SqlParserPos.ZERO, call, new SqlIdentifier(alias, SqlParserPos.ZERO));
    RelDataType type = scan.getRowType();
    return result(named, List.of(Clause.FROM), null, type, Map.of(alias, type));
  }

  private Result found(HitTable table, TableScan scan) {
    List<SqlNode> parameters = new ArrayList<>();
    table.parameters().forEach(p -> parameters.add(new SqlDynamicParam(p, SqlParserPos.ZERO)));
    SqlNode call = new SqlBasicCall(new WrittenRows(table.sql()), parameters, SqlParserPos.ZERO);
    String name = Util.last(scan.getTable().getQualifiedName());
    SqlNode named =
        SqlStdOperatorTable.AS.createCall(
            SqlParserPos.ZERO, call, new SqlIdentifier(name, SqlParserPos.ZERO));
    return result(named, List.of(Clause.FROM), scan, null);
  }

  /** A query in parentheses that is written already, but for its parameters. */
  private static final class WrittenRows extends SqlSpecialOperator {
    private final String sql;

    WrittenRows(String sql) {
      super("WRITTEN ROWS", SqlKind.OTHER, 200, true, null, null, OperandTypes.VARIADIC);
      this.sql = sql;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      int at = 0;
      for (SqlNode parameter : call.getOperandList()) {
        int mark = sql.indexOf('?', at);
        writer.literal(sql.substring(at, mark));
        parameter.unparse(writer, 0, 0);
        at = mark + 1;
      }
      writer.literal(sql.substring(at));
    }
  }

  /**
   * Rows whose keys stand in a JSON array. NOT INDEXED leaves SQLite no better way than to look up
   * each key; a CROSS JOIN would force it to read the tables of an outer join first.
   */
  private static final class KeyedRows extends SqlSpecialOperator {
    private final String table;
    private final String key;

    KeyedRows(String table, String key) {
      super("KEYED ROWS", SqlKind.OTHER, 200, true, null, null, OperandTypes.VARIADIC);
      this.table = table;
      this.key = key;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      writer.literal("(SELECT t.* FROM json_each(");
      call.operand(0).unparse(writer, 0, 0);
      writer.literal(
          ") AS k JOIN main."
              + DIALECT.quoteIdentifier(table)
              + " AS t NOT INDEXED ON t."
              + DIALECT.quoteIdentifier(key)
              + " = k.value)");
    }
  }

  /** Rows that stand in a JSON array of arrays. */
  private static final class JsonRows extends SqlSpecialOperator {
    private final List<String> columns;

    JsonRows(List<String> columns) {
      super("JSON ROWS", SqlKind.OTHER, 200, true, null, null, OperandTypes.VARIADIC);
      this.columns = columns;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      StringBuilder select = new StringBuilder("(SELECT ");
      for (int i = 0; i < columns.size(); i++) {
        select.append(i == 0 ? "" : ", ").append("value ->> ").append(i);
        select.append(" AS `").append(columns.get(i)).append('`');
      }
      writer.literal(select + " FROM json_each(");
      call.operand(0).unparse(writer, 0, 0);
      writer.literal("))");
    }
  }

  /** SQLite's dialect where Calcite's own description of it is wrong or old. */
  private static final class Dialect extends SqliteSqlDialect {
    private Dialect() {
      // Back ticks, since SQLite takes a name in double quotes that it does not know for a text.
      super(
          DEFAULT_CONTEXT
              .withDatabaseMajorVersion(3)
              .withDatabaseMinorVersion(54)
              .withIdentifierQuoteString("`"));
    }

    /** Between parentheses wherever it is an operand: SQLite's precedences are not Calcite's. */
    @Override
    public void unparseCall(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      if ((leftPrec > 0 || rightPrec > 0) && Precedence.isOperation(call)) {
        SqlWriter.Frame frame = writer.startList("(", ")");
        super.unparseCall(writer, call, 0, 0);
        writer.endList(frame);
      } else {
        super.unparseCall(writer, call, leftPrec, rightPrec);
      }
    }

    @Override
    public boolean supportsAggregateFunctionFilter() {
      return true;
    }

    @Override
    public boolean supportsWindowFunctions() {
      return true;
    }

    @Override
    public @Nullable SqlNode emulateNullDirection(SqlNode node, boolean nullsFirst, boolean desc) {
      return null;
    }

    @Override
    public void quoteStringLiteral(StringBuilder text, @Nullable String charset, String value) {
      text.append('\'').append(value.replace("'", "''")).append('\'');
    }
  }
}
