package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ResultColumn;
import dev.sextant.sql.RowCursor;
import dev.sextant.sql.RowCursor.Storage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.ZoneId;
import java.util.Calendar;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows as they come from the engine's cursor: one row in memory at a time, forward only. One thread
 * at a time; closing it from another thread is allowed.
 */
final class SextantResultSet extends ForwardOnlyResultSet {
  private final @Nullable SextantStatement owner;
  private final List<ResultColumn> columns;
  private final RowCursor cursor;
  private final Values values;
  private final long maxRows;
  private @Nullable Map<String, Integer> positions;
  private long row;
  private boolean onRow;
  private boolean ended;
  private boolean peeked;
  private @Nullable SQLException peekFailure;
  private boolean wasNull;
  private int fetchSize;
  private volatile boolean closed;

  /**
   * A result.
   *
   * @param owner the statement; null for metadata
   * @param maxRows rows to give at most; 0 for all
   */
  SextantResultSet(
      @Nullable SextantStatement owner,
      List<ResultColumn> columns,
      RowCursor cursor,
      long maxRows) {
    this.owner = owner;
    this.columns = columns;
    this.cursor = cursor;
    this.values = new Values(cursor, columns);
    this.maxRows = maxRows;
  }

  private void checkOpen() throws SQLException {
    if (closed) {
      throw Errors.closed("result set");
    }
  }

  /** Checks that there is a value to read, and notes whether it is NULL. */
  private boolean isNull(int column) throws SQLException {
    checkOpen();
    if (!onRow) {
      throw Errors.of(
          ErrorCode.TRANSACTION_STATE,
          ended
              ? "The result set is past its last row."
              : "The result set is before its first row. Call next() first.");
    }
    if (column < 1 || column > columns.size()) {
      throw Errors.of(
          ErrorCode.UNKNOWN_COLUMN,
          "There is no column " + column + ": the result has columns 1 to " + columns.size() + ".");
    }
    wasNull = values.storage(column) == Storage.NULL;
    return wasNull;
  }

  @Override
  public boolean next() throws SQLException {
    checkOpen();
    if (peekFailure != null) {
      throw peekFailure;
    }
    if (peeked) {
      peeked = false;
      onRow = !ended;
    } else {
      onRow = !ended && (maxRows == 0 || row < maxRows) && advance();
      ended = !onRow;
    }
    if (onRow) {
      row++;
    }
    return onRow;
  }

  private boolean advance() throws SQLException {
    if (owner != null) {
      owner.running(true);
    }
    try {
      return cursor.next();
    } catch (SextantException failed) {
      onRow = false;
      ended = true;
      throw Errors.of(failed);
    } finally {
      if (owner != null) {
        owner.running(false);
      }
    }
  }

  /** Reads the first row ahead, for those who ask about it before they ask for it. */
  private void peek() {
    if (row == 0 && !ended && !peeked && peekFailure == null && !closed) {
      try {
        ended = !advance();
        peeked = true;
      } catch (SQLException failed) {
        peekFailure = failed;
      }
    }
  }

  /** How a column's value is stored in the row at hand, NULL when there is none. */
  Storage observed(int column) throws SQLException {
    peek();
    return !closed && (onRow || (peeked && !ended)) ? values.storage(column) : Storage.NULL;
  }

  @Override
  public boolean isBeforeFirst() throws SQLException {
    checkOpen();
    peek();
    return row == 0 && !ended;
  }

  @Override
  public boolean isFirst() throws SQLException {
    checkOpen();
    return onRow && row == 1;
  }

  @Override
  public boolean isAfterLast() throws SQLException {
    checkOpen();
    return ended && row > 0;
  }

  @Override
  public int getRow() throws SQLException {
    checkOpen();
    return onRow ? (int) Math.min(row, Integer.MAX_VALUE) : 0;
  }

  @Override
  public boolean wasNull() throws SQLException {
    checkOpen();
    return wasNull;
  }

  @Override
  public int findColumn(String columnLabel) throws SQLException {
    checkOpen();
    if (positions == null) {
      positions = new HashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        positions.putIfAbsent(columns.get(i).label().toLowerCase(Locale.ROOT), i + 1);
      }
      for (int i = 0; i < columns.size(); i++) {
        positions.putIfAbsent(columns.get(i).name().toLowerCase(Locale.ROOT), i + 1);
      }
    }
    Integer found =
        columnLabel == null ? null : positions.get(columnLabel.toLowerCase(Locale.ROOT));
    if (found == null) {
      throw Errors.of(
          ErrorCode.UNKNOWN_COLUMN,
          "The result has no column \""
              + columnLabel
              + "\": it has "
              + String.join(", ", columns.stream().map(ResultColumn::label).toList())
              + ".");
    }
    return found;
  }

  @Override
  public @Nullable String getString(int column) throws SQLException {
    return isNull(column) ? null : values.text(column);
  }

  @Override
  public @Nullable String getNString(int column) throws SQLException {
    return getString(column);
  }

  @Override
  public boolean getBoolean(int column) throws SQLException {
    return !isNull(column) && values.truth(column);
  }

  @Override
  public byte getByte(int column) throws SQLException {
    return isNull(column) ? 0 : (byte) values.whole(column, Byte.MIN_VALUE, Byte.MAX_VALUE);
  }

  @Override
  public short getShort(int column) throws SQLException {
    return isNull(column) ? 0 : (short) values.whole(column, Short.MIN_VALUE, Short.MAX_VALUE);
  }

  @Override
  public int getInt(int column) throws SQLException {
    return isNull(column) ? 0 : (int) values.whole(column, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  @Override
  public long getLong(int column) throws SQLException {
    return isNull(column) ? 0 : values.whole(column, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  @Override
  public float getFloat(int column) throws SQLException {
    return isNull(column) ? 0 : values.single(column);
  }

  @Override
  public double getDouble(int column) throws SQLException {
    return isNull(column) ? 0 : values.floating(column);
  }

  @Override
  public @Nullable BigDecimal getBigDecimal(int column) throws SQLException {
    return isNull(column) ? null : values.decimal(column);
  }

  @Override
  public byte @Nullable [] getBytes(int column) throws SQLException {
    return isNull(column) ? null : values.bytes(column);
  }

  @Override
  public @Nullable Date getDate(int column) throws SQLException {
    return getDate(column, null);
  }

  @Override
  public @Nullable Date getDate(int column, @Nullable Calendar calendar) throws SQLException {
    String text = isNull(column) ? null : values.timeText(column);
    return text == null ? null : Times.sqlDate(text, zone(calendar));
  }

  @Override
  public @Nullable Time getTime(int column) throws SQLException {
    return getTime(column, null);
  }

  @Override
  public @Nullable Time getTime(int column, @Nullable Calendar calendar) throws SQLException {
    String text = isNull(column) ? null : values.timeText(column);
    return text == null ? null : Times.sqlTime(text, zone(calendar));
  }

  @Override
  public @Nullable Timestamp getTimestamp(int column) throws SQLException {
    return getTimestamp(column, null);
  }

  @Override
  public @Nullable Timestamp getTimestamp(int column, @Nullable Calendar calendar)
      throws SQLException {
    String text = isNull(column) ? null : values.timeText(column);
    return text == null ? null : Times.timestamp(text, zone(calendar));
  }

  static ZoneId zone(@Nullable Calendar calendar) {
    return calendar == null ? ZoneId.systemDefault() : calendar.getTimeZone().toZoneId();
  }

  @Override
  public @Nullable InputStream getAsciiStream(int column) throws SQLException {
    String text = getString(column);
    return text == null ? null : new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public @Nullable InputStream getBinaryStream(int column) throws SQLException {
    byte[] bytes = getBytes(column);
    return bytes == null ? null : new ByteArrayInputStream(bytes);
  }

  @Override
  public @Nullable Reader getCharacterStream(int column) throws SQLException {
    String text = getString(column);
    return text == null ? null : new StringReader(text);
  }

  @Override
  public @Nullable Reader getNCharacterStream(int column) throws SQLException {
    return getCharacterStream(column);
  }

  @Override
  public @Nullable Blob getBlob(int column) throws SQLException {
    byte[] bytes = getBytes(column);
    return bytes == null ? null : new SextantBlob(bytes);
  }

  @Override
  public @Nullable Clob getClob(int column) throws SQLException {
    return getNClob(column);
  }

  @Override
  public @Nullable NClob getNClob(int column) throws SQLException {
    String text = getString(column);
    return text == null ? null : new SextantClob(text);
  }

  @Override
  public @Nullable Object getObject(int column) throws SQLException {
    return isNull(column) ? null : values.object(column);
  }

  @Override
  public <T> @Nullable T getObject(int column, Class<T> type) throws SQLException {
    if (type == null) {
      throw Errors.of(ErrorCode.INVALID_PARAMETER, "getObject needs a class, not null.");
    }
    return isNull(column) ? null : type.cast(TypedValues.read(values, column, type));
  }

  @Override
  public ResultSetMetaData getMetaData() throws SQLException {
    checkOpen();
    return new SextantResultSetMetaData(columns, this);
  }

  @Override
  public @Nullable Statement getStatement() throws SQLException {
    checkOpen();
    return owner;
  }

  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    checkOpen();
    return null;
  }

  @Override
  public void clearWarnings() throws SQLException {
    checkOpen();
  }

  @Override
  public void setFetchSize(int rows) throws SQLException {
    checkOpen();
    if (rows < 0) {
      throw Errors.of(ErrorCode.INVALID_PARAMETER, "The fetch size cannot be negative.");
    }
    fetchSize = rows;
  }

  @Override
  public int getFetchSize() throws SQLException {
    checkOpen();
    return fetchSize;
  }

  @Override
  public int getHoldability() throws SQLException {
    checkOpen();
    return owner == null ? HOLD_CURSORS_OVER_COMMIT : owner.getResultSetHoldability();
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
    onRow = false;
    try {
      cursor.close();
    } catch (SextantException failed) {
      throw Errors.of(failed);
    } finally {
      if (owner != null) {
        owner.resultClosed(this);
      }
    }
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
