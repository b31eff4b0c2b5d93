package dev.sextant.jdbc;

import dev.sextant.sql.ResultColumn;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A metadata result in the making. Its shape is one text: names with a letter for the type each,
 * none for text, as in {@code "TABLE_NAME KEY_SEQ:h"}.
 */
final class MetaRows {
  private final List<ResultColumn> columns = new ArrayList<>();
  private final List<@Nullable Object[]> rows = new ArrayList<>();

  MetaRows(String shape) {
    for (String column : shape.split(" ", -1)) {
      int colon = column.indexOf(':');
      String name = colon < 0 ? column : column.substring(0, colon);
      String type =
          switch (colon < 0 ? "" : column.substring(colon + 1)) {
            case "i" -> "INT";
            case "h" -> "SMALLINT";
            case "l" -> "BIGINT";
            case "b" -> "BOOLEAN";
            default -> "VARCHAR";
          };
      columns.add(new ResultColumn(name, name, type, null));
    }
  }

  /** Adds a row of String, Number, Boolean and null. */
  MetaRows add(@Nullable Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(values.length + " values for " + columns.size());
    }
    @Nullable Object[] row = new @Nullable Object[values.length];
    for (int i = 0; i < values.length; i++) {
      row[i] =
          switch (values[i]) {
            case null -> null;
            case Number number -> number.longValue();
            case Boolean truth -> truth ? 1L : 0L;
            case Object other -> other.toString();
          };
    }
    rows.add(row);
    return this;
  }

  /** The rows, sorted by the columns of these positions, from 1. */
  ResultSet sortedBy(int... positions) {
    Comparator<@Nullable Object[]> order = (_, _) -> 0;
    for (int position : positions) {
      order = order.thenComparing((a, b) -> compare(a[position - 1], b[position - 1]));
    }
    rows.sort(order);
    return asAdded();
  }

  private static int compare(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return Boolean.compare(a != null, b != null);
    }
    return a instanceof Long left && b instanceof Long right
        ? Long.compare(left, right)
        : a.toString().compareTo(b.toString());
  }

  /** The rows in the order they were added. */
  ResultSet asAdded() {
    return new SextantResultSet(null, List.copyOf(columns), new MemoryCursor(rows), 0);
  }
}
