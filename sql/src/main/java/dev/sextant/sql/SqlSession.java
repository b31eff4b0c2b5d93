package dev.sextant.sql;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.lex.FunctionCalls;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.run.RowIdCache;
import dev.sextant.sql.run.SessionFunctions;
import dev.sextant.sql.run.UserFunctions;
import dev.sextant.storage.StorageException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a database: its transaction, its statements.
 *
 * <p>Calls are serialised by the session itself; {@link SqlStatement#cancel} may come from any
 * thread. All failures are {@link SextantException}.
 */
public final class SqlSession implements AutoCloseable {
  private final SqlEngine engine;
  private final Session session;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<PreparedSql> statements = new LinkedHashSet<>();
  private boolean closed;
  private @Nullable Catalog catalog;
  private long catalogEpoch;
  private @Nullable SessionFunctions functions;
  private final RowIdCache rowIds;
  private final UserFunctions userFunctions;

  SqlSession(SqlEngine engine, Session session) {
    this.engine = engine;
    this.session = session;
    this.rowIds = new RowIdCache(session);
    this.userFunctions = new UserFunctions(session);
  }

  /** The engine the session belongs to. */
  public SqlEngine engine() {
    return engine;
  }

  Session session() {
    return session;
  }

  /** Prepares one statement. */
  public SqlStatement prepare(String sql) {
    return locked(
        () -> {
          SqlEngine.Planned planned = planned(sql);
          PreparedSql statement = new PreparedSql(this, planned.plan());
          statement.count(planned.counter());
          statements.add(statement);
          return statement;
        });
  }

  /** The plan of a text under the schema of the moment. */
  Plan plan(String sql) {
    return planned(sql).plan();
  }

  private SqlEngine.Planned planned(String sql) {
    return engine.plan(sql, catalog(), !session.hasOwnSchema());
  }

  /** The schema of the moment. */
  Catalog catalog() {
    long version = session.schemaVersion();
    Catalog known = catalog;
    if (known == null || known.version() != version || catalogEpoch != session.schemaEpoch()) {
      FunctionSet users = userFunctions.refresh();
      if (!users.isEmpty()) {
        functions(); // a function in SQL may call them
      }
      known = new Catalog(session.connection(), version, this::functions, users);
      catalog = known;
      catalogEpoch = session.schemaEpoch();
      if (!session.hasOwnSchema()) {
        List<VectorColumn> columns =
            known.vectorTables().stream().flatMap(table -> table.searchable().stream()).toList();
        engine.database().vectors().retain(columns);
        session.setVectorColumns(version, columns);
      }
    }
    return known;
  }

  /** The functions on this session's connection, registered when they are first needed. */
  SessionFunctions functions() {
    SessionFunctions known = functions;
    if (known == null) {
      known = new SessionFunctions(session);
      functions = known;
    }
    return known;
  }

  /** Users' functions on this session's connection. */
  UserFunctions userFunctions() {
    return userFunctions;
  }

  /** Whether a statement calls users' functions. */
  boolean calls(StatementText statement) {
    return !FunctionCalls.in(statement.tokens(), catalog().userFunctions()).isEmpty();
  }

  /** Ids of rows that filters let through, kept between executions. */
  RowIdCache rowIds() {
    return rowIds;
  }

  void forget(PreparedSql statement) {
    statements.remove(statement);
  }

  /** Whether each statement commits by itself. */
  public boolean autoCommit() {
    return locked(session::autoCommit);
  }

  /** Switching it on commits the transaction under way. */
  public void setAutoCommit(boolean autoCommit) {
    run(() -> session.setAutoCommit(autoCommit));
  }

  /** Commits; fails with {@code 25000} under auto-commit. */
  public void commit() {
    run(session::commit);
  }

  /** Rolls back, ending all open cursors; fails with {@code 25000} under auto-commit. */
  public void rollback() {
    run(
        () -> {
          statements.forEach(PreparedSql::endCursor);
          session.rollback();
        });
  }

  /** Sets a savepoint, starting a transaction if there is none. Fails under auto-commit. */
  public void setSavepoint(String name) {
    run(() -> session.setSavepoint(name));
  }

  /** Undoes everything since the savepoint, which stays. */
  public void rollbackTo(String name) {
    run(
        () -> {
          statements.forEach(PreparedSql::endCursor);
          session.rollbackTo(name);
        });
  }

  /** Forgets the savepoint and keeps what was done since. */
  public void releaseSavepoint(String name) {
    run(() -> session.releaseSavepoint(name));
  }

  /** Whether the session refuses writes. */
  public boolean readOnly() {
    return locked(session::readOnly);
  }

  /** Refuses or allows writes from now on; fails inside a transaction. */
  public void setReadOnly(boolean readOnly) {
    run(() -> session.setReadOnly(readOnly));
  }

  /** Whether a trivial statement still runs. */
  public boolean isValid() {
    lock.lock();
    try {
      return !closed && session.connection().queryLong("SELECT 1") == 1;
    } catch (StorageException failure) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Closes its statements, rolls back what is not committed. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        List<PreparedSql> open = new ArrayList<>(statements);
        open.reversed().forEach(PreparedSql::close);
        rowIds.close();
        userFunctions.close();
        session.close();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run(Runnable action) {
    locked(
        () -> {
          action.run();
          return Boolean.TRUE;
        });
  }

  /** Runs an action alone on this session, even after it was closed. */
  void exclusively(Runnable action) {
    lock.lock();
    try {
      action.run();
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    } finally {
      lock.unlock();
    }
  }

  /** Runs an action alone on this session, with storage failures turned into errors of ours. */
  <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      if (closed) {
        throw new SextantException(
            ErrorCode.CONNECTION_CLOSED, "The connection is closed; open a new one.");
      }
      return action.get();
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    } finally {
      lock.unlock();
    }
  }
}
