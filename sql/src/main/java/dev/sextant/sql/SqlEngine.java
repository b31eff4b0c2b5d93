package dev.sextant.sql;

import dev.sextant.engine.Database;

/** SQL over one {@link Database}: what its sessions share, such as compiled plans. */
public final class SqlEngine implements AutoCloseable {
  private final Database database;

  /** SQL over a database, which this engine closes. */
  public SqlEngine(Database database) {
    this.database = database;
  }

  /** The database. */
  public Database database() {
    return database;
  }

  /** Opens a session. A private database in memory has one session only: the first. */
  public SqlSession connect() {
    return new SqlSession(this);
  }

  @Override
  public void close() {
    database.close();
  }
}
