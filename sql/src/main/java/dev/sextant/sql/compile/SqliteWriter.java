package dev.sextant.sql.compile;

import dev.sextant.sql.catalog.SystemTable;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.rel2sql.RelToSqlConverter;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.dialect.SqliteSqlDialect;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.util.SqlString;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Writes algebra and syntax trees as SQLite text, with the parameters in the order they stand. */
final class SqliteWriter {
  private final ParameterSpace space;
  private final Map<SystemTable, Integer> systemRows = new LinkedHashMap<>();

  SqliteWriter(ParameterSpace space) {
    this.space = space;
  }

  /** The statement that computes a relation. */
  SubSql write(RelNode rel) {
    return write(new Converter().visitRoot(rel).asStatement());
  }

  /** A syntax tree as text. */
  SubSql write(SqlNode node) {
    SqlString text =
        node.toSqlString(
            config ->
                config
                    .withDialect(Dialect.INSTANCE)
                    .withQuoteAllIdentifiers(true)
                    .withAlwaysUseParentheses(false)
                    .withSelectListItemsOnSeparateLines(false)
                    .withIndentation(0)
                    .withClauseStartsLine(false));
    List<Integer> order = text.getDynamicParameters();
    return new SubSql(text.getSql(), order == null ? List.of() : List.copyOf(order));
  }

  /** The steps that give the rows of the system tables written so far. */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    systemRows.forEach(
        (table, parameter) -> steps.add(new Step.SystemRows(table.name(), parameter)));
    return steps;
  }

  /** Calcite's writer, with Sextant's own tables as JSON parameters. */
  private final class Converter extends RelToSqlConverter {
    Converter() {
      super(Dialect.INSTANCE);
    }

    @Override
    public Result visit(TableScan scan) {
      SchemaView.EngineTable system = scan.getTable().unwrap(SchemaView.EngineTable.class);
      if (system == null) {
        return super.visit(scan);
      }
      int parameter = systemRows.computeIfAbsent(system.table(), table -> space.produced());
      SqlNode rows =
          new SqlBasicCall(
              new JsonRows(system.table().columns()),
              List.of(new SqlDynamicParam(parameter, SqlParserPos.ZERO)),
              SqlParserPos.ZERO);
      return result(rows, List.of(Clause.FROM), scan, null);
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
        select.append(" AS \"").append(columns.get(i)).append('"');
      }
      writer.literal(select + " FROM json_each(");
      call.operand(0).unparse(writer, 0, 0);
      writer.literal("))");
    }
  }

  /** SQLite's dialect where Calcite's own description of it is wrong or old. */
  private static final class Dialect extends SqliteSqlDialect {
    static final Dialect INSTANCE = new Dialect();

    private Dialect() {
      super(DEFAULT_CONTEXT.withDatabaseMajorVersion(3).withDatabaseMinorVersion(54));
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
    public RelFieldCollation.NullDirection defaultNullDirection(
        RelFieldCollation.Direction direction) {
      return super.defaultNullDirection(direction);
    }

    @Override
    public void quoteStringLiteral(StringBuilder text, @Nullable String charset, String value) {
      text.append('\'').append(value.replace("'", "''")).append('\'');
    }
  }
}
