package dev.sextant.jdbc;

import java.math.BigDecimal;
import java.sql.Types;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A declared type as JDBC describes it. SQLite stores what it is given, so a declared type says
 * what a column is for; a value that does not fit it is still handed out as it is stored.
 *
 * @param kind which family of types it belongs to
 * @param name the type as declared, without its length
 * @param precision the length, digits or dimensions; 0 where there is none
 * @param scale digits after the point
 */
record ColumnType(Kind kind, String name, int precision, int scale) {

  /** A family of declared types, with what JDBC says of each. */
  enum Kind {
    BOOLEAN(Types.BOOLEAN, Boolean.class, 5),
    TINYINT(Types.TINYINT, Integer.class, 4),
    SMALLINT(Types.SMALLINT, Integer.class, 6),
    INTEGER(Types.INTEGER, Integer.class, 11),
    BIGINT(Types.BIGINT, Long.class, 20),
    DOUBLE(Types.DOUBLE, Double.class, 24),
    NUMERIC(Types.NUMERIC, BigDecimal.class, 40),
    DATE(Types.DATE, java.sql.Date.class, 10),
    TIME(Types.TIME, java.sql.Time.class, 18),
    TIMESTAMP(Types.TIMESTAMP, java.sql.Timestamp.class, 29),
    CHAR(Types.CHAR, String.class, 255),
    VARCHAR(Types.VARCHAR, String.class, 255),
    BLOB(Types.LONGVARBINARY, byte[].class, 255),
    VECTOR(Types.OTHER, float[].class, 255),
    /** No declared type: anything, most safely read as text. */
    ANY(Types.VARCHAR, Object.class, 255);

    private final int jdbcType;
    private final Class<?> javaClass;
    private final int width;

    Kind(int jdbcType, Class<?> javaClass, int width) {
      this.jdbcType = jdbcType;
      this.javaClass = javaClass;
      this.width = width;
    }

    int jdbcType() {
      return jdbcType;
    }

    Class<?> javaClass() {
      return javaClass;
    }

    int width() {
      return width;
    }

    boolean isNumeric() {
      return switch (this) {
        case TINYINT, SMALLINT, INTEGER, BIGINT, DOUBLE, NUMERIC -> true;
        case BOOLEAN, DATE, TIME, TIMESTAMP, CHAR, VARCHAR, BLOB, VECTOR, ANY -> false;
      };
    }
  }

  private static final Pattern WITH_LENGTH =
      Pattern.compile("(?s)\\s*([^(]*?)\\s*\\(\\s*(\\d{1,9})\\s*(?:,\\s*(\\d{1,9})\\s*)?\\).*");

  static final ColumnType NONE = new ColumnType(Kind.ANY, "", 0, 0);

  /** The type a column was declared with; the rules for unknown names are SQLite's affinities. */
  static ColumnType of(String declared) {
    if (declared.isBlank()) {
      return NONE;
    }
    Matcher matcher = WITH_LENGTH.matcher(declared);
    if (matcher.matches()) {
      String name = matcher.group(1);
      int precision = Integer.parseInt(matcher.group(2));
      int scale = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
      return new ColumnType(kindOf(name.toUpperCase(Locale.ROOT)), name, precision, scale);
    }
    String name = declared.strip();
    return new ColumnType(kindOf(name.toUpperCase(Locale.ROOT)), name, 0, 0);
  }

  private static Kind kindOf(String name) {
    return switch (name) {
      case "VECTOR" -> Kind.VECTOR;
      case "BOOLEAN", "BOOL", "BIT" -> Kind.BOOLEAN;
      case "TINYINT" -> Kind.TINYINT;
      case "SMALLINT", "INT2" -> Kind.SMALLINT;
      case "INT", "INT4", "MEDIUMINT" -> Kind.INTEGER;
      case "DATE" -> Kind.DATE;
      case "TIME" -> Kind.TIME;
      case "TIMESTAMP", "DATETIME", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE" -> Kind.TIMESTAMP;
      case "CHAR", "CHARACTER", "NCHAR" -> Kind.CHAR;
      case "BINARY", "VARBINARY", "BYTEA" -> Kind.BLOB;
      case "ANY" -> Kind.ANY;
      default -> kindByAffinity(name);
    };
  }

  private static Kind kindByAffinity(String name) {
    if (name.contains("INT")) {
      return Kind.BIGINT;
    }
    if (name.contains("CHAR") || name.contains("CLOB") || name.contains("TEXT")) {
      return Kind.VARCHAR;
    }
    if (name.contains("BLOB")) {
      return Kind.BLOB;
    }
    if (name.contains("REAL") || name.contains("FLOA") || name.contains("DOUB")) {
      return Kind.DOUBLE;
    }
    if (name.contains("NUMERIC") || name.contains("DEC") || name.equals("NUMBER")) {
      return Kind.NUMERIC;
    }
    return name.contains("JSON") || name.contains("UUID") ? Kind.VARCHAR : Kind.ANY;
  }

  /** How it is called in metadata: a vector with its dimensions, others by their bare name. */
  String typeName() {
    return kind == Kind.VECTOR ? "VECTOR(" + precision + ")" : name.isEmpty() ? "TEXT" : name;
  }

  /** The widest a value is when written out. */
  int displaySize() {
    return switch (kind) {
      case CHAR, VARCHAR -> precision > 0 ? precision : kind.width();
      case NUMERIC -> precision > 0 ? precision + 2 : kind.width();
      default -> kind.width();
    };
  }

  /** Digits for a number, characters for a text, dimensions for a vector; 0 for unbounded. */
  int size() {
    if (precision > 0) {
      return precision;
    }
    return switch (kind) {
      case BOOLEAN -> 1;
      case TINYINT -> 3;
      case SMALLINT -> 5;
      case INTEGER -> 10;
      case BIGINT -> 19;
      case DOUBLE -> 15;
      case DATE, TIME, TIMESTAMP -> kind.width();
      case NUMERIC, CHAR, VARCHAR, BLOB, VECTOR, ANY -> 0;
    };
  }
}
