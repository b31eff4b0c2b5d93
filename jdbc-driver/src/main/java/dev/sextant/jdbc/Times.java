package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import org.jspecify.annotations.Nullable;

/*
 * Dates and times are text in the ISO-8601 form that SQLite's own functions write and read:
 * "2024-05-01", "13:45:00.5", "2024-05-01 13:45:00+02:00". Texts of one form sort by time. A space
 * stands between date and time, as in CURRENT_TIMESTAMP, so that the two compare; a "T" is read
 * too.
 *
 * java.sql.Date, Time and Timestamp have no zone of their own: they are written as the local time
 * of a zone, the JVM's or a Calendar's. A text with an offset is an instant and read as one.
 */
/** Dates and times as text. */
final class Times {
  private static final DateTimeFormatter CLOCK =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter(java.util.Locale.ROOT);

  private static final DateTimeFormatter READ =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .optionalStart()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalEnd()
          .optionalStart()
          .appendPattern("['T'][' ']HH:mm[:ss]")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HH:mm", "Z")
          .optionalEnd()
          .toFormatter(java.util.Locale.ROOT);

  private Times() {}

  /** A value of {@code java.time}, {@code java.sql} or {@code java.util.Date} as text. */
  static @Nullable String write(Object value, ZoneId zone) {
    return switch (value) {
      case LocalDate date -> date.toString();
      case LocalTime time -> CLOCK.format(time);
      case LocalDateTime at -> at.toLocalDate() + " " + CLOCK.format(at);
      case OffsetDateTime at -> write(at.toLocalDateTime(), zone) + at.getOffset().getId();
      case ZonedDateTime at -> write(at.toOffsetDateTime(), zone);
      case OffsetTime at -> CLOCK.format(at) + at.getOffset().getId();
      case Instant at -> write(at.atOffset(ZoneOffset.UTC), zone);
      case Date date -> localDate(date, zone).toString();
      case Time time ->
          write(Instant.ofEpochMilli(time.getTime()).atZone(zone).toLocalTime(), zone);
      case Timestamp at -> write(localDateTime(at, zone), zone);
      case java.util.Date at -> write(at.toInstant().atZone(zone).toLocalDateTime(), zone);
      default -> null;
    };
  }

  /* In the JVM's own zone, java.sql's conversions keep the calendar fields of days before 1582. */
  private static LocalDate localDate(Date date, ZoneId zone) {
    return zone.equals(ZoneId.systemDefault())
        ? date.toLocalDate()
        : Instant.ofEpochMilli(date.getTime()).atZone(zone).toLocalDate();
  }

  private static LocalDateTime localDateTime(Timestamp at, ZoneId zone) {
    return zone.equals(ZoneId.systemDefault())
        ? at.toLocalDateTime()
        : at.toInstant().atZone(zone).toLocalDateTime();
  }

  static LocalDate date(String text) throws SQLException {
    LocalDate date = parse(text, "date").query(TemporalQueries.localDate());
    if (date == null) {
      throw malformed("date");
    }
    return date;
  }

  static LocalTime time(String text) throws SQLException {
    TemporalAccessor parsed = parse(text, "time");
    LocalTime time = parsed.query(TemporalQueries.localTime());
    if (time == null) {
      if (parsed.query(TemporalQueries.localDate()) != null) {
        return LocalTime.MIDNIGHT;
      }
      throw malformed("time");
    }
    return time;
  }

  static LocalDateTime dateTime(String text) throws SQLException {
    TemporalAccessor parsed = parse(text, "timestamp");
    return dateTime(parsed);
  }

  private static LocalDateTime dateTime(TemporalAccessor parsed) throws SQLException {
    LocalDate date = parsed.query(TemporalQueries.localDate());
    LocalTime time = parsed.query(TemporalQueries.localTime());
    if (date == null) {
      throw malformed("timestamp");
    }
    return date.atTime(time == null ? LocalTime.MIDNIGHT : time);
  }

  /** The moment a text names; one without an offset is taken as of {@code zone}. */
  static OffsetDateTime moment(String text, ZoneId zone) throws SQLException {
    TemporalAccessor parsed = parse(text, "timestamp");
    ZoneId offset = parsed.query(TemporalQueries.zone());
    return dateTime(parsed).atZone(offset == null ? zone : offset).toOffsetDateTime();
  }

  static Date sqlDate(String text, ZoneId zone) throws SQLException {
    LocalDate date = date(text);
    return zone.equals(ZoneId.systemDefault())
        ? Date.valueOf(date)
        : new Date(date.atStartOfDay(zone).toInstant().toEpochMilli());
  }

  static Time sqlTime(String text, ZoneId zone) throws SQLException {
    LocalDateTime at = time(text).atDate(LocalDate.EPOCH);
    return new Time(at.atZone(zone).toInstant().toEpochMilli());
  }

  static Timestamp timestamp(String text, ZoneId zone) throws SQLException {
    TemporalAccessor parsed = parse(text, "timestamp");
    ZoneId offset = parsed.query(TemporalQueries.zone());
    LocalDateTime at = dateTime(parsed);
    return offset == null && zone.equals(ZoneId.systemDefault())
        ? Timestamp.valueOf(at)
        : Timestamp.from(at.atZone(offset == null ? zone : offset).toInstant());
  }

  private static TemporalAccessor parse(String text, String what) throws SQLException {
    if (text.isBlank()) {
      throw malformed(what);
    }
    try {
      return READ.parse(text.strip());
    } catch (DateTimeException notATime) {
      throw Errors.of(ErrorCode.INVALID_DATETIME, messageFor(what), notATime);
    }
  }

  private static SQLException malformed(String what) {
    return Errors.of(ErrorCode.INVALID_DATETIME, messageFor(what));
  }

  private static String messageFor(String what) {
    return "The text is not a "
        + what
        + ": expected ISO-8601 such as "
        + switch (what) {
          case "date" -> "2024-05-01";
          case "time" -> "13:45:00";
          default -> "2024-05-01 13:45:00";
        }
        + ". Use getString to read it as it is.";
  }
}
