package dev.sextant.storage.sqlite;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** Lets SQLite call a {@link ScalarFunction}. */
final class FunctionAdapter extends Function implements ScalarFunction.Arguments {
  private static final int SQLITE_INTEGER = 1;
  private static final int SQLITE_FLOAT = 2;
  private static final int SQLITE_BLOB = 4;
  private static final int SQLITE_NULL = 5;

  private final SqliteConnection connection;
  private final ScalarFunction function;

  FunctionAdapter(SqliteConnection connection, ScalarFunction function) {
    this.connection = connection;
    this.function = function;
  }

  @Override
  protected void xFunc() throws SQLException {
    try {
      switch (function.apply(this)) {
        case null -> result();
        case Long number -> result(number.longValue());
        case Double number -> result(number.doubleValue());
        case byte[] blob -> result(blob);
        case Object other -> result(other.toString());
      }
    } catch (RuntimeException failure) {
      connection.rememberFailure(failure);
      error(String.valueOf(failure.getMessage()));
    }
  }

  @Override
  public int count() {
    try {
      return args();
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  @Override
  public boolean isNull(int position) {
    return type(position) == SQLITE_NULL;
  }

  @Override
  public boolean isBlob(int position) {
    return type(position) == SQLITE_BLOB;
  }

  private int type(int position) {
    try {
      return value_type(position);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  @Override
  public long getLong(int position) {
    try {
      return value_long(position);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  @Override
  public String getText(int position) {
    try {
      return value_text(position);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  @Override
  public byte[] getBlob(int position) {
    try {
      byte[] blob = value_blob(position);
      return blob == null ? new byte[0] : blob;
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }

  @Override
  public @Nullable Object value(int position) {
    return switch (type(position)) {
      case SQLITE_INTEGER -> getLong(position);
      case SQLITE_FLOAT -> getDouble(position);
      case SQLITE_BLOB -> getBlob(position);
      case SQLITE_NULL -> null;
      default -> getText(position);
    };
  }

  private double getDouble(int position) {
    try {
      return value_double(position);
    } catch (SQLException failure) {
      throw SqliteFailures.running(failure);
    }
  }
}
