package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.sql.ResultColumn;
import dev.sextant.sql.RowCursor.Storage;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a result. A column of no declared type, such as {@code count(*)}, is described by
 * the value in the row at hand, and as text before there is one.
 */
final class SextantResultSetMetaData implements ResultSetMetaData {
  private final List<ResultColumn> columns;
  private final @Nullable SextantResultSet result;

  SextantResultSetMetaData(List<ResultColumn> columns, @Nullable SextantResultSet result) {
    this.columns = columns;
    this.result = result;
  }

  private ResultColumn column(int column) throws SQLException {
    if (column < 1 || column > columns.size()) {
      throw Errors.of(
          ErrorCode.UNKNOWN_COLUMN,
          "There is no column " + column + ": the result has columns 1 to " + columns.size() + ".");
    }
    return columns.get(column - 1);
  }

  private ColumnType type(int column) throws SQLException {
    ColumnType type = ColumnType.of(column(column).declaredType());
    if (type.kind() != ColumnType.Kind.ANY || result == null) {
      return type;
    }
    Storage stored = result.observed(column);
    return switch (stored) {
      case INTEGER -> new ColumnType(ColumnType.Kind.BIGINT, "INTEGER", 0, 0);
      case REAL -> new ColumnType(ColumnType.Kind.DOUBLE, "REAL", 0, 0);
      case TEXT -> new ColumnType(ColumnType.Kind.VARCHAR, "TEXT", 0, 0);
      case BLOB -> new ColumnType(ColumnType.Kind.BLOB, "BLOB", 0, 0);
      case NULL -> type;
    };
  }

  @Override
  public int getColumnCount() {
    return columns.size();
  }

  @Override
  public String getColumnLabel(int column) throws SQLException {
    return column(column).label();
  }

  @Override
  public String getColumnName(int column) throws SQLException {
    return column(column).name();
  }

  @Override
  public String getTableName(int column) throws SQLException {
    String table = column(column).table();
    return table == null ? "" : table;
  }

  @Override
  public String getSchemaName(int column) throws SQLException {
    column(column);
    return "";
  }

  @Override
  public String getCatalogName(int column) throws SQLException {
    column(column);
    return "";
  }

  @Override
  public int getColumnType(int column) throws SQLException {
    return type(column).kind().jdbcType();
  }

  @Override
  public String getColumnTypeName(int column) throws SQLException {
    return type(column).typeName();
  }

  @Override
  public String getColumnClassName(int column) throws SQLException {
    return type(column).kind().javaClass().getName();
  }

  @Override
  public int getPrecision(int column) throws SQLException {
    return type(column).size();
  }

  @Override
  public int getScale(int column) throws SQLException {
    return type(column).scale();
  }

  @Override
  public int getColumnDisplaySize(int column) throws SQLException {
    return type(column).displaySize();
  }

  @Override
  public boolean isSigned(int column) throws SQLException {
    return type(column).kind().isNumeric();
  }

  @Override
  public boolean isCaseSensitive(int column) throws SQLException {
    return switch (type(column).kind()) {
      case CHAR, VARCHAR, ANY -> true;
      default -> false;
    };
  }

  @Override
  public int isNullable(int column) throws SQLException {
    column(column);
    return columnNullableUnknown;
  }

  @Override
  public boolean isAutoIncrement(int column) throws SQLException {
    column(column);
    return false;
  }

  @Override
  public boolean isSearchable(int column) throws SQLException {
    column(column);
    return true;
  }

  @Override
  public boolean isCurrency(int column) throws SQLException {
    column(column);
    return false;
  }

  @Override
  public boolean isReadOnly(int column) throws SQLException {
    return column(column).table() == null;
  }

  @Override
  public boolean isWritable(int column) throws SQLException {
    return column(column).table() != null;
  }

  @Override
  public boolean isDefinitelyWritable(int column) throws SQLException {
    column(column);
    return false;
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Unwrap.unwrap(this, type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
