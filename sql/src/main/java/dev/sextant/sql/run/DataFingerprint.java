package dev.sextant.sql.run;

import dev.sextant.engine.measure.MeasurementManifest;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/*
 * Of each table: its definition, its least and greatest key, and 16 rows spread over the keys. That
 * takes a few reads however large the table is. It is a fingerprint and no proof: a change of other
 * rows that leaves the keys as they are is not seen. Indexes are left out, since whether there is
 * one is what measurements are compared for.
 */
/** Tells whether two measurements were made of the same data. */
final class DataFingerprint {
  private static final int ROWS = 16;

  private final SqliteConnection connection;
  private final StringBuilder text = new StringBuilder();

  private DataFingerprint(SqliteConnection connection) {
    this.connection = connection;
  }

  /** The fingerprint of all tables of the main database, in hexadecimal digits. */
  static String of(SqliteConnection connection) {
    DataFingerprint print = new DataFingerprint(connection);
    for (String table : print.tables()) {
      print.table(table);
    }
    return MeasurementManifest.sha256(print.text.toString());
  }

  private List<String> tables() {
    List<String> tables = new ArrayList<>();
    try (SqliteStatement statement =
        connection.prepare(
            "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table'"
                + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                + " AND name NOT LIKE 'sextant\\_%' ESCAPE '\\'"
                + " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")) {
      while (statement.step()) {
        tables.add(String.valueOf(statement.getText(0)));
        text.append(statement.getText(1)).append('\n');
      }
    }
    return tables;
  }

  private void table(String name) {
    String quoted = "main.\"" + name.replace("\"", "\"\"") + '"';
    try {
      long least = connection.queryLong("SELECT min(rowid) FROM " + quoted);
      long most = connection.queryLong("SELECT max(rowid) FROM " + quoted);
      text.append(least).append(' ').append(most).append('\n');
      try (SqliteStatement row =
          connection.prepare("SELECT * FROM " + quoted + " WHERE rowid >= ? LIMIT 1")) {
        for (int i = 0; i < ROWS; i++) {
          row.bind(1, least + (long) ((double) (most - least) * i / (ROWS - 1)));
          values(row);
          row.reset();
        }
      }
    } catch (StorageException noRowid) {
      long rows = connection.queryLong("SELECT count(*) FROM " + quoted);
      text.append(rows).append(" rows\n");
    }
  }

  private void values(SqliteStatement row) {
    if (!row.step()) {
      return;
    }
    for (int column = 0; column < row.columnCount(); column++) {
      Object value = row.value(column);
      String shown =
          value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value);
      text.append(shown.length()).append(':').append(shown);
    }
    text.append('\n');
  }
}
