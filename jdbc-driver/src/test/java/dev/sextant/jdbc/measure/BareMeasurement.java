package dev.sextant.jdbc.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Measures in a JVM that lacks something, and prints what the manifest says of it, and for each
 * column of samples how many have it. With {@code hide schedstat} it hides that file of its thread
 * first, by a mount that its own mount namespace ends with.
 */
final class BareMeasurement {
  private static final List<String> COLUMNS =
      List.of(
          "cpu_ns",
          "run_queue_ns",
          "minor_faults",
          "major_faults",
          "voluntary_switches",
          "involuntary_switches",
          "migrated",
          "throttled_ns",
          "allocated_bytes",
          "gc_pause_ns",
          "safepoint_ns",
          "jit_ns",
          "deoptimizations");

  private BareMeasurement() {}

  /** Measures. */
  public static void main(String[] args) throws Exception {
    if (List.of(args).equals(List.of("hide", "schedstat"))) {
      hide();
    }
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
          COLUMNS.stream()
              .map(column -> "'" + column + " ' || count(" + column + ")")
              .collect(
                  Collectors.joining(
                      " || ', ' || ",
                      "SELECT 'samples ' || count(*) || ', ' || ",
                      " FROM sextant.measurement_samples")));
      try (ResultSet plan = statement.executeQuery("EXPLAIN ANALYZE SELECT 1")) {
        System.out.println(plan.next() ? "analyzed" : "no plan");
      }
    }
  }

  private static void hide() throws IOException, InterruptedException {
    Path file = Path.of("/proc/thread-self").toRealPath().resolve("schedstat");
    int result =
        new ProcessBuilder("mount", "--bind", "/dev/null", file.toString())
            .inheritIO()
            .start()
            .waitFor();
    System.out.println("hidden " + result);
  }

  private static void print(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        System.out.println(rows.getString(1));
      }
    }
  }
}
