package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.SQLException;
import java.sql.Types;
import java.time.ZoneId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Java values as what the engine binds: Long, Double, String, byte[], float[] or null.
 *
 * <p>A BigDecimal becomes a number where a number keeps it exactly, else its text: SQLite has no
 * decimal type, and a column of NUMERIC affinity takes either.
 */
final class Parameters {

  private Parameters() {}

  static @Nullable Object bindable(@Nullable Object value, ZoneId zone) throws SQLException {
    Object bound =
        switch (value) {
          case null -> null;
          case Long number -> number;
          case Integer number -> number.longValue();
          case Short number -> number.longValue();
          case Byte number -> number.longValue();
          case Double number -> number;
          case Float number -> number.doubleValue();
          case Boolean truth -> truth ? 1L : 0L;
          case BigDecimal decimal -> decimal(decimal);
          case BigInteger integer -> decimal(new BigDecimal(integer));
          case String text -> text;
          case byte[] bytes -> bytes;
          case float[] vector -> vector;
          case Character letter -> letter.toString();
          case UUID uuid -> uuid.toString();
          case Blob blob -> blob.getBytes(1, (int) blob.length());
          case Clob clob -> clob.getSubString(1, (int) clob.length());
          case InputStream stream -> bytes(stream, Long.MAX_VALUE);
          case Reader reader -> text(reader, Long.MAX_VALUE);
          default -> Times.write(value, zone);
        };
    if (bound == null && value != null) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER,
          "A "
              + value.getClass().getName()
              + " cannot be bound. Use a number, String, byte[], float[], or a class of java.sql"
              + " or java.time.");
    }
    return bound;
  }

  private static Object decimal(BigDecimal value) {
    if (value.signum() == 0 || value.stripTrailingZeros().scale() <= 0) {
      BigInteger whole = value.toBigInteger();
      if (whole.bitLength() <= 63) {
        return whole.longValue();
      }
    }
    double near = value.doubleValue();
    boolean exact = !Double.isInfinite(near) && BigDecimal.valueOf(near).compareTo(value) == 0;
    return exact ? (Object) near : value.toPlainString();
  }

  /** The value as of an SQL type, where that asks for a conversion. */
  static @Nullable Object converted(@Nullable Object value, int sqlType, int scale)
      throws SQLException {
    if (value == null) {
      return null;
    }
    return switch (sqlType) {
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> whole(value);
      case Types.REAL, Types.FLOAT, Types.DOUBLE -> number(value).doubleValue();
      case Types.NUMERIC, Types.DECIMAL ->
          scale < 0 ? number(value) : number(value).setScale(scale, RoundingMode.HALF_UP);
      case Types.BIT, Types.BOOLEAN -> truth(value);
      case Types.CHAR,
          Types.VARCHAR,
          Types.LONGVARCHAR,
          Types.NCHAR,
          Types.NVARCHAR,
          Types.LONGNVARCHAR ->
          value instanceof Number || value instanceof Boolean ? value.toString() : value;
      default -> value;
    };
  }

  private static long whole(Object value) throws SQLException {
    BigInteger whole = number(value).toBigInteger();
    if (whole.bitLength() > 63) {
      throw Errors.of(
          ErrorCode.NUMERIC_OUT_OF_RANGE, "The parameter does not fit a 64-bit integer.");
    }
    return whole.longValue();
  }

  private static BigDecimal number(Object value) throws SQLException {
    try {
      return switch (value) {
        case BigDecimal decimal -> decimal;
        case BigInteger integer -> new BigDecimal(integer);
        case Float number -> new BigDecimal(number.toString());
        case Double number -> BigDecimal.valueOf(number);
        case Number number -> BigDecimal.valueOf(number.longValue());
        case Boolean truth -> truth ? BigDecimal.ONE : BigDecimal.ZERO;
        case String text -> new BigDecimal(text.strip());
        default -> throw notOfType(value, "number");
      };
    } catch (NumberFormatException notANumber) {
      throw notOfType(value, "number");
    }
  }

  private static boolean truth(Object value) throws SQLException {
    return switch (value) {
      case Boolean truth -> truth;
      case Number number -> number.doubleValue() != 0;
      case String text when text.equalsIgnoreCase("true") || text.equals("1") -> true;
      case String text when text.equalsIgnoreCase("false") || text.equals("0") -> false;
      default -> throw notOfType(value, "boolean");
    };
  }

  private static SQLException notOfType(Object value, String wanted) {
    return Errors.of(
        ErrorCode.INVALID_DATA,
        "The parameter, a " + value.getClass().getName() + ", is not a " + wanted + ".");
  }

  /** At most {@code length} bytes of a stream. */
  static byte[] bytes(InputStream stream, long length) throws SQLException {
    try {
      return length >= Integer.MAX_VALUE
          ? stream.readAllBytes()
          : stream.readNBytes((int) Math.max(length, 0));
    } catch (IOException unreadable) {
      throw unreadable(unreadable);
    }
  }

  /** At most {@code length} characters of a reader. */
  static String text(Reader reader, long length) throws SQLException {
    StringBuilder text = new StringBuilder();
    char[] buffer = new char[8192];
    try {
      while (text.length() < length) {
        int wanted = (int) Math.min(buffer.length, length - text.length());
        int read = reader.read(buffer, 0, wanted);
        if (read < 0) {
          break;
        }
        text.append(buffer, 0, read);
      }
      return text.toString();
    } catch (IOException unreadable) {
      throw unreadable(unreadable);
    }
  }

  static String ascii(InputStream stream, long length) throws SQLException {
    return new String(bytes(stream, length), StandardCharsets.US_ASCII);
  }

  private static SQLException unreadable(IOException cause) {
    return Errors.of(
        ErrorCode.INVALID_DATA, "The parameter's stream cannot be read: " + cause, cause);
  }
}
