package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code getObject} with a class. A value that is not NULL is expected. */
final class TypedValues {

  private TypedValues() {}

  static @Nullable Object read(Values values, int column, Class<?> type) throws SQLException {
    Object found = number(values, column, type);
    if (found == null) {
      found = text(values, column, type);
    }
    if (found == null) {
      found = temporal(values, column, type);
    }
    if (found == null && type == Object.class) {
      found = values.object(column);
    }
    if (found == null) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER,
          "getObject does not make a "
              + type.getName()
              + ". Ask for a number, String, byte[], float[], or a class of java.sql or"
              + " java.time.");
    }
    return found;
  }

  private static @Nullable Object number(Values values, int column, Class<?> type)
      throws SQLException {
    if (type == Long.class) {
      return values.whole(column, Long.MIN_VALUE, Long.MAX_VALUE);
    } else if (type == Integer.class) {
      return (int) values.whole(column, Integer.MIN_VALUE, Integer.MAX_VALUE);
    } else if (type == Short.class) {
      return (short) values.whole(column, Short.MIN_VALUE, Short.MAX_VALUE);
    } else if (type == Byte.class) {
      return (byte) values.whole(column, Byte.MIN_VALUE, Byte.MAX_VALUE);
    } else if (type == Double.class) {
      return values.floating(column);
    } else if (type == Float.class) {
      return values.single(column);
    } else if (type == Boolean.class) {
      return values.truth(column);
    } else if (type == BigDecimal.class) {
      return values.decimal(column);
    } else if (type == BigInteger.class) {
      BigDecimal decimal = values.decimal(column);
      return decimal == null ? null : decimal.toBigInteger();
    }
    return null;
  }

  private static @Nullable Object text(Values values, int column, Class<?> type)
      throws SQLException {
    if (type == float[].class) {
      return values.vector(column);
    } else if (type == byte[].class) {
      return values.bytes(column);
    } else if (type == Blob.class) {
      byte[] bytes = values.bytes(column);
      return bytes == null ? null : new SextantBlob(bytes);
    }
    boolean asText = type == String.class || type == Clob.class || type == NClob.class;
    String text = asText || type == UUID.class ? values.text(column) : null;
    if (text == null || type == String.class) {
      return text;
    }
    if (asText) {
      return new SextantClob(text);
    }
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException malformed) {
      throw values.wrongType(column, "a UUID");
    }
  }

  private static @Nullable Object temporal(Values values, int column, Class<?> type)
      throws SQLException {
    boolean known =
        type.getPackageName().equals("java.time")
            || type == Date.class
            || type == Time.class
            || type == Timestamp.class
            || type == java.util.Date.class;
    String text = known ? values.timeText(column) : null;
    if (text == null) {
      return null;
    }
    ZoneId zone = ZoneId.systemDefault();
    if (type == LocalDate.class) {
      return Times.date(text);
    } else if (type == LocalTime.class) {
      return Times.time(text);
    } else if (type == LocalDateTime.class) {
      return Times.dateTime(text);
    } else if (type == OffsetDateTime.class) {
      return Times.moment(text, zone);
    } else if (type == ZonedDateTime.class) {
      return Times.moment(text, zone).toZonedDateTime();
    } else if (type == Instant.class) {
      return Times.moment(text, zone).toInstant();
    } else if (type == Date.class) {
      return Times.sqlDate(text, zone);
    } else if (type == Time.class) {
      return Times.sqlTime(text, zone);
    }
    return type == Timestamp.class || type == java.util.Date.class
        ? Times.timestamp(text, zone)
        : null;
  }
}
