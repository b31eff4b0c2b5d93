package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The options of a statement: limits, hints, warnings. What it does is in its subclasses. */
abstract class OptionedStatement implements Statement {
  private final SextantConnection connection;
  private final int holdability;
  private long maxRows;
  private int maxFieldSize;
  private int timeoutSeconds;
  private int fetchSize;
  private boolean escapeProcessing = true;
  private boolean poolable;
  private @Nullable SQLWarning warnings;

  OptionedStatement(SextantConnection connection, int holdability) {
    this.connection = connection;
    this.holdability = holdability;
  }

  /** Fails when the statement or its connection is closed. */
  abstract void checkOpen() throws SQLException;

  final SextantConnection connection() {
    return connection;
  }

  final void setWarnings(@Nullable SQLWarning warnings) {
    this.warnings = warnings;
  }

  final boolean escapeProcessing() {
    return escapeProcessing;
  }

  private static int notNegative(String what, int value) throws SQLException {
    return (int) notNegative(what, (long) value);
  }

  private static long notNegative(String what, long value) throws SQLException {
    if (value < 0) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER, "The " + what + " cannot be negative: got " + value + ".");
    }
    return value;
  }

  @Override
  public SextantConnection getConnection() throws SQLException {
    checkOpen();
    return connection;
  }

  @Override
  public int getMaxRows() throws SQLException {
    return (int) Math.min(getLargeMaxRows(), Integer.MAX_VALUE);
  }

  @Override
  public void setMaxRows(int max) throws SQLException {
    setLargeMaxRows(max);
  }

  @Override
  public long getLargeMaxRows() throws SQLException {
    checkOpen();
    return maxRows;
  }

  @Override
  public void setLargeMaxRows(long max) throws SQLException {
    checkOpen();
    maxRows = notNegative("row limit", max);
  }

  @Override
  public int getMaxFieldSize() throws SQLException {
    checkOpen();
    return maxFieldSize;
  }

  @Override
  public void setMaxFieldSize(int max) throws SQLException {
    checkOpen();
    maxFieldSize = notNegative("field size", max);
    if (max > 0) {
      warnings = Errors.warning("The maximal field size is ignored: values come whole.");
    }
  }

  @Override
  public void setEscapeProcessing(boolean enable) throws SQLException {
    checkOpen();
    escapeProcessing = enable;
  }

  @Override
  public int getQueryTimeout() throws SQLException {
    checkOpen();
    return timeoutSeconds;
  }

  @Override
  public void setQueryTimeout(int seconds) throws SQLException {
    checkOpen();
    timeoutSeconds = notNegative("query time-out", seconds);
  }

  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    checkOpen();
    return warnings;
  }

  @Override
  public void clearWarnings() throws SQLException {
    checkOpen();
    warnings = null;
  }

  @Override
  public void setCursorName(String name) throws SQLException {
    throw Errors.unsupported("Statement.setCursorName", "there is no positioned update");
  }

  @Override
  public void setFetchDirection(int direction) throws SQLException {
    checkOpen();
    if (direction != ResultSet.FETCH_FORWARD) {
      throw Errors.unsupported(
          "A fetch direction other than FETCH_FORWARD", "results stream forward only");
    }
  }

  @Override
  public int getFetchDirection() throws SQLException {
    checkOpen();
    return ResultSet.FETCH_FORWARD;
  }

  @Override
  public void setFetchSize(int rows) throws SQLException {
    checkOpen();
    fetchSize = notNegative("fetch size", rows);
  }

  @Override
  public int getFetchSize() throws SQLException {
    checkOpen();
    return fetchSize;
  }

  @Override
  public int getResultSetConcurrency() throws SQLException {
    checkOpen();
    return ResultSet.CONCUR_READ_ONLY;
  }

  @Override
  public int getResultSetType() throws SQLException {
    checkOpen();
    return ResultSet.TYPE_FORWARD_ONLY;
  }

  @Override
  public int getResultSetHoldability() throws SQLException {
    checkOpen();
    return holdability;
  }

  @Override
  public void setPoolable(boolean poolable) throws SQLException {
    checkOpen();
    this.poolable = poolable;
  }

  @Override
  public boolean isPoolable() throws SQLException {
    checkOpen();
    return poolable;
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Unwrap.unwrap(this, type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
