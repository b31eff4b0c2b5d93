package dev.sextant.storage.sqlite;

/*
 * Definitions that SQLite's schema has no place for are rows of the main file. A change of them
 * makes and drops a view, since that gives the schema another version, and with it every session
 * of every process compiles its statements anew. A view, since SQLite drops no table while results
 * are open.
 */
/** Changes rows that define something, in the transaction under way or one of its own. */
public final class DefinitionChange {
  private static final String SAVEPOINT = "sextant_change";
  private static final String BUMP = "sextant_schema_changed";

  private DefinitionChange() {}

  /** Runs a change, all of it or nothing, and gives the schema another version. */
  public static void run(SqliteConnection connection, Runnable change) {
    connection.exec("SAVEPOINT " + SAVEPOINT);
    try {
      change.run();
      connection.exec("CREATE VIEW main." + BUMP + " AS SELECT 1");
      connection.exec("DROP VIEW main." + BUMP);
      connection.exec("RELEASE " + SAVEPOINT);
    } catch (RuntimeException failure) {
      connection.exec("ROLLBACK TO " + SAVEPOINT);
      connection.exec("RELEASE " + SAVEPOINT);
      throw failure;
    }
  }
}
