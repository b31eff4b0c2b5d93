package dev.sextant.engine.udf;

import dev.sextant.storage.vector.VectorCodec;
import dev.sextant.udf.Column;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import org.jspecify.annotations.Nullable;

/** Carries values between SQLite and columns. */
final class Values {
  private Values() {}

  /** A value that fits a type as that type holds it: a Long, Double, String, byte[] or null. */
  static @Nullable Object converted(ValueType type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (type) {
      case INTEGER, BOOLEAN -> ((Number) value).longValue();
      case REAL -> ((Number) value).doubleValue();
      case TEXT, BLOB -> value;
      case VECTOR ->
          value instanceof String text ? VectorCodec.encode(VectorCodec.parse(text)) : value;
    };
  }

  /** Adds a converted value. */
  static void add(Column column, @Nullable Object value) {
    switch (value) {
      case null -> column.addNull();
      case Long number -> column.addLong(number);
      case Double number -> column.addDouble(number);
      case byte[] bytes -> column.addBytes(bytes, 0, bytes.length);
      default -> column.addText(value.toString());
    }
  }

  /** A value of a result as SQLite takes it. */
  static @Nullable Object taken(Column column, int row) {
    if (column.isNull(row)) {
      return null;
    }
    return switch (column.type()) {
      case INTEGER -> column.getLong(row);
      case BOOLEAN -> column.getLong(row) == 0 ? 0L : 1L;
      case REAL -> {
        double number = column.getDouble(row);
        yield Double.isNaN(number) ? null : (Object) number;
      }
      case TEXT -> column.getText(row);
      case BLOB -> column.getBytes(row);
      case VECTOR -> {
        byte[] bytes = column.getBytes(row);
        if (bytes.length == 0 || bytes.length % Float.BYTES != 0) {
          throw new UdfException(
              Failure.TRAP,
              "A function that gives a VECTOR gave "
                  + bytes.length
                  + " bytes: expected 4 for each dimension.");
        }
        yield bytes;
      }
    };
  }

  /** How much memory a converted value takes, about. */
  static long size(@Nullable Object value) {
    return switch (value) {
      case null -> 8;
      case String text -> 48 + 2L * text.length();
      case byte[] bytes -> 32 + bytes.length;
      default -> 24;
    };
  }
}
