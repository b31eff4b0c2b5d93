package dev.sextant.jdbc.shell;

import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints a result as an aligned table. Rows come in pages, each with column widths of its own, so
 * that a result of any size needs little memory.
 */
final class ResultTable {

  private static final int PAGE_ROWS = 500;

  private final PrintStream out;
  private final int maxCell;
  private long rows;

  /**
   * A printer of results.
   *
   * @param out where to
   * @param maxCell longer values are cut to so many characters
   */
  ResultTable(PrintStream out, int maxCell) {
    this.out = out;
    this.maxCell = maxCell;
  }

  /** Prints what is left of a result and says how many rows that were. */
  long print(ResultSet result) throws SQLException {
    rows = 0;
    ResultSetMetaData columns = result.getMetaData();
    int count = columns.getColumnCount();
    String[] header = new String[count];
    boolean[] right = new boolean[count];
    for (int c = 0; c < count; c++) {
      header[c] = clean(columns.getColumnLabel(c + 1));
      right[c] = isNumber(columns.getColumnType(c + 1));
    }
    List<String[]> page = page(result, count);
    do {
      print(header, right, page);
      page = page(result, count);
    } while (!page.isEmpty());
    return rows;
  }

  private List<String[]> page(ResultSet result, int count) throws SQLException {
    List<String[]> page = new ArrayList<>();
    while (page.size() < PAGE_ROWS && result.next()) {
      String[] row = new String[count];
      for (int c = 0; c < count; c++) {
        String value = result.getString(c + 1);
        row[c] = value == null ? "NULL" : clean(value);
      }
      page.add(row);
    }
    rows += page.size();
    return page;
  }

  private void print(String[] header, boolean[] right, List<String[]> page) {
    int[] widths = new int[header.length];
    for (int c = 0; c < header.length; c++) {
      widths[c] = width(header[c]);
      for (String[] row : page) {
        widths[c] = Math.max(widths[c], width(row[c]));
      }
    }
    StringBuilder rule = new StringBuilder("+");
    for (int width : widths) {
      rule.append("-".repeat(width + 2)).append('+');
    }
    out.println(rule);
    printRow(header, widths, new boolean[header.length]);
    out.println(rule);
    for (String[] row : page) {
      printRow(row, widths, right);
    }
    if (!page.isEmpty()) {
      out.println(rule);
    }
  }

  private void printRow(String[] cells, int[] widths, boolean[] right) {
    StringBuilder line = new StringBuilder("|");
    for (int c = 0; c < cells.length; c++) {
      String padding = " ".repeat(widths[c] - width(cells[c]));
      line.append(' ').append(right[c] ? padding + cells[c] : cells[c] + padding).append(" |");
    }
    out.println(line);
  }

  /** One line, no control characters, not too long. */
  private String clean(String value) {
    String start = value.length() > 4 * maxCell ? value.substring(0, 4 * maxCell) : value;
    String line = start.replaceAll("\\p{Cntrl}", " ");
    int points = line.codePointCount(0, line.length());
    return points <= maxCell
        ? line
        : line.substring(0, line.offsetByCodePoints(0, maxCell - 1)) + "…";
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  private static boolean isNumber(int type) {
    return switch (type) {
      case java.sql.Types.TINYINT,
          java.sql.Types.SMALLINT,
          java.sql.Types.INTEGER,
          java.sql.Types.BIGINT,
          java.sql.Types.REAL,
          java.sql.Types.FLOAT,
          java.sql.Types.DOUBLE,
          java.sql.Types.NUMERIC,
          java.sql.Types.DECIMAL ->
          true;
      default -> false;
    };
  }
}
