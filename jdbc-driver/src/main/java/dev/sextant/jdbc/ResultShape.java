package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.sql.ResultColumn;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The columns of a result and what follows from them; the same for every run of a statement. */
final class ResultShape {
  static final ResultShape NONE = new ResultShape(List.of());

  private final List<ResultColumn> columns;
  private final ColumnType[] types;
  private @Nullable Map<String, Integer> positions;

  ResultShape(List<ResultColumn> columns) {
    this.columns = columns;
    this.types =
        columns.stream().map(c -> ColumnType.of(c.declaredType())).toArray(ColumnType[]::new);
  }

  List<ResultColumn> columns() {
    return columns;
  }

  int width() {
    return types.length;
  }

  /** A column, from 1. */
  ResultColumn column(int column) throws SQLException {
    check(column);
    return columns.get(column - 1);
  }

  /** A column's type; the column, from 1, is known to exist. */
  ColumnType type(int column) {
    return types[column - 1];
  }

  void check(int column) throws SQLException {
    if (column < 1 || column > types.length) {
      throw Errors.of(
          ErrorCode.UNKNOWN_COLUMN,
          "There is no column " + column + ": the result has columns 1 to " + types.length + ".");
    }
  }

  /** The first column of that label, else of that name, whatever its case. */
  int find(@Nullable String label) throws SQLException {
    Map<String, Integer> known = positions;
    if (known == null) {
      known = new HashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        known.putIfAbsent(columns.get(i).label().toLowerCase(Locale.ROOT), i + 1);
      }
      for (int i = 0; i < columns.size(); i++) {
        known.putIfAbsent(columns.get(i).name().toLowerCase(Locale.ROOT), i + 1);
      }
      positions = known;
    }
    Integer found = label == null ? null : known.get(label.toLowerCase(Locale.ROOT));
    if (found == null) {
      throw Errors.of(
          ErrorCode.UNKNOWN_COLUMN,
          "The result has no column \""
              + label
              + "\": it has "
              + String.join(", ", columns.stream().map(ResultColumn::label).toList())
              + ".");
    }
    return found;
  }
}
