package dev.sextant.jdbc.measure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/** Enters a control group, whose list of processes is the argument, and measures in it. */
final class ThrottledMeasurement {
  private static final String QUERY =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)"
          + " SELECT sum(i) FROM n";

  private ThrottledMeasurement() {}

  /** Measures. */
  public static void main(String[] args) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:");
        Statement statement = connection.createStatement()) {
      statement.executeQuery("MEASURE RUNS 5 WARMUP 0 " + QUERY).close();
      Files.writeString(Path.of(args[0]), Long.toString(ProcessHandle.current().pid()));
      statement.executeQuery("MEASURE RUNS 40 WARMUP 0 " + QUERY).close();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT s.run, s.throttled_ns, s.excess_ns, s.explained, c.ns"
                  + " FROM sextant.measurement_samples s LEFT JOIN sextant.confounders c"
                  + " ON c.measurement = s.measurement AND c.query = s.query AND c.run = s.run"
                  + " AND c.kind = 'throttled' WHERE s.measurement = 2")) {
        while (rows.next()) {
          System.out.println(
              "sample "
                  + rows.getLong(1)
                  + ' '
                  + rows.getLong(2)
                  + ' '
                  + rows.getLong(3)
                  + ' '
                  + rows.getDouble(4)
                  + ' '
                  + rows.getLong(5));
        }
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT field || ' = ' || value FROM sextant.measurement_manifest"
                  + " WHERE measurement = 2 AND field IN ('CPU quota', 'throttling at the end')")) {
        while (rows.next()) {
          System.out.println(rows.getString(1));
        }
      }
    }
  }
}
