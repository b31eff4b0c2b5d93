package dev.sextant.sql;

import dev.sextant.sql.plan.Plan;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.List;

/** Tells what columns a plan gives. */
final class ResultColumns {
  private ResultColumns() {}

  /** The columns that the plan knows, else those of SQLite's statement. */
  static List<ResultColumn> of(Plan plan, SqliteStatement statement) {
    if (plan instanceof Plan.Compiled compiled && compiled.columns() != null) {
      return compiled.columns();
    }
    List<ResultColumn> columns = new ArrayList<>();
    for (int i = 0; i < statement.columnCount(); i++) {
      String label = statement.columnLabel(i);
      String table = statement.columnTable(i);
      columns.add(
          new ResultColumn(
              label, label, statement.columnDeclaredType(i), table.isEmpty() ? null : table));
    }
    return List.copyOf(columns);
  }
}
