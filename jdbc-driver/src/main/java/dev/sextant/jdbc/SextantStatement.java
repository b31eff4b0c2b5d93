package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ResultColumn;
import dev.sextant.sql.RowCursor;
import dev.sextant.sql.SqlStatement;
import java.sql.BatchUpdateException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement: one execution and one result at a time. {@link #cancel} and {@link #close} may come
 * from any thread, everything else from one.
 */
class SextantStatement extends OptionedStatement {
  private final List<String> batch = new ArrayList<>();
  private @Nullable SextantResultSet result;
  private long updateCount = -1;
  private List<ResultColumn> keyColumns = List.of();
  private List<@Nullable Object[]> keyRows = new ArrayList<>();
  private boolean closeOnCompletion;
  private volatile @Nullable SqlStatement current;
  private volatile boolean running;
  private volatile boolean closed;

  SextantStatement(SextantConnection connection, int holdability) {
    super(connection, holdability);
  }

  @Override
  final void checkOpen() throws SQLException {
    if (closed) {
      throw Errors.closed(connection().isClosed() ? "connection" : "statement");
    }
  }

  /** Notes that the engine is at work, so that closing from another thread interrupts it. */
  final void running(boolean running) {
    this.running = running;
  }

  // --- running ---

  /** Runs a text that is used once. True when there are rows. */
  private boolean run(String sql, KeyRequest keys, Prepared.Expected expected) throws SQLException {
    checkOpen();
    endResult();
    Prepared prepared = connection().prepare(sql, keys, escapeProcessing());
    replaceCurrent(prepared.statement());
    try {
      if (prepared.statement().parameterCount() > 0) {
        throw Errors.of(
            ErrorCode.INVALID_PARAMETER,
            "The statement has "
                + prepared.statement().parameterCount()
                + " parameters. Use prepareStatement and bind them.");
      }
      keyRows = new ArrayList<>();
      boolean rows = run(prepared, expected);
      if (!rows) {
        replaceCurrent(null);
      }
      return rows;
    } catch (SQLException failed) {
      replaceCurrent(null);
      throw failed;
    }
  }

  /** Runs what is prepared, its parameters bound. True when there are rows. */
  final boolean run(Prepared prepared, Prepared.Expected expected) throws SQLException {
    prepared.check(expected);
    SqlStatement statement = prepared.statement();
    updateCount = -1;
    running = true;
    try {
      statement.setTimeoutMillis(getQueryTimeout() * 1000L);
      switch (statement.execute()) {
        case SqlStatement.Outcome.Count count -> updateCount = count.rows();
        case SqlStatement.Outcome.Rows rows -> take(prepared, rows.cursor(), expected);
      }
      setWarnings(Errors.chain(statement.warnings()));
    } catch (SextantException failed) {
      throw Errors.of(failed);
    } finally {
      running = false;
    }
    return result != null;
  }

  private void take(Prepared prepared, RowCursor cursor, Prepared.Expected expected)
      throws SQLException {
    List<ResultColumn> columns = prepared.statement().columns();
    if (prepared.rowsAreKeys(expected)) {
      List<@Nullable Object[]> rows = drain(cursor, columns.size());
      keyColumns = columns;
      keyRows.addAll(rows);
      updateCount = rows.size();
    } else {
      result = new SextantResultSet(this, columns, cursor, getLargeMaxRows());
    }
  }

  private static List<@Nullable Object[]> drain(RowCursor cursor, int width) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    try (cursor) {
      while (cursor.next()) {
        @Nullable Object[] row = new @Nullable Object[width];
        for (int i = 0; i < width; i++) {
          row[i] = cursor.getValue(i);
        }
        rows.add(row);
      }
    }
    return rows;
  }

  /** Puts another statement of the session in the place of the last, which is closed. */
  final void replaceCurrent(@Nullable SqlStatement next) throws SQLException {
    SqlStatement last = current;
    current = next;
    if (last != null) {
      try {
        last.close();
      } catch (SextantException failed) {
        throw Errors.of(failed);
      }
    }
  }

  final void endResult() throws SQLException {
    SextantResultSet open = result;
    result = null;
    updateCount = -1;
    if (open != null) {
      open.close();
    }
  }

  final void forgetKeys() {
    keyRows = new ArrayList<>();
  }

  final SextantResultSet rows() throws SQLException {
    if (result == null) {
      throw Errors.of(ErrorCode.INTERNAL, "A query gave no result.");
    }
    return result;
  }

  final long count() {
    return Math.max(updateCount, 0);
  }

  /** Called by a result when it is closed. */
  void resultClosed(SextantResultSet closedResult) throws SQLException {
    if (closeOnCompletion && closedResult == result && !closed) {
      close();
    }
  }

  /** Ends the open result at the end of a transaction, for those who asked for that. */
  final void transactionEnded() throws SQLException {
    if (!closed && getResultSetHoldability() == ResultSet.CLOSE_CURSORS_AT_COMMIT) {
      endResult();
    }
  }

  // --- java.sql.Statement ---

  @Override
  public ResultSet executeQuery(String sql) throws SQLException {
    run(sql, new KeyRequest.None(), Prepared.Expected.ROWS);
    return rows();
  }

  @Override
  public boolean execute(String sql) throws SQLException {
    return run(sql, new KeyRequest.None(), Prepared.Expected.EITHER);
  }

  @Override
  public boolean execute(String sql, int autoGeneratedKeys) throws SQLException {
    return run(sql, keys(autoGeneratedKeys), Prepared.Expected.EITHER);
  }

  @Override
  public boolean execute(String sql, int[] columnIndexes) throws SQLException {
    return run(sql, keys(columnIndexes), Prepared.Expected.EITHER);
  }

  @Override
  public boolean execute(String sql, String[] columnNames) throws SQLException {
    return run(sql, keys(columnNames), Prepared.Expected.EITHER);
  }

  private long update(String sql, KeyRequest keys) throws SQLException {
    run(sql, keys, Prepared.Expected.COUNT);
    return count();
  }

  @Override
  public long executeLargeUpdate(String sql) throws SQLException {
    return update(sql, new KeyRequest.None());
  }

  @Override
  public long executeLargeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
    return update(sql, keys(autoGeneratedKeys));
  }

  @Override
  public long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
    return update(sql, keys(columnIndexes));
  }

  @Override
  public long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
    return update(sql, keys(columnNames));
  }

  @Override
  public int executeUpdate(String sql) throws SQLException {
    return narrow(update(sql, new KeyRequest.None()));
  }

  @Override
  public int executeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
    return narrow(update(sql, keys(autoGeneratedKeys)));
  }

  @Override
  public int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
    return narrow(update(sql, keys(columnIndexes)));
  }

  @Override
  public int executeUpdate(String sql, String[] columnNames) throws SQLException {
    return narrow(update(sql, keys(columnNames)));
  }

  static int narrow(long count) {
    return (int) Math.min(count, Integer.MAX_VALUE);
  }

  static KeyRequest keys(int autoGeneratedKeys) throws SQLException {
    return switch (autoGeneratedKeys) {
      case RETURN_GENERATED_KEYS -> new KeyRequest.Automatic();
      case NO_GENERATED_KEYS -> new KeyRequest.None();
      default ->
          throw Errors.of(
              ErrorCode.INVALID_PARAMETER,
              "Expected RETURN_GENERATED_KEYS or NO_GENERATED_KEYS, got "
                  + autoGeneratedKeys
                  + ".");
    };
  }

  static KeyRequest keys(int @Nullable [] positions) {
    return positions == null || positions.length == 0
        ? new KeyRequest.None()
        : new KeyRequest.Positions(Arrays.stream(positions).boxed().toList());
  }

  static KeyRequest keys(String @Nullable [] names) {
    return names == null || names.length == 0
        ? new KeyRequest.None()
        : new KeyRequest.Named(List.of(names));
  }

  @Override
  public @Nullable ResultSet getResultSet() throws SQLException {
    checkOpen();
    return result;
  }

  @Override
  public int getUpdateCount() throws SQLException {
    return narrow(getLargeUpdateCount());
  }

  @Override
  public long getLargeUpdateCount() throws SQLException {
    checkOpen();
    return result == null ? updateCount : -1;
  }

  @Override
  public boolean getMoreResults() throws SQLException {
    checkOpen();
    endResult();
    return false;
  }

  @Override
  public boolean getMoreResults(int what) throws SQLException {
    checkOpen();
    if (what == KEEP_CURRENT_RESULT) {
      throw Errors.unsupported("KEEP_CURRENT_RESULT", "a statement has one result");
    }
    return getMoreResults();
  }

  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    checkOpen();
    return new SextantResultSet(null, keyColumns, new MemoryCursor(keyRows), 0);
  }

  // --- batches ---

  @Override
  public void addBatch(String sql) throws SQLException {
    checkOpen();
    batch.add(sql);
  }

  @Override
  public void clearBatch() throws SQLException {
    checkOpen();
    batch.clear();
  }

  @Override
  public int[] executeBatch() throws SQLException {
    return Arrays.stream(executeLargeBatch()).mapToInt(SextantStatement::narrow).toArray();
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    checkOpen();
    List<String> entries = List.copyOf(batch);
    batch.clear();
    long[] counts = new long[entries.size()];
    for (int i = 0; i < counts.length; i++) {
      try {
        counts[i] = update(entries.get(i), new KeyRequest.None());
      } catch (SQLException failed) {
        throw batchFailed(failed, counts, i);
      }
    }
    return counts;
  }

  /** The failure of entry {@code at}, with the counts of those before it. */
  static BatchUpdateException batchFailed(SQLException failed, long[] counts, int at) {
    return new BatchUpdateException(
        "Entry "
            + (at + 1)
            + " of "
            + counts.length
            + " in the batch failed: "
            + failed.getMessage(),
        failed.getSQLState(),
        failed.getErrorCode(),
        Arrays.copyOf(counts, at),
        failed);
  }

  // --- ending ---

  @Override
  public void cancel() throws SQLException {
    checkOpen();
    SqlStatement statement = current;
    if (statement != null) {
      statement.cancel();
    }
  }

  @Override
  public void closeOnCompletion() throws SQLException {
    checkOpen();
    closeOnCompletion = true;
  }

  @Override
  public boolean isCloseOnCompletion() throws SQLException {
    checkOpen();
    return closeOnCompletion;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() throws SQLException {
    if (closed) {
      return;
    }
    closed = true;
    SqlStatement statement = current;
    if (running && statement != null) {
      statement.cancel();
    }
    try {
      endResult();
    } finally {
      connection().statementClosed(this);
      replaceCurrent(null);
    }
  }
}
