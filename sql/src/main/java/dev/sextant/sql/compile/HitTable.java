package dev.sextant.sql.compile;

import dev.sextant.sql.catalog.TableInfo;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.impl.AbstractTable;

/** The rows that a search gives, as a table in FROM. */
final class HitTable extends AbstractTable {
  /** The schema that these tables are found in. */
  static final String SCHEMA = "sextant hits";

  /** A column that {@code *} does not give. */
  static final String HIDDEN = "sextant query";

  /** A column: its name, its type, and the expression of SQLite's that gives it. */
  record Column(String name, String type, String expression) {}

  private final String label;
  private final List<Column> columns;
  private final String rows;
  private final List<Integer> parameters;

  /**
   * A table.
   *
   * @param label what users call it
   * @param rows the rest of the statement behind the columns
   * @param parameters for each question mark in the columns and then in {@code rows}, the parameter
   *     of the plan that it takes
   */
  HitTable(String label, List<Column> columns, String rows, List<Integer> parameters) {
    this.label = label;
    this.columns = columns;
    this.rows = rows;
    this.parameters = parameters;
  }

  /** The table as a query in parentheses. */
  String sql() {
    StringBuilder sql = new StringBuilder("(SELECT ");
    for (Column column : columns) {
      sql.append(column.equals(columns.getFirst()) ? "" : ", ").append(column.expression());
      sql.append(" AS ").append(RelWriter.DIALECT.quoteIdentifier(column.name()));
    }
    return sql.append(' ').append(rows).append(')').toString();
  }

  List<Integer> parameters() {
    return parameters;
  }

  List<String> columnNames() {
    return columns.stream().map(Column::name).toList();
  }

  /** The table as if it were SQLite's, without a key. */
  TableInfo info() {
    return new TableInfo(
        label,
        columns.stream().map(c -> new TableInfo.Column(c.name(), c.type(), 0, false)).toList(),
        null,
        -1,
        false,
        false);
  }

  @Override
  public RelDataType getRowType(RelDataTypeFactory types) {
    RelDataTypeFactory.Builder builder = types.builder();
    columns.forEach(column -> builder.add(column.name(), VectorTypes.of(types, 0)));
    return builder.build();
  }
}
