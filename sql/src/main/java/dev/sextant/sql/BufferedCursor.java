package dev.sextant.sql;

import dev.sextant.storage.sqlite.SqliteStatement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are all in memory: those of RETURNING, whose statement must have ended first, and those
 * that a search alone gives.
 */
final class BufferedCursor implements RowCursor {
  private final Iterator<@Nullable Object[]> rows;
  private final DoubleFunction<String> realText;
  private @Nullable Object[] row = new @Nullable Object[0];

  /**
   * A cursor.
   *
   * @param realText a number as SQLite writes it
   */
  BufferedCursor(List<@Nullable Object[]> rows, DoubleFunction<String> realText) {
    this.rows = rows.iterator();
    this.realText = realText;
  }

  /** The rows that a statement gives. */
  static List<@Nullable Object[]> read(SqliteStatement statement, int columnCount) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    while (statement.step()) {
      @Nullable Object[] row = new @Nullable Object[columnCount];
      for (int i = 0; i < columnCount; i++) {
        row[i] =
            switch (SqliteCursor.storageOf(statement.type(i))) {
              case NULL -> null;
              case INTEGER -> statement.getLong(i);
              case REAL -> statement.getDouble(i);
              case TEXT -> statement.getText(i);
              case BLOB -> statement.getBlob(i);
            };
      }
      rows.add(row);
    }
    return rows;
  }

  @Override
  public boolean next() {
    if (!rows.hasNext()) {
      return false;
    }
    row = rows.next();
    return true;
  }

  @Override
  public Storage storage(int column) {
    return switch (row[column]) {
      case null -> Storage.NULL;
      case Long _ -> Storage.INTEGER;
      case Double _ -> Storage.REAL;
      case byte[] _ -> Storage.BLOB;
      default -> Storage.TEXT;
    };
  }

  @Override
  public long getLong(int column) {
    return switch (row[column]) {
      case Number number -> number.longValue();
      case String text -> parse(text).longValue();
      case null, default -> 0;
    };
  }

  @Override
  public double getDouble(int column) {
    return switch (row[column]) {
      case Number number -> number.doubleValue();
      case String text -> parse(text).doubleValue();
      case null, default -> 0;
    };
  }

  private static Number parse(String text) {
    try {
      return Long.valueOf(text.strip());
    } catch (NumberFormatException notInteger) {
      return parseDouble(text);
    }
  }

  private static Number parseDouble(String text) {
    try {
      return Double.valueOf(text.strip());
    } catch (NumberFormatException notNumber) {
      return 0L;
    }
  }

  @Override
  public @Nullable String getText(int column) {
    return switch (row[column]) {
      case null -> null;
      case byte[] blob -> new String(blob, StandardCharsets.UTF_8);
      case Double real -> realText.apply(real);
      case Object value -> value.toString();
    };
  }

  @Override
  public byte @Nullable [] getBlob(int column) {
    return switch (row[column]) {
      case null -> null;
      case byte[] blob -> blob;
      case Object _ -> Objects.requireNonNull(getText(column)).getBytes(StandardCharsets.UTF_8);
    };
  }

  @Override
  public void close() {}
}
