package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ResultColumn;
import dev.sextant.sql.RowCursor;
import dev.sextant.sql.RowCursor.Storage;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The values of a cursor's current row, converted to what JDBC asks for.
 *
 * <p>A conversion either keeps the value (a fraction may be dropped, as JDBC has it) or fails: a
 * number out of range is {@code 22003}, a text that is no number {@code 22000}. Columns count from
 * 1 here.
 */
final class Values {
  private final RowCursor cursor;
  private final ResultColumn[] columns;
  private final ColumnType[] types;

  Values(RowCursor cursor, java.util.List<ResultColumn> columns) {
    this.cursor = cursor;
    this.columns = columns.toArray(new ResultColumn[0]);
    this.types =
        columns.stream().map(c -> ColumnType.of(c.declaredType())).toArray(ColumnType[]::new);
  }

  ColumnType type(int column) {
    return types[column - 1];
  }

  Storage storage(int column) throws SQLException {
    try {
      return cursor.storage(column - 1);
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
  }

  private long integer(int column) throws SQLException {
    try {
      return cursor.getLong(column - 1);
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
  }

  private double real(int column) throws SQLException {
    try {
      return cursor.getDouble(column - 1);
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
  }

  /** The text as SQLite gives it, empty for NULL. */
  private String rawText(int column) throws SQLException {
    try {
      String text = cursor.getText(column - 1);
      return text == null ? "" : text;
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
  }

  private byte[] rawBytes(int column) throws SQLException {
    try {
      byte[] bytes = cursor.getBlob(column - 1);
      return bytes == null ? new byte[0] : bytes;
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
  }

  boolean isVector(int column) {
    return types[column - 1].kind() == ColumnType.Kind.VECTOR;
  }

  @Nullable String text(int column) throws SQLException {
    Storage storage = storage(column);
    if (storage == Storage.BLOB && isVector(column)) {
      return Vectors.toText(Vectors.fromBytes(rawBytes(column)));
    }
    return storage == Storage.NULL ? null : rawText(column);
  }

  byte @Nullable [] bytes(int column) throws SQLException {
    return switch (storage(column)) {
      case NULL -> null;
      case BLOB -> rawBytes(column);
      case INTEGER, REAL, TEXT -> rawText(column).getBytes(StandardCharsets.UTF_8);
    };
  }

  float @Nullable [] vector(int column) throws SQLException {
    return switch (storage(column)) {
      case NULL -> null;
      case BLOB -> Vectors.fromBytes(rawBytes(column));
      case TEXT -> Vectors.fromText(rawText(column));
      case INTEGER, REAL -> throw wrongType(column, "a vector");
    };
  }

  /** A whole number between two bounds; the fraction of a real number is dropped. */
  long whole(int column, long least, long most) throws SQLException {
    Storage storage = storage(column);
    if (storage == Storage.NULL) {
      return 0;
    }
    if (storage == Storage.INTEGER) {
      long value = integer(column);
      if (value < least || value > most) {
        throw outOfRange(column, "expected " + least + " to " + most);
      }
      return value;
    }
    BigInteger value = exact(column).toBigInteger();
    if (value.bitLength() > 63 || value.longValue() < least || value.longValue() > most) {
      throw outOfRange(column, "expected " + least + " to " + most);
    }
    return value.longValue();
  }

  double floating(int column) throws SQLException {
    return switch (storage(column)) {
      case NULL -> 0;
      case INTEGER, REAL -> real(column);
      case TEXT -> {
        double value = exact(column).doubleValue();
        if (Double.isInfinite(value)) {
          throw outOfRange(column, "it is beyond a double");
        }
        yield value;
      }
      case BLOB -> throw wrongType(column, "a number");
    };
  }

  float single(int column) throws SQLException {
    double value = floating(column);
    float narrow = (float) value;
    if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
      throw outOfRange(column, "it is beyond a float");
    }
    return narrow;
  }

  @Nullable BigDecimal decimal(int column) throws SQLException {
    return storage(column) == Storage.NULL ? null : exact(column);
  }

  private BigDecimal exact(int column) throws SQLException {
    return switch (storage(column)) {
      case NULL -> BigDecimal.ZERO;
      case INTEGER -> BigDecimal.valueOf(integer(column));
      case REAL -> {
        double value = real(column);
        if (Double.isInfinite(value) || Double.isNaN(value)) {
          throw outOfRange(column, "it is infinite");
        }
        yield BigDecimal.valueOf(value);
      }
      case TEXT -> {
        try {
          yield new BigDecimal(rawText(column).strip());
        } catch (NumberFormatException notANumber) {
          throw wrongType(column, "a number");
        }
      }
      case BLOB -> throw wrongType(column, "a number");
    };
  }

  boolean truth(int column) throws SQLException {
    return switch (storage(column)) {
      case NULL -> false;
      case INTEGER -> integer(column) != 0;
      case REAL -> real(column) != 0;
      case TEXT ->
          switch (rawText(column).strip().toLowerCase(Locale.ROOT)) {
            case "true", "t", "yes", "y", "on", "1" -> true;
            case "false", "f", "no", "n", "off", "0" -> false;
            default -> throw wrongType(column, "a boolean");
          };
      case BLOB -> throw wrongType(column, "a boolean");
    };
  }

  /** The text of a date, time or timestamp; null for NULL. A number is not taken for one. */
  @Nullable String timeText(int column) throws SQLException {
    return switch (storage(column)) {
      case NULL -> null;
      case TEXT -> rawText(column);
      case INTEGER, REAL ->
          throw Errors.of(
              ErrorCode.INVALID_DATETIME,
              where(column)
                  + " holds a number, which may count seconds, milliseconds or days: expected"
                  + " ISO-8601 text. Read it with getLong, or convert it in SQL by"
                  + " datetime(x, 'unixepoch').");
      case BLOB -> throw wrongType(column, "a date or time");
    };
  }

  /** What {@code getObject} gives: the declared type's class where the value fits it. */
  @Nullable Object object(int column) throws SQLException {
    Storage storage = storage(column);
    ColumnType.Kind kind = types[column - 1].kind();
    return switch (storage) {
      case NULL -> null;
      case INTEGER -> number(kind, integer(column));
      case REAL -> kind == ColumnType.Kind.NUMERIC ? (Object) exact(column) : (Object) real(column);
      case TEXT -> ofText(kind, rawText(column));
      case BLOB -> kind == ColumnType.Kind.VECTOR ? vector(column) : rawBytes(column);
    };
  }

  private static Object number(ColumnType.Kind kind, long value) {
    return switch (kind) {
      case BOOLEAN -> value == 0 || value == 1 ? (Object) (value == 1) : (Object) value;
      case TINYINT, SMALLINT, INTEGER ->
          value == (int) value ? (Object) (int) value : (Object) value;
      case DOUBLE -> (double) value;
      case NUMERIC -> BigDecimal.valueOf(value);
      case BIGINT, DATE, TIME, TIMESTAMP, CHAR, VARCHAR, BLOB, VECTOR, ANY -> value;
    };
  }

  private static Object ofText(ColumnType.Kind kind, String text) {
    try {
      return switch (kind) {
        case NUMERIC -> new BigDecimal(text);
        case DATE -> Times.sqlDate(text, ZoneId.systemDefault());
        case TIME -> Times.sqlTime(text, ZoneId.systemDefault());
        case TIMESTAMP -> Times.timestamp(text, ZoneId.systemDefault());
        case BOOLEAN,
            TINYINT,
            SMALLINT,
            INTEGER,
            BIGINT,
            DOUBLE,
            CHAR,
            VARCHAR,
            BLOB,
            VECTOR,
            ANY ->
            text;
      };
    } catch (SQLException | NumberFormatException doesNotFit) {
      return text; // the value as it is stored
    }
  }

  private String where(int column) {
    return "Column " + column + " (\"" + columns[column - 1].label() + "\")";
  }

  private SQLException outOfRange(int column, String why) {
    return Errors.of(
        ErrorCode.NUMERIC_OUT_OF_RANGE,
        where(column) + " holds a number that does not fit: " + why + ". Read a wider type.");
  }

  SQLException wrongType(int column, String wanted) throws SQLException {
    return Errors.of(
        ErrorCode.INVALID_DATA,
        where(column)
            + " holds "
            + storage(column)
            + " that is not "
            + wanted
            + ". Use getString or getObject to read it as it is.");
  }
}
