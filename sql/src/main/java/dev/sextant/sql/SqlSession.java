package dev.sextant.sql;

/**
 * One connection to a database: its transaction, its statements.
 *
 * <p>Calls are serialised by the session itself; {@link SqlStatement#cancel} may come from any
 * thread. All failures are {@link dev.sextant.engine.error.SextantException}.
 */
public final class SqlSession implements AutoCloseable {
  private final SqlEngine engine;

  SqlSession(SqlEngine engine) {
    this.engine = engine;
  }

  /** The engine the session belongs to. */
  public SqlEngine engine() {
    return engine;
  }

  /** Prepares one statement. */
  public SqlStatement prepare(String sql) {
    throw new UnsupportedOperationException(sql);
  }

  /** Whether each statement commits by itself. */
  public boolean autoCommit() {
    return true;
  }

  /** Switching it on commits the transaction under way. */
  public void setAutoCommit(boolean autoCommit) {
    throw new UnsupportedOperationException();
  }

  /** Commits; fails with {@code 25000} under auto-commit. */
  public void commit() {
    throw new UnsupportedOperationException();
  }

  /** Rolls back; fails with {@code 25000} under auto-commit. */
  public void rollback() {
    throw new UnsupportedOperationException();
  }

  /** Sets a savepoint, starting a transaction if there is none. Fails under auto-commit. */
  public void setSavepoint(String name) {
    throw new UnsupportedOperationException();
  }

  /** Undoes everything since the savepoint, which stays. */
  public void rollbackTo(String name) {
    throw new UnsupportedOperationException();
  }

  /** Forgets the savepoint and keeps what was done since. */
  public void releaseSavepoint(String name) {
    throw new UnsupportedOperationException();
  }

  /** Whether the session refuses writes. */
  public boolean readOnly() {
    return false;
  }

  /** Refuses or allows writes from now on; fails inside a transaction. */
  public void setReadOnly(boolean readOnly) {
    throw new UnsupportedOperationException();
  }

  /** Whether a trivial statement still runs. */
  public boolean isValid() {
    return true;
  }

  /** Closes its statements, rolls back what is not committed. Idempotent. */
  @Override
  public void close() {}
}
