package dev.sextant.udf;

import org.jspecify.annotations.Nullable;

/**
 * A function that was refused, or a call that failed.
 *
 * <p>The message follows the house formula: what failed, on what, expected and got, what to do.
 */
public final class UdfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, in the terms that decide the SQLSTATE. */
  public enum Failure {
    /** The source is no function of the signature declared, or breaks a limit on sources. */
    DEFINITION("42P13"),
    /** The function itself failed: out of bounds, division by zero, an exception thrown. */
    TRAP("38001"),
    /** More fuel than the profile allows. */
    FUEL("38F01"),
    /** More memory than the profile allows. */
    MEMORY("38F02"),
    /** More time than the profile allows. */
    TIME("38F03"),
    /** A result larger than the profile allows. */
    OUTPUT("38F04"),
    /** Calls nested deeper than the profile allows. */
    STACK("38F05"),
    /** A system call was denied. */
    DENIED("38S01"),
    /** The host lacks a layer that the profile requires. */
    HOST("38S02"),
    /** A worker died, or answered what no worker should. */
    WORKER("38W01"),
    /** The function was put into quarantine. */
    QUARANTINED("38Q01"),
    /** The statement was cancelled. */
    CANCELLED("57014");

    private final String sqlState;

    Failure(String sqlState) {
      this.sqlState = sqlState;
    }

    /** Five characters. */
    public String sqlState() {
      return sqlState;
    }
  }

  private final Failure failure;
  private boolean told;

  /** A failure with a message for the user. */
  public UdfException(Failure failure, String message) {
    this(failure, message, null);
  }

  /** A failure with a message for the user and what caused it. */
  public UdfException(Failure failure, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failure = failure;
  }

  /** The same failure, of which an {@link AuditSink} has heard already. */
  public UdfException told() {
    told = true;
    return this;
  }

  /** Whether an {@link AuditSink} has heard of it. */
  public boolean isTold() {
    return told;
  }

  /** What went wrong. */
  public Failure failure() {
    return failure;
  }
}
