package dev.sextant.storage.sqlite;

import org.jspecify.annotations.Nullable;

/** A Java function that SQL calls. What it throws ends the statement and reaches its caller. */
@FunctionalInterface
public interface ScalarFunction {
  /** Who wrote a function, and what may be expected of it. */
  enum Kind {
    /** Sextant's own: the same arguments give the same value. */
    OWN,
    /** A user's: the same arguments give the same value. Not for the file's views and triggers. */
    REPEATABLE,
    /** A user's: each call may give another value. Not for the file's views and triggers. */
    VOLATILE
  }

  /** The arguments of one call; borrowed, valid during the call. Positions count from 0. */
  interface Arguments {
    /** How many there are. */
    int count();

    /** Whether an argument is NULL. */
    boolean isNull(int position);

    /** Whether an argument is a BLOB. */
    boolean isBlob(int position);

    /** The argument as an integer. */
    long getLong(int position);

    /** The argument as text. */
    String getText(int position);

    /** The argument as bytes. */
    byte[] getBlob(int position);

    /** The argument as it is stored: a Long, Double, String, byte[] or null. */
    @Nullable Object value(int position);
  }

  /**
   * The value for one row.
   *
   * @return Long, Double, String, byte[] or null
   */
  @Nullable Object apply(Arguments arguments);
}
