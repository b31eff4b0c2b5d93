package dev.sextant.sql.run;

import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.HashMap;
import java.util.Map;

/** The statements that the steps of one prepared statement run, prepared when first needed. */
public final class SubStatements implements AutoCloseable {
  private final SqliteConnection connection;
  private final Map<String, SqliteStatement> statements = new HashMap<>();

  /** Statements on a connection; none yet. */
  public SubStatements(SqliteConnection connection) {
    this.connection = connection;
  }

  /** The statement of a text, ready to run; to be reset after use. */
  public SqliteStatement get(String sql) {
    return statements.computeIfAbsent(sql, connection::prepare);
  }

  @Override
  public void close() {
    statements.values().forEach(SqliteStatement::close);
    statements.clear();
  }
}
