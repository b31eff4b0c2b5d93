package dev.sextant.storage.sqlite;

import java.util.ArrayList;
import java.util.List;

/*
 * The log of changes to tables with vectors.
 *
 * One table per database, sextant_log(seq, tbl, id): "row id of table tbl changed". Triggers on
 * each table with a vector column append to it inside the transaction that changes the row, so
 * whoever writes, a foreign SQLite tool too, keeps it right, and a rollback takes its entries away.
 * An entry holds no operation and no value: a reader looks the row up in its own snapshot and finds
 * it there or not. A table is named by a number in its triggers' names, since a rename of the table
 * rewrites the triggers but not their names.
 *
 * seq is SQLite's rowid: one more than the largest. Trimming keeps the last entry, so that it grows
 * for ever; a reader that is behind what was trimmed starts over from the table.
 */

/** Creates, reads and trims the change log. */
public final class ChangeLog {
  /** The table that holds the log. */
  public static final String TABLE = "sextant_log";

  /** Triggers are named by this and the table's number. */
  public static final String TRIGGER_PREFIX = "sextant_log_";

  /** Rows a session changes before it looks whether the log should be trimmed. */
  public static final long TRIM_EVERY = 10_000;

  private static final long KEPT_ENTRIES = 100_000;

  private ChangeLog() {}

  /** The last entry in the connection's snapshot, 0 where there is no log. */
  public static long lastSeq(SqliteConnection connection) {
    return exists(connection) ? connection.queryLong("SELECT max(seq) FROM " + TABLE) : 0;
  }

  /** Gives the last entry in one row; the log has to exist. */
  public static SqliteStatement lastSeqStatement(SqliteConnection connection) {
    return connection.prepare("SELECT coalesce(max(seq), 0) FROM main." + TABLE);
  }

  /** The first entry that is still kept, 0 where there is none. */
  public static long firstSeq(SqliteConnection connection) {
    return exists(connection) ? connection.queryLong("SELECT min(seq) FROM " + TABLE) : 0;
  }

  private static boolean exists(SqliteConnection connection) {
    return connection.queryLong(
            "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = '"
                + TABLE
                + "'")
        > 0;
  }

  /**
   * Starts logging the changes of a table; inside the caller's transaction.
   *
   * @param table the table's name
   * @param key its INTEGER PRIMARY KEY column
   * @param columns those whose update is logged: its vector columns, and those by which an update
   *     may replace another row
   */
  public static void attach(
      SqliteConnection connection, String table, String key, List<String> columns) {
    connection.exec(
        "CREATE TABLE IF NOT EXISTS main."
            + TABLE
            + "(seq INTEGER PRIMARY KEY, tbl INTEGER NOT NULL, id INTEGER)");
    long number = nextNumber(connection);
    for (String statement : triggers(number, table, key, columns)) {
      connection.exec(statement);
    }
    connection.exec("INSERT INTO main." + TABLE + "(tbl, id) VALUES (" + number + ", NULL)");
  }

  /** Stops logging a table's changes. */
  public static void detach(SqliteConnection connection, long number) {
    for (String suffix : List.of("i", "u", "d")) {
      connection.exec("DROP TRIGGER IF EXISTS main." + TRIGGER_PREFIX + suffix + "_" + number);
    }
  }

  private static long nextNumber(SqliteConnection connection) {
    return 1
        + Math.max(
            connection.queryLong("SELECT max(tbl) FROM main." + TABLE),
            connection.queryLong(
                "SELECT max(CAST(substr(name, "
                    + (TRIGGER_PREFIX.length() + 3)
                    + ") AS INTEGER)) FROM main.sqlite_schema"
                    + " WHERE type = 'trigger' AND name GLOB '"
                    + TRIGGER_PREFIX
                    + "?_*'"));
  }

  private static List<String> triggers(
      long number, String table, String key, List<String> columns) {
    String on = " ON " + quote(table) + " BEGIN ";
    String log = "INSERT INTO " + TABLE + "(tbl, id) ";
    List<String> watched = new ArrayList<>(columns.stream().map(ChangeLog::quote).toList());
    watched.add(quote(key));
    String old = "OLD." + quote(key);
    String now = "NEW." + quote(key);
    return List.of(
        create("i", number, "INSERT") + on + log + values(number, now) + " END",
        create("u", number, "UPDATE OF " + String.join(", ", watched))
            + on
            + log
            + values(number, now)
            + " "
            + log
            + "SELECT "
            + number
            + ", "
            + old
            + " WHERE "
            + old
            + " <> "
            + now
            + "; END",
        create("d", number, "DELETE") + on + log + values(number, old) + " END");
  }

  private static String create(String suffix, long number, String event) {
    return "CREATE TRIGGER main." + TRIGGER_PREFIX + suffix + "_" + number + " AFTER " + event;
  }

  private static String values(long number, String id) {
    return "VALUES (" + number + ", " + id + ");";
  }

  /** Drops the oldest entries beyond a bound; the last one always stays. */
  public static void trim(SqliteConnection connection) {
    long last = lastSeq(connection);
    if (last - firstSeq(connection) >= 2 * KEPT_ENTRIES) {
      connection.exec("DELETE FROM main." + TABLE + " WHERE seq <= " + (last - KEPT_ENTRIES));
    }
  }

  /** An identifier between double quotes. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
