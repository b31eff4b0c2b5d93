package dev.sextant.engine.error;

import dev.sextant.storage.StorageException;
import dev.sextant.udf.UdfException;
import org.jspecify.annotations.Nullable;

/** Any failure as the SQL layer and the JDBC driver see it: a code with its SQLSTATE, a message. */
public final class SextantException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /** A failure with a message for the user. */
  public SextantException(ErrorCode code, String message) {
    this(code, message, null);
  }

  /** A failure with a message for the user and its cause. */
  public SextantException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** The one mapping of storage failures onto error codes. */
  public static SextantException of(StorageException failure) {
    return new SextantException(codeOf(failure.kind()), messageOf(failure), failure);
  }

  /** The one mapping of failures of user functions onto error codes. */
  public static SextantException of(UdfException failure) {
    String message = failure.getMessage();
    String told = message == null ? failure.failure().name() : message;
    return new SextantException(codeOf(failure.failure()), told, failure);
  }

  private static ErrorCode codeOf(UdfException.Failure failure) {
    return switch (failure) {
      case DEFINITION -> ErrorCode.INVALID_FUNCTION;
      case TRAP -> ErrorCode.FUNCTION_FAILED;
      case FUEL -> ErrorCode.FUNCTION_FUEL;
      case MEMORY -> ErrorCode.FUNCTION_MEMORY;
      case TIME -> ErrorCode.FUNCTION_TIME;
      case OUTPUT -> ErrorCode.FUNCTION_OUTPUT;
      case STACK -> ErrorCode.FUNCTION_STACK;
      case DENIED -> ErrorCode.FUNCTION_DENIED;
      case HOST -> ErrorCode.SANDBOX_UNAVAILABLE;
      case WORKER -> ErrorCode.FUNCTION_WORKER;
      case QUARANTINED -> ErrorCode.FUNCTION_QUARANTINED;
      case CANCELLED -> ErrorCode.CANCELLED;
    };
  }

  private static String messageOf(StorageException failure) {
    String message = failure.getMessage();
    return message == null ? failure.kind().name() : message;
  }

  private static ErrorCode codeOf(StorageException.Kind kind) {
    return switch (kind) {
      case CANNOT_OPEN -> ErrorCode.CANNOT_CONNECT;
      case NOT_A_DATABASE -> ErrorCode.NOT_A_DATABASE;
      case BUSY -> ErrorCode.DATABASE_BUSY;
      case SNAPSHOT_TOO_OLD -> ErrorCode.SERIALIZATION_FAILURE;
      case READ_ONLY -> ErrorCode.READ_ONLY;
      case INTERRUPTED -> ErrorCode.CANCELLED;
      case SYNTAX -> ErrorCode.SYNTAX;
      case UNKNOWN_TABLE -> ErrorCode.UNKNOWN_TABLE;
      case UNKNOWN_COLUMN -> ErrorCode.UNKNOWN_COLUMN;
      case UNKNOWN_FUNCTION -> ErrorCode.UNKNOWN_FUNCTION;
      case AMBIGUOUS_COLUMN -> ErrorCode.AMBIGUOUS_COLUMN;
      case DUPLICATE_OBJECT -> ErrorCode.DUPLICATE_OBJECT;
      case NOT_NULL -> ErrorCode.NOT_NULL;
      case UNIQUE -> ErrorCode.UNIQUE;
      case FOREIGN_KEY -> ErrorCode.FOREIGN_KEY;
      case CHECK -> ErrorCode.CHECK;
      case CONSTRAINT -> ErrorCode.CONSTRAINT;
      case DATA -> ErrorCode.INVALID_DATA;
      case NUMERIC_RANGE -> ErrorCode.NUMERIC_OUT_OF_RANGE;
      case INVALID_VECTOR -> ErrorCode.INVALID_VECTOR;
      case DIMENSIONS -> ErrorCode.WRONG_DIMENSIONS;
      case PARAMETER -> ErrorCode.INVALID_PARAMETER;
      case TRANSACTION_STATE -> ErrorCode.TRANSACTION_STATE;
      case RESOURCES -> ErrorCode.OUT_OF_RESOURCES;
      case IO -> ErrorCode.IO_ERROR;
      case CORRUPT -> ErrorCode.CORRUPT;
      case CLOSED -> ErrorCode.CONNECTION_CLOSED;
      case OTHER -> ErrorCode.INTERNAL;
    };
  }

  /** The catalogue entry. */
  public ErrorCode code() {
    return code;
  }

  /** The SQLSTATE of {@link #code()}. */
  public String sqlState() {
    return code.sqlState();
  }
}
