package dev.sextant.jdbc;

import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ResultColumn;
import dev.sextant.sql.RowCursor;
import dev.sextant.sql.SqlSession;
import dev.sextant.sql.SqlStatement;
import dev.sextant.sql.catalog.SystemTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is in a database, read from SQLite's own catalog through the session: by PRAGMA where there
 * is one, as these run as written whatever {@code compile} says.
 */
final class Catalog {

  static final String SYSTEM_SCHEMA = "sextant";

  /** What JDBC calls a table type. */
  enum TableKind {
    TABLE("TABLE"),
    VIEW("VIEW"),
    SYSTEM("SYSTEM TABLE"),
    TEMPORARY("LOCAL TEMPORARY");

    private final String jdbcName;

    TableKind(String jdbcName) {
      this.jdbcName = jdbcName;
    }

    String jdbcName() {
      return jdbcName;
    }
  }

  record Table(String schema, String name, TableKind kind, boolean withoutRowid) {}

  /**
   * A column.
   *
   * @param position from 1
   * @param keyPosition place in the primary key from 1, 0 outside of it
   */
  record Column(
      String name,
      String declaredType,
      int position,
      boolean notNull,
      @Nullable String defaultValue,
      int keyPosition,
      boolean generated) {}

  private final SqlSession session;

  Catalog(SqlSession session) {
    this.session = session;
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** All rows of a query over SQLite's catalog. */
  List<@Nullable Object[]> rows(String sql, String... parameters) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    try (SqlStatement statement = session.prepare(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.bind(i + 1, parameters[i]);
      }
      if (!(statement.execute() instanceof SqlStatement.Outcome.Rows(RowCursor cursor))) {
        return rows;
      }
      int width = statement.columns().size();
      try (cursor) {
        while (cursor.next()) {
          @Nullable Object[] row = new @Nullable Object[width];
          for (int i = 0; i < width; i++) {
            row[i] = cursor.getValue(i);
          }
          rows.add(row);
        }
      }
    }
    return rows;
  }

  static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  static int number(@Nullable Object value) {
    return value instanceof Number number ? number.intValue() : 0;
  }

  /** The rows of a PRAGMA about something in a schema. */
  List<@Nullable Object[]> pragma(String schema, String pragma, String subject) {
    return rows("PRAGMA " + quoted(schema) + "." + pragma + "(" + quoted(subject) + ")");
  }

  /** The version of SQLite. */
  String sqliteVersion() {
    return text(rows("SELECT sqlite_version()").getFirst()[0]);
  }

  /** Schemas by name: SQLite's databases and Sextant's own. */
  List<String> schemas() {
    List<String> names = new ArrayList<>();
    rows("PRAGMA database_list").forEach(row -> names.add(text(row[1])));
    if (!names.contains(SYSTEM_SCHEMA)) {
      names.add(SYSTEM_SCHEMA);
    }
    names.sort(Comparator.naturalOrder());
    return names;
  }

  /** All tables and views. */
  List<Table> tables() {
    List<Table> tables = listed(rows("PRAGMA table_list"));
    for (SystemTable table : SystemTable.all()) {
      tables.add(new Table(SYSTEM_SCHEMA, table.name(), TableKind.SYSTEM, true));
    }
    return tables;
  }

  private static List<Table> listed(List<@Nullable Object[]> rows) {
    List<Table> tables = new ArrayList<>();
    for (@Nullable Object[] row : rows) {
      String schema = text(row[0]);
      String name = text(row[1]);
      if (!schema.equals(SYSTEM_SCHEMA)) {
        tables.add(new Table(schema, name, kind(schema, name, text(row[2])), number(row[4]) != 0));
      }
    }
    return tables;
  }

  private static TableKind kind(String schema, String name, String type) {
    if (name.startsWith("sqlite_")
        || name.startsWith("sextant_log")
        || name.startsWith("sextant_indexes")
        || name.equals("sextant_functions")
        || name.equals("sextant_profiles")
        || name.equals("sextant_routing")
        || type.equals("shadow")) {
      return TableKind.SYSTEM;
    }
    if (type.equals("view")) {
      return TableKind.VIEW;
    }
    return schema.equals("temp") ? TableKind.TEMPORARY : TableKind.TABLE;
  }

  /** A table by name; without a schema where SQLite would look: temp, main, attached. */
  Optional<Table> find(String schema, String name) {
    List<Table> matching =
        (SYSTEM_SCHEMA.equalsIgnoreCase(schema)
                ? tables()
                : listed(rows("PRAGMA table_list(" + quoted(name) + ")")))
            .stream()
                .filter(t -> t.name().equalsIgnoreCase(name))
                .filter(t -> schema.isEmpty() || t.schema().equalsIgnoreCase(schema))
                .toList();
    for (String first : List.of("temp", "main")) {
      Optional<Table> found = matching.stream().filter(t -> t.schema().equals(first)).findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return matching.stream().findFirst();
  }

  /** A table's columns in order; none for a view that no longer works. */
  List<Column> columns(Table table) {
    try {
      return table.schema().equals(SYSTEM_SCHEMA) ? systemColumns(table) : declaredColumns(table);
    } catch (SextantException brokenView) {
      return List.of();
    }
  }

  private List<Column> systemColumns(Table table) {
    List<Column> columns = new ArrayList<>();
    String sql = "SELECT * FROM " + SYSTEM_SCHEMA + "." + table.name();
    try (SqlStatement statement = session.prepare(sql)) {
      for (ResultColumn column : statement.columns()) {
        columns.add(
            new Column(
                column.label(), column.declaredType(), columns.size() + 1, false, null, 0, false));
      }
    }
    return columns;
  }

  private List<Column> declaredColumns(Table table) {
    List<Column> columns = new ArrayList<>();
    for (@Nullable Object[] row : pragma(table.schema(), "table_xinfo", table.name())) {
      int hidden = number(row[6]);
      if (hidden != 1) {
        columns.add(
            new Column(
                text(row[1]),
                text(row[2]),
                columns.size() + 1,
                number(row[3]) != 0,
                row[4] == null ? null : text(row[4]),
                number(row[5]),
                hidden == 2 || hidden == 3));
      }
    }
    return columns;
  }

  /** The columns of the primary key, in the key's order. */
  static List<Column> primaryKey(List<Column> columns) {
    return columns.stream()
        .filter(c -> c.keyPosition() > 0)
        .sorted(Comparator.comparingInt(Column::keyPosition))
        .toList();
  }

  /** Whether SQLite numbers the column itself: INTEGER PRIMARY KEY of a table with rowids. */
  static boolean numberedBySqlite(Table table, List<Column> columns, Column column) {
    return column.keyPosition() == 1
        && primaryKey(columns).size() == 1
        && !table.withoutRowid()
        && column.declaredType().toUpperCase(Locale.ROOT).equals("INTEGER");
  }

  /**
   * The statement that made a table or an index; empty for those SQLite made itself, and where
   * every query is compiled, which knows no sqlite_schema.
   */
  String definition(String schema, String name) {
    String sql = "SELECT sql FROM " + quoted(schema) + ".sqlite_schema WHERE name = ?";
    try {
      List<@Nullable Object[]> rows = rows(sql, name);
      return rows.isEmpty() ? "" : text(rows.getFirst()[0]);
    } catch (SextantException unknown) {
      return "";
    }
  }
}
