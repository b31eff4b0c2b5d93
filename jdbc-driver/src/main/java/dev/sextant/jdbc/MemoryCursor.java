package dev.sextant.jdbc;

import dev.sextant.sql.RowCursor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows held in memory: metadata, generated keys, the rows of a change. Values are Long, Double,
 * String, byte[] or null.
 */
final class MemoryCursor implements RowCursor {
  private final List<@Nullable Object[]> rows;
  private int at = -1;

  MemoryCursor(List<@Nullable Object[]> rows) {
    this.rows = rows;
  }

  @Override
  public boolean next() {
    at = Math.min(at + 1, rows.size());
    return at < rows.size();
  }

  private @Nullable Object value(int column) {
    return rows.get(at)[column];
  }

  @Override
  public Storage storage(int column) {
    return switch (value(column)) {
      case null -> Storage.NULL;
      case Long _ -> Storage.INTEGER;
      case Double _ -> Storage.REAL;
      case byte[] _ -> Storage.BLOB;
      default -> Storage.TEXT;
    };
  }

  @Override
  public long getLong(int column) {
    return value(column) instanceof Number number ? number.longValue() : 0;
  }

  @Override
  public double getDouble(int column) {
    return value(column) instanceof Number number ? number.doubleValue() : 0;
  }

  @Override
  public @Nullable String getText(int column) {
    Object value = value(column);
    return switch (value) {
      case null -> null;
      case byte[] bytes -> new String(bytes, StandardCharsets.UTF_8);
      default -> value.toString();
    };
  }

  @Override
  public byte @Nullable [] getBlob(int column) {
    Object value = value(column);
    return switch (value) {
      case null -> null;
      case byte[] bytes -> bytes;
      default -> value.toString().getBytes(StandardCharsets.UTF_8);
    };
  }

  @Override
  public void close() {}
}
