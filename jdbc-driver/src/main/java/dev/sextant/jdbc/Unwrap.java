package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.sql.SQLException;

/** What {@code Wrapper.unwrap} does for an object that wraps nothing. */
final class Unwrap {

  private Unwrap() {}

  static <T> T unwrap(Object object, Class<T> type) throws SQLException {
    if (type.isInstance(object)) {
      return type.cast(object);
    }
    throw Errors.of(
        ErrorCode.INVALID_PARAMETER,
        object.getClass().getSimpleName() + " does not wrap a " + type.getName() + ".");
  }
}
