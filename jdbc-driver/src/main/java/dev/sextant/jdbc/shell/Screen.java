package dev.sextant.jdbc.shell;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Where output goes.
 *
 * @param out the stream
 * @param terminal whether a line can be drawn over
 * @param nanoTime the clock of rates and elapsed times
 */
record Screen(PrintStream out, boolean terminal, LongSupplier nanoTime) {
  private static final int CELL_WIDTH = 60;

  /** Runs a query and prints it, its rows and the time that it took. */
  void query(Connection connection, String sql) throws SQLException {
    out.println(sql + ";");
    long start = nanoTime.getAsLong();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      long rows = new ResultTable(out, CELL_WIDTH).print(result);
      out.printf(Locale.ROOT, "%,d rows in %.1f ms%n", rows, millisSince(start));
    }
  }

  /** Milliseconds since a reading of the clock. */
  double millisSince(long start) {
    return (nanoTime.getAsLong() - start) / 1e6;
  }
}
