package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLNonTransientException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientException;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;

/** Every {@link SQLException} of the driver is made here, so that each has a SQLSTATE. */
final class Errors {

  private Errors() {}

  /**
   * A failure of the engine in JDBC's terms; its message stays, it becomes the cause. Any other
   * exception is a defect, and is called that.
   */
  static SQLException of(RuntimeException failure) {
    if (failure instanceof SextantException ours) {
      String message = ours.getMessage();
      return make(ours.code(), message == null ? ours.code().meaning() : message, ours);
    }
    return make(
        ErrorCode.INTERNAL,
        "A defect of Sextant: " + failure + ". Please report it with its stack trace.",
        failure);
  }

  /** A failure found by the driver itself. */
  static SQLException of(ErrorCode code, String message) {
    return make(code, message, null);
  }

  /** A failure found by the driver itself, with what caused it. */
  static SQLException of(ErrorCode code, String message, Throwable cause) {
    return make(code, message, cause);
  }

  /** A method or an option the driver does not have. */
  static SQLException unsupported(String what, String why) {
    return of(ErrorCode.FEATURE_NOT_SUPPORTED, what + " is not supported: " + why + ".");
  }

  /** Use after close. */
  static SQLException closed(String what) {
    return of(ErrorCode.CONNECTION_CLOSED, "The " + what + " is closed.");
  }

  /** A warning; what it warns of happened nevertheless. */
  static SQLWarning warning(String message) {
    return new SQLWarning(message, "01000");
  }

  /** The warnings as one chain; null when there are none. */
  static @Nullable SQLWarning chain(Iterable<String> messages) {
    SQLWarning first = null;
    for (String message : messages) {
      SQLWarning next = warning(message);
      if (first == null) {
        first = next;
      } else {
        first.setNextWarning(next);
      }
    }
    return first;
  }

  private static SQLException make(ErrorCode code, String message, @Nullable Throwable cause) {
    String state = code.sqlState();
    return switch (code) {
      case CANNOT_CONNECT, CONNECTION_CLOSED, NOT_A_DATABASE ->
          new SQLNonTransientConnectionException(message, state, cause);
      case FEATURE_NOT_SUPPORTED -> new SQLFeatureNotSupportedException(message, state, cause);
      case INVALID_DATA,
          NUMERIC_OUT_OF_RANGE,
          INVALID_DATETIME,
          INVALID_PARAMETER,
          INVALID_VECTOR,
          WRONG_DIMENSIONS ->
          new SQLDataException(message, state, cause);
      case CONSTRAINT, NOT_NULL, FOREIGN_KEY, UNIQUE, CHECK ->
          new SQLIntegrityConstraintViolationException(message, state, cause);
      case SYNTAX,
          AMBIGUOUS_COLUMN,
          UNKNOWN_COLUMN,
          TYPE_MISMATCH,
          INVALID_VECTOR_OPERATION,
          AMBIGUOUS_FUNCTION,
          UNKNOWN_FUNCTION,
          UNKNOWN_TABLE,
          DUPLICATE_OBJECT,
          INVALID_FUNCTION,
          INVALID_DEFINITION ->
          new SQLSyntaxErrorException(message, state, cause);
      case SERIALIZATION_FAILURE -> new SQLTransactionRollbackException(message, state, cause);
      case DATABASE_BUSY, OUT_OF_RESOURCES -> new SQLTransientException(message, state, cause);
      case TIMEOUT -> new SQLTimeoutException(message, state, cause);
      case READ_ONLY, TRANSACTION_STATE -> new SQLNonTransientException(message, state, cause);
      case FUNCTION_FAILED,
          FUNCTION_FUEL,
          FUNCTION_MEMORY,
          FUNCTION_TIME,
          FUNCTION_OUTPUT,
          FUNCTION_STACK,
          FUNCTION_DENIED,
          SANDBOX_UNAVAILABLE,
          FUNCTION_WORKER,
          FUNCTION_QUARANTINED,
          CANCELLED,
          IO_ERROR,
          MODEL_FAILED,
          CORRUPT,
          INTERNAL ->
          new SQLException(message, state, cause);
    };
  }
}
