package dev.sextant.sql;

import org.jspecify.annotations.Nullable;

/**
 * The rows of one execution, read forward, one at a time; columns count from 0.
 *
 * <p>Values follow SQLite's storage classes and its conversions between them. One thread at a time.
 */
public interface RowCursor extends AutoCloseable {

  /** The storage class of a value. */
  enum Storage {
    NULL,
    INTEGER,
    REAL,
    TEXT,
    BLOB
  }

  /** Moves to the next row; false after the last one. */
  boolean next();

  /** The storage class of a value of the current row. */
  Storage storage(int column);

  /** The value as a 64-bit integer; 0 for NULL. A text is read as SQLite reads it. */
  long getLong(int column);

  /** The value as a double; 0 for NULL. */
  double getDouble(int column);

  /** The value as text, null for NULL. */
  @Nullable String getText(int column);

  /** The value as bytes, null for NULL; a text as UTF-8. */
  byte @Nullable [] getBlob(int column);

  /** The value as Long, Double, String or byte[], null for NULL. */
  default @Nullable Object getValue(int column) {
    return switch (storage(column)) {
      case NULL -> null;
      case INTEGER -> getLong(column);
      case REAL -> getDouble(column);
      case TEXT -> getText(column);
      case BLOB -> getBlob(column);
    };
  }

  /** Ends the execution. Idempotent. */
  @Override
  void close();
}
