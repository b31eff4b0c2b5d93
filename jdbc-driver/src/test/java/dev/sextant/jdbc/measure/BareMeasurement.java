package dev.sextant.jdbc.measure;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Measures in a JVM that lacks something, and prints what the manifest says of it. */
final class BareMeasurement {
  private BareMeasurement() {}

  /** Measures. */
  public static void main(String[] args) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:");
        Statement statement = connection.createStatement()) {
      try (ResultSet summary = statement.executeQuery("MEASURE RUNS 20 SELECT 1")) {
        while (summary.next()) {
          System.out.println(summary.getString("metric") + " " + summary.getString("note"));
        }
      }
      print(
          statement,
          "SELECT field || ': ' || reason FROM sextant.measurement_manifest"
              + " WHERE value IS NULL");
      print(
          statement,
          "SELECT 'samples ' || count(*) || ', pauses ' || count(gc_pause_ns) || ', cpu '"
              + " || count(cpu_ns) FROM sextant.measurement_samples");
    }
  }

  private static void print(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        System.out.println(rows.getString(1));
      }
    }
  }
}
