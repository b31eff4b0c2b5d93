package dev.sextant.storage;

import org.jspecify.annotations.Nullable;

/**
 * A failure below the engine, with what kind of failure it is.
 *
 * <p>The message follows the house formula: what failed, on what, expected and got, what to do.
 */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, in the terms that decide the SQLSTATE. */
  public enum Kind {
    /** The file cannot be opened: absent folder, no permission, not a database. */
    CANNOT_OPEN,
    /** The file exists and is not a SQLite database. */
    NOT_A_DATABASE,
    /** Another connection holds a lock for longer than the busy time-out. */
    BUSY,
    /** The transaction read a snapshot that another connection has since overwritten. */
    SNAPSHOT_TOO_OLD,
    /** A write on a read-only database, file or folder. */
    READ_ONLY,
    /** The statement was interrupted by a cancel or a time-out. */
    INTERRUPTED,
    /** SQLite refused the statement text. */
    SYNTAX,
    /** The statement names a table that is not there. */
    UNKNOWN_TABLE,
    /** The statement names a column that is not there. */
    UNKNOWN_COLUMN,
    /** The statement names a function that is not there. */
    UNKNOWN_FUNCTION,
    /** A column name that several tables have. */
    AMBIGUOUS_COLUMN,
    /** CREATE of a name that exists. */
    DUPLICATE_OBJECT,
    /** BEGIN inside a transaction, COMMIT outside one, an unknown savepoint. */
    TRANSACTION_STATE,
    /** NOT NULL violated. */
    NOT_NULL,
    /** UNIQUE or PRIMARY KEY violated. */
    UNIQUE,
    /** FOREIGN KEY violated. */
    FOREIGN_KEY,
    /** CHECK violated. */
    CHECK,
    /** Another constraint violated. */
    CONSTRAINT,
    /** A value of the wrong type or shape. */
    DATA,
    /** A number that does not fit. */
    NUMERIC_RANGE,
    /** A text or BLOB that is not a vector, or a vector with NaN or infinity. */
    INVALID_VECTOR,
    /** A vector of the wrong number of dimensions. */
    DIMENSIONS,
    /** An argument or setting out of its range. */
    PARAMETER,
    /** Disk or memory exhausted, or a declared limit reached. */
    RESOURCES,
    /** Reading or writing a file failed. */
    IO,
    /** The file is damaged. */
    CORRUPT,
    /** Use after close. */
    CLOSED,
    /** Anything else that SQLite reports. */
    OTHER
  }

  private final Kind kind;

  /** A failure of {@code kind} with a message for the user. */
  public StorageException(Kind kind, String message) {
    this(kind, message, null);
  }

  /** A failure of {@code kind} with a message for the user and what caused it. */
  public StorageException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The kind of failure. */
  public Kind kind() {
    return kind;
  }
}
