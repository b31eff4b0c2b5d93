package dev.sextant.sql;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.plan.Plan;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A prepared statement: a plan and SQLite's statement for it. */
final class PreparedSql implements SqlStatement {
  private final SqlSession owner;
  private final Session session;
  private final Plan plan;
  private final SqliteStatement sqlite;
  private final List<ResultColumn> columns;
  private final @Nullable Object[] values;
  private final boolean[] bound;
  private long timeoutMillis;
  private @Nullable RowCursor cursor;
  private @Nullable Future<?> timeout;
  private volatile boolean running;
  private volatile @Nullable ErrorCode stopped;
  private boolean closed;

  PreparedSql(SqlSession owner, Plan plan) {
    this.owner = owner;
    this.session = owner.session();
    this.plan = plan;
    this.sqlite = session.connection().prepare(plan.statement().sql());
    this.columns = columnsOf(sqlite);
    this.values = new @Nullable Object[sqlite.parameterCount()];
    this.bound = new boolean[sqlite.parameterCount()];
  }

  private static List<ResultColumn> columnsOf(SqliteStatement statement) {
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

  @Override
  public String sql() {
    return plan.statement().sql();
  }

  @Override
  public List<ResultColumn> columns() {
    return columns;
  }

  @Override
  public int parameterCount() {
    return values.length;
  }

  @Override
  public void bind(int index, @Nullable Object value) {
    if (index < 1 || index > values.length) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Parameter " + index + " does not exist: the statement has " + values.length + ".");
    }
    values[index - 1] = value instanceof float[] vector ? encode(vector) : value;
    bound[index - 1] = true;
  }

  private static byte[] encode(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return bytes.array();
  }

  @Override
  public void clearBindings() {
    Arrays.fill(values, null);
    Arrays.fill(bound, false);
  }

  @Override
  public void setTimeoutMillis(long timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
  }

  @Override
  public Outcome execute() {
    return owner.locked(this::executeAlone);
  }

  private Outcome executeAlone() {
    requireReady();
    endCursor();
    StatementText statement = plan.statement();
    stopped = null;
    running = true;
    startTimeout();
    try {
      if (statement.kind().needsTransaction()) {
        session.beforeStatement(statement.kind().writes());
      }
      for (int i = 0; i < values.length; i++) {
        sqlite.bind(i + 1, values[i]);
      }
      Outcome outcome = columns.isEmpty() ? change() : rows(statement);
      followTransaction(statement);
      return outcome;
    } catch (StorageException failure) {
      endRun();
      session.afterFailure();
      throw explained(failure);
    } catch (RuntimeException failure) {
      endRun();
      session.afterFailure();
      throw failure;
    }
  }

  private void requireReady() {
    if (closed) {
      throw new SextantException(ErrorCode.CONNECTION_CLOSED, "The statement is closed.");
    }
    for (int i = 0; i < bound.length; i++) {
      if (!bound[i]) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "Parameter " + (i + 1) + " of " + bound.length + " is not set.");
      }
    }
  }

  private Outcome change() {
    try {
      sqlite.step();
      boolean counts = plan.statement().kind() == StatementText.Kind.CHANGE;
      return new Outcome.Count(counts ? session.connection().changes() : 0);
    } finally {
      sqlite.reset();
      endRun();
    }
  }

  private Outcome rows(StatementText statement) {
    RowCursor rows;
    if (statement.kind().writes()) {
      rows = BufferedCursor.of(sqlite, columns.size());
      sqlite.reset();
      endRun();
    } else {
      rows = new SqliteCursor(this, sqlite, sqlite.step());
    }
    cursor = rows;
    return new Outcome.Rows(rows);
  }

  private void followTransaction(StatementText statement) {
    switch (statement.kind()) {
      case BEGIN -> session.began();
      case COMMIT, ROLLBACK -> session.ended();
      case SAVEPOINT -> session.savepointSet(statement.savepointName());
      case RELEASE -> session.savepointReleased(statement.savepointName());
      case QUERY, CHANGE, DEFINITION, ROLLBACK_TO, EXPLAIN, UTILITY -> {
        // No change of the transaction's state.
      }
    }
  }

  private void startTimeout() {
    if (timeoutMillis > 0) {
      timeout = owner.engine().after(timeoutMillis, () -> stop(ErrorCode.TIMEOUT));
    }
  }

  /** The execution has ended, by its last row, a failure or a close. */
  void endRun() {
    running = false;
    Future<?> pending = timeout;
    if (pending != null) {
      pending.cancel(false);
      timeout = null;
    }
  }

  @Override
  public void cancel() {
    stop(ErrorCode.CANCELLED);
  }

  private void stop(ErrorCode why) {
    if (running) {
      stopped = why;
      session.connection().interrupt();
    }
  }

  /** Whether a cancel or a time-out has come since the execution began. */
  boolean isStopped() {
    return stopped != null;
  }

  /** A failure as the user should see it. */
  SextantException explained(StorageException failure) {
    ErrorCode why = stopped;
    if (failure.kind() == StorageException.Kind.INTERRUPTED && why == ErrorCode.TIMEOUT) {
      return new SextantException(
          ErrorCode.TIMEOUT,
          "The statement ran longer than its time-out of " + timeoutMillis + " ms.",
          failure);
    }
    return SextantException.of(failure);
  }

  SqlSession owner() {
    return owner;
  }

  /** Ends the cursor of the last execution. */
  void endCursor() {
    RowCursor open = cursor;
    cursor = null;
    if (open != null) {
      open.close();
    }
    sqlite.reset();
    endRun();
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    stop(ErrorCode.CANCELLED);
    owner.exclusively(
        () -> {
          endCursor();
          sqlite.close();
          owner.forget(this);
        });
  }
}
