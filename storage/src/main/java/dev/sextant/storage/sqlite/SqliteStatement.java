package dev.sextant.storage.sqlite;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;

/**
 * A prepared statement: bind, step, read columns, reset. Columns count from 0, parameters from 1.
 *
 * <p>It holds SQLite's statement by its address and reads columns without a layer between; the
 * address is used only while the statement is open.
 */
public final class SqliteStatement implements AutoCloseable {
  /** SQLite's storage classes, as {@code sqlite3_column_type} numbers them. */
  public static final int INTEGER = 1;

  public static final int REAL = 2;
  public static final int TEXT = 3;
  public static final int BLOB = 4;
  public static final int NULL = 5;

  private static final int SQLITE_ROW = 100;
  private static final int SQLITE_DONE = 101;

  private final SqliteConnection connection;
  private final DB database;
  private final String sql;
  private PreparedStatement prepared;
  private CoreStatement core;
  private long address;
  private final @Nullable Object[] values;
  private boolean active;
  private boolean done;
  private boolean closed;

  SqliteStatement(SqliteConnection connection, String sql) {
    this.connection = connection;
    this.database = connection.jdbc().getDatabase();
    this.sql = sql;
    this.prepared = prepareNow();
    this.core = (CoreStatement) prepared;
    this.address = addressOf(core);
    this.values = new Object[parameterCountNow()];
  }

  private PreparedStatement prepareNow() {
    try {
      return connection.jdbc().prepareStatement(sql);
    } catch (SQLException failure) {
      throw connection.explainPreparing(failure);
    }
  }

  private static long addressOf(CoreStatement statement) {
    try {
      return statement.pointer.safeRunLong((db, pointer) -> pointer);
    } catch (SQLException failure) {
      throw SqliteFailures.preparing(failure);
    }
  }

  private int parameterCountNow() {
    try {
      return prepared.getParameterMetaData().getParameterCount();
    } catch (SQLException failure) {
      throw SqliteFailures.preparing(failure);
    }
  }

  /** How many parameters the text has. */
  public int parameterCount() {
    return values.length;
  }

  /** How many columns a row has; 0 for a statement without rows. */
  public int columnCount() {
    requireOpen();
    try {
      return database.column_count(address);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** Sets a parameter to a Long, Integer, Double, String, byte[] or null. */
  public void bind(int index, @Nullable Object value) {
    values[index - 1] = value;
  }

  /**
   * Moves to the next row, executing the statement first if it was reset.
   *
   * @return false after the last row; the statement is then reset
   */
  public boolean step() {
    requireOpen();
    if (done) {
      return false;
    }
    try {
      boolean row = active ? stepOn() : start();
      active = row;
      done = !row;
      return row;
    } catch (SQLException failure) {
      active = false;
      done = true;
      resetQuietly();
      throw connection.explain(failure);
    }
  }

  private boolean start() throws SQLException {
    if (core.pointer.isClosed()) {
      prepared.close();
      prepared = prepareNow();
      core = (CoreStatement) prepared;
      address = addressOf(core);
    }
    return database.execute(core, values);
  }

  private boolean stepOn() throws SQLException {
    int code = database.step(address);
    if (code == SQLITE_ROW) {
      return true;
    }
    if (code != SQLITE_DONE) {
      database.throwex(code);
    }
    database.reset(address);
    return false;
  }

  /** Makes the statement ready to run again, with the same parameters. */
  public void reset() {
    if (!closed) {
      resetQuietly();
    }
    active = false;
    done = false;
  }

  private void resetQuietly() {
    if (core.pointer.isClosed()) {
      return;
    }
    try {
      database.reset(address);
    } catch (SQLException reportedAlready) {
      // sqlite3_reset repeats the error of the step before it, which has been thrown.
    }
  }

  /** The storage class of a value: one of the constants of this class. */
  public int type(int column) {
    try {
      return database.column_type(row(), column);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** The value as an integer. */
  public long getLong(int column) {
    try {
      return database.column_long(row(), column);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** The value as a double. */
  public double getDouble(int column) {
    try {
      return database.column_double(row(), column);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** The value as text, null for NULL. */
  public @Nullable String getText(int column) {
    try {
      return database.column_text(row(), column);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** The value as bytes, null for NULL; a text as UTF-8. */
  public byte @Nullable [] getBlob(int column) {
    int type = type(column);
    if (type == NULL) {
      return null;
    }
    try {
      if (type != BLOB) {
        return String.valueOf(getText(column)).getBytes(StandardCharsets.UTF_8);
      }
      byte[] blob = database.column_blob(row(), column);
      return blob == null ? new byte[0] : blob;
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  /** A column's value: a Long, Double, String, byte[] or null. */
  public @Nullable Object value(int column) {
    return switch (type(column)) {
      case INTEGER -> getLong(column);
      case REAL -> getDouble(column);
      case BLOB -> getBlob(column);
      default -> getText(column);
    };
  }

  /** The label of a column: its alias or its name. */
  public String columnLabel(int column) {
    return name(() -> database.column_name(open(), column));
  }

  /** The table a column is read from; empty for an expression. */
  public String columnTable(int column) {
    return name(() -> database.column_table_name(open(), column));
  }

  /** The type a column was declared with; empty for an expression. */
  public String columnDeclaredType(int column) {
    return name(() -> database.column_decltype(open(), column));
  }

  private interface NameCall {
    @Nullable String call() throws SQLException;
  }

  private static String name(NameCall call) {
    try {
      String name = call.call();
      return name == null ? "" : name;
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  private long open() {
    requireOpen();
    return address;
  }

  private long row() {
    if (!active || closed) {
      throw new StorageException(
          closed ? Kind.CLOSED : Kind.PARAMETER,
          closed ? "The statement is closed." : "There is no current row; call next() first.");
    }
    return address;
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException(Kind.CLOSED, "The statement is closed.");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    active = false;
    try {
      prepared.close();
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }
}
