package dev.sextant.engine.vector;

import dev.sextant.engine.numa.DataPlacement;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.hnsw.HnswParameters;
import dev.sextant.storage.vector.hnsw.Quantization;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * The definitions of vector indexes and the names of their segments are rows of the main
 * file. A segment's file is written and synced first; then its name is committed here. So a crash
 * leaves either the old segment or the new one, and an older copy of the database that is put back
 * names the segment that belonged to it, or one that is gone, never one of its future.
 *
 * Which column an index is on stands in a trigger that never fires: SQLite keeps its text right
 * when the column or the table is renamed, and drops it with the table.
 */

/** Reads and writes the table of vector indexes. */
final class IndexCatalog {
  /** The table that holds the definitions. */
  static final String TABLE = "sextant_indexes";

  /** Names the trigger of an index, before the index's name. */
  private static final String TRIGGER_PREFIX = "sextant_index_";

  /** The placements of indexes that have one: a table that older files lack. */
  private static final String PLACED = "sextant_indexes_placed";

  private static final String SEPARATOR = ",";
  private static final Pattern COLUMN =
      Pattern.compile("UPDATE\\s+OF\\s+\"((?:[^\"]|\"\")*)\"", Pattern.CASE_INSENSITIVE);

  private IndexCatalog() {}

  private static String trigger(IndexDefinition index) {
    return ChangeLog.quote(TRIGGER_PREFIX + index.name());
  }

  /** The column that an index's trigger names. */
  private static String columnOf(String trigger) {
    Matcher matcher = COLUMN.matcher(trigger);
    return matcher.find() ? matcher.group(1).replace("\"\"", "\"") : "";
  }

  /** All definitions in the connection's snapshot. */
  static List<IndexDefinition> all(SqliteConnection connection) {
    List<IndexDefinition> all = new ArrayList<>();
    if (!exists(connection, TABLE)) {
      return all;
    }
    boolean placed = exists(connection, PLACED);
    try (SqliteStatement rows =
        connection.prepare(
            "SELECT i.name, tbl, t.sql, metric, m, ef_construction, quantization, segments,"
                + (placed
                    ? " (SELECT placement FROM main." + PLACED + " p WHERE p.name = i.name)"
                    : " NULL")
                + " FROM main."
                + TABLE
                + " i JOIN main.sqlite_schema t ON t.type = 'trigger' AND t.name = '"
                + TRIGGER_PREFIX
                + "' || i.name COLLATE NOCASE ORDER BY i.name")) {
      while (rows.step()) {
        all.add(
            new IndexDefinition(
                String.valueOf(rows.getText(0)),
                rows.getLong(1),
                columnOf(String.valueOf(rows.getText(2))),
                new HnswParameters(
                    Metric.valueOf(String.valueOf(rows.getText(3))),
                    (int) rows.getLong(4),
                    (int) rows.getLong(5),
                    Quantization.parse(String.valueOf(rows.getText(6)))),
                segments(rows.getText(7)),
                placement(rows.getText(8))));
      }
    }
    return all;
  }

  private static DataPlacement placement(@Nullable String label) {
    return label == null
        ? new DataPlacement.Anywhere()
        : DataPlacement.parse(label)
            .orElseThrow(
                () ->
                    new StorageException(
                        StorageException.Kind.CORRUPT,
                        "Table " + PLACED + " holds no placement: \"" + label + "\"."));
  }

  private static List<String> segments(@Nullable String names) {
    return names == null || names.isEmpty() ? List.of() : List.of(names.split(SEPARATOR, -1));
  }

  /** The definition of that name, in any case. */
  static Optional<IndexDefinition> find(SqliteConnection connection, String name) {
    return all(connection).stream().filter(i -> i.name().equalsIgnoreCase(name)).findFirst();
  }

  private static boolean exists(SqliteConnection connection, String table) {
    return connection.queryLong(
            "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = '"
                + table
                + "'")
        > 0;
  }

  /** Adds a definition, and drops those whose table is gone; inside the caller's transaction. */
  static void add(SqliteConnection connection, String table, IndexDefinition index) {
    connection.exec(
        "CREATE TABLE IF NOT EXISTS main."
            + TABLE
            + "(name TEXT PRIMARY KEY COLLATE NOCASE, tbl INTEGER NOT NULL,"
            + " metric TEXT NOT NULL, m INTEGER NOT NULL, ef_construction INTEGER NOT NULL,"
            + " quantization TEXT NOT NULL, segments TEXT NOT NULL)");
    connection.exec(
        "DELETE FROM main."
            + TABLE
            + " WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND name"
            + " = '"
            + TRIGGER_PREFIX
            + "' || "
            + TABLE
            + ".name COLLATE NOCASE)");
    if (exists(connection, PLACED)) {
      change(connection, index, "DELETE FROM main." + PLACED + " WHERE name = ?");
    }
    connection.exec(
        "CREATE TRIGGER main."
            + trigger(index)
            + " AFTER UPDATE OF "
            + ChangeLog.quote(index.column())
            + " ON "
            + ChangeLog.quote(table)
            + " WHEN 0 BEGIN SELECT 0; END");
    HnswParameters parameters = index.parameters();
    try (SqliteStatement insert =
        connection.prepare("INSERT INTO main." + TABLE + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      insert.bind(1, index.name());
      insert.bind(2, index.logNumber());
      insert.bind(3, parameters.metric().name());
      insert.bind(4, (long) parameters.m());
      insert.bind(5, (long) parameters.efConstruction());
      insert.bind(6, parameters.quantization().label());
      insert.bind(7, String.join(SEPARATOR, index.segments()));
      insert.step();
    }
    ChangeLog.mark(connection, index.logNumber());
  }

  /** Names the segments of an index; inside the caller's transaction. */
  static void publish(SqliteConnection connection, IndexDefinition index, List<String> segments) {
    String names = String.join(SEPARATOR, segments);
    change(
        connection,
        index,
        "UPDATE main." + TABLE + " SET segments = '" + names + "' WHERE name = ?");
  }

  /** Says where an index is to lie; inside the caller's transaction. */
  static void place(SqliteConnection connection, IndexDefinition index, DataPlacement placement) {
    connection.exec(
        "CREATE TABLE IF NOT EXISTS main."
            + PLACED
            + "(name TEXT PRIMARY KEY COLLATE NOCASE, placement TEXT NOT NULL)");
    change(connection, index, "DELETE FROM main." + PLACED + " WHERE name = ?");
    if (!(placement instanceof DataPlacement.Anywhere)) {
      change(
          connection,
          index,
          "INSERT INTO main." + PLACED + " VALUES (?, '" + placement.label() + "')");
    }
  }

  /** Removes a definition; inside the caller's transaction. */
  static void remove(SqliteConnection connection, IndexDefinition index) {
    connection.exec("DROP TRIGGER IF EXISTS main." + trigger(index));
    change(connection, index, "DELETE FROM main." + TABLE + " WHERE name = ?");
  }

  private static void change(SqliteConnection connection, IndexDefinition index, String sql) {
    try (SqliteStatement statement = connection.prepare(sql)) {
      statement.bind(1, index.name());
      statement.step();
    }
    ChangeLog.mark(connection, index.logNumber());
  }
}
