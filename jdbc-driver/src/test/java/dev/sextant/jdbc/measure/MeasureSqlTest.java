package dev.sextant.jdbc.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MEASURE in SQL. */
class MeasureSqlTest {
  @TempDir Path folder;

  private Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sextant:" + folder.resolve("m.db"));
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, n INTEGER)");
      statement.execute(
          "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 200)"
              + " INSERT OR IGNORE INTO t SELECT i, i % 7 FROM s");
    }
    return connection;
  }

  private static List<Map<String, Object>> query(Connection connection, String sql)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return rows(result);
    }
  }

  private static List<Map<String, Object>> rows(ResultSet result) throws SQLException {
    List<Map<String, Object>> rows = new ArrayList<>();
    while (result.next()) {
      Map<String, Object> row = new LinkedHashMap<>();
      for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
        row.put(result.getMetaData().getColumnLabel(i), result.getObject(i));
      }
      rows.add(row);
    }
    return rows;
  }

  private static Map<String, Object> metric(List<Map<String, Object>> rows, String metric) {
    return rows.stream()
        .filter(row -> metric.equals(row.get("metric")))
        .findFirst()
        .orElseThrow(() -> new AssertionError(metric + " in " + rows));
  }

  private static double number(@Nullable Object value) {
    return ((Number) Objects.requireNonNull(value)).doubleValue();
  }

  @Test
  void aMeasurementIsSummedUpAndKept() throws SQLException {
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      List<Map<String, Object>> summary =
          query(connection, "MEASURE RUNS 60 WARMUP 5 SELECT sum(n) FROM t");
      connection.rollback();
      connection.setAutoCommit(true);
      assertThat(number(metric(summary, "samples").get("all_value"))).isEqualTo(60);
      double median = number(metric(summary, "p50_ms").get("all_value"));
      assertThat(median).isPositive();
      assertThat(number(metric(summary, "p50_ms").get("all_low"))).isLessThanOrEqualTo(median);
      assertThat(metric(summary, "p99_ms").get("all_value")).isNull();
      assertThat(String.valueOf(metric(summary, "p99_ms").get("note"))).contains("60 samples");
      assertThat(String.valueOf(metric(summary, "self_test sleep").get("note")))
          .startsWith("passed");
      assertThat(metric(summary, "steady_state").get("note")).isNotNull();
      List<Map<String, Object>> kept =
          query(connection, "SELECT id, sql, samples, hash FROM sextant.measurements");
      assertThat(kept).hasSize(1);
      assertThat(kept.getFirst())
          .containsEntry("sql", "SELECT sum(n) FROM t")
          .containsEntry("samples", 60L);
      Map<String, Object> samples =
          query(
                  connection,
                  "SELECT count(*) AS n, min(result_rows) AS r, count(cpu_ns) AS cpu,"
                      + " min(wall_ns) AS least FROM sextant.measurement_samples")
              .getFirst();
      assertThat(samples).containsEntry("n", 60L).containsEntry("r", 1L).containsEntry("cpu", 60L);
      assertThat(
              query(
                  connection,
                  "SELECT field FROM sextant.measurement_manifest"
                      + " WHERE value IS NULL AND reason = ''"))
          .isEmpty();
      assertThat(
              query(connection, "SELECT count(*) AS n FROM sextant.measurement_summary").getFirst())
          .containsEntry("n", (long) summary.size());
    }
  }

  @Test
  void aSlowerQueryIsToldFromAFasterOne() throws SQLException {
    try (Connection connection = connect()) {
      List<Map<String, Object>> summary =
          query(
              connection,
              "MEASURE RUNS 80 SELECT sum(a.n * b.n) FROM t a, t b AGAINST SELECT sum(n) FROM t");
      assertThat(metric(summary, "verdict")).containsEntry("note", "slower");
      assertThat(number(metric(summary, "ratio").get("all_value"))).isGreaterThan(2);
      assertThat(query(connection, "SELECT verdict, queries FROM sextant.measurements").getFirst())
          .containsEntry("verdict", "slower")
          .containsEntry("queries", 2L);
    }
  }

  @Test
  void eachRunMayAskSomethingElse() throws SQLException {
    try (Connection connection = connect()) {
      query(
          connection,
          "MEASURE RUNS 20 WARMUP 0 USING (SELECT id FROM t WHERE id <= 10)"
              + " SELECT id FROM t WHERE id <= ?");
      List<Map<String, Object>> rows =
          query(
              connection,
              "SELECT group_concat(result_rows, ',') AS r FROM sextant.measurement_samples");
      assertThat(String.valueOf(rows.getFirst().get("r")))
          .isEqualTo("1,2,3,4,5,6,7,8,9,10,1,2,3,4,5,6,7,8,9,10");
      assertThatThrownBy(
              () -> query(connection, "MEASURE USING (SELECT 1, 2) SELECT id FROM t WHERE id = ?"))
          .hasMessageContaining("USING gives 2 columns but the query has 1 parameters");
    }
  }

  @Test
  void parametersAreBoundInTheOrderOfTheQueries() throws SQLException {
    try (Connection connection = connect();
        PreparedStatement measure =
            connection.prepareStatement(
                "MEASURE RUNS 10 WARMUP 0 SELECT id FROM t WHERE id <= ?"
                    + " AGAINST SELECT id FROM t WHERE id <= ?")) {
      measure.setInt(1, 3);
      measure.setInt(2, 8);
      try (ResultSet result = measure.executeQuery()) {
        assertThat(rows(result)).isNotEmpty();
      }
      assertThat(
              query(
                  connection,
                  "SELECT query, max(result_rows) AS r FROM sextant.measurement_samples"
                      + " GROUP BY query ORDER BY query"))
          .extracting(row -> row.get("r"))
          .containsExactly(3L, 8L);
    }
  }

  @Test
  void aScheduleGivesResponseTimes() throws SQLException {
    try (Connection connection = connect()) {
      List<Map<String, Object>> summary =
          query(
              connection,
              "MEASURE RUNS 20 WARMUP 0 INTERVAL '1 ms' SELECT sum(a.n * b.n) FROM t a, t b");
      assertThat(number(metric(summary, "response_p50_ms").get("all_value")))
          .isGreaterThanOrEqualTo(number(metric(summary, "p50_ms").get("all_value")));
    }
  }

  @Test
  void measurementsAreComparedOnlyWhereTheyAreComparable() throws SQLException {
    try (Connection connection = connect()) {
      query(connection, "MEASURE RUNS 30 SELECT sum(n) FROM t");
      query(connection, "MEASURE RUNS 30 SELECT sum(n) FROM t");
      query(connection, "MEASURE RUNS 30 SELECT max(n) FROM t");
      Map<String, Object> same = query(connection, "COMPARE MEASUREMENT 2 WITH 1").getFirst();
      assertThat(same.get("verdict")).isIn("faster", "slower", "cannot tell");
      assertThat(number(same.get("ratio"))).isBetween(0.01, 100.0);
      assertThatThrownBy(() -> query(connection, "COMPARE MEASUREMENT 3 WITH 1"))
          .hasMessageContaining("differ in SQL: \"SELECT max(n) FROM t\"");
      query(connection, "SELECT 1");
      try (Statement statement = connection.createStatement()) {
        statement.execute("INSERT INTO t(n) VALUES (5)");
      }
      query(connection, "MEASURE RUNS 30 SELECT sum(n) FROM t");
      assertThatThrownBy(() -> query(connection, "COMPARE MEASUREMENT 4 WITH 1"))
          .hasMessageContaining("differ in data:");
      assertThatThrownBy(() -> query(connection, "COMPARE MEASUREMENT 99 WITH 1"))
          .hasMessageContaining("No measurement 99");
    }
  }

  @Test
  void changesAndNonsenseAreRefused() throws SQLException {
    try (Connection connection = connect()) {
      assertThatThrownBy(() -> query(connection, "MEASURE DELETE FROM t"))
          .hasMessageContaining("takes queries only");
      assertThatThrownBy(() -> query(connection, "MEASURE WITH a AS (SELECT 1) DELETE FROM t"))
          .hasMessageContaining("takes queries only");
      assertThatThrownBy(() -> query(connection, "MEASURE SELECT 1 AGAINST DELETE FROM t"))
          .hasMessageContaining("takes queries only");
      assertThatThrownBy(() -> query(connection, "MEASURE SELECT 1 AGAINST"))
          .hasMessageContaining("expected a query");
      assertThatThrownBy(
              () -> query(connection, "MEASURE SELECT 1 AGAINST SELECT 2 AGAINST SELECT 3"))
          .hasMessageContaining("two queries are compared");
      assertThatThrownBy(() -> query(connection, "MEASURE RUNS 0 SELECT 1"))
          .hasMessageContaining("number of runs");
      assertThatThrownBy(() -> query(connection, "MEASURE FOR '10 parsecs' SELECT 1"))
          .hasMessageContaining("a time in ns, us, ms, s or min");
      assertThatThrownBy(() -> query(connection, "MEASURE RUNS 5 RUNS 5 SELECT 1"))
          .hasMessageContaining("RUNS once");
      assertThatThrownBy(() -> query(connection, "MEASURE RUNS 1000000 SELECT 1"))
          .hasMessageContaining("RUNS expects from 1 to 100000");
      assertThat(query(connection, "SELECT count(*) AS n FROM t").getFirst())
          .containsEntry("n", 200L);
    }
  }

  @Test
  void statementsAreCountedByTextWithoutLiterals() throws SQLException {
    try (Connection connection = connect()) {
      query(connection, "SELECT id FROM t WHERE id < 5");
      query(connection, "SELECT  id FROM t -- all\n WHERE id<11");
      try (PreparedStatement same = connection.prepareStatement("select id FROM t WHERE id < ?")) {
        same.setInt(1, 3);
        for (int i = 0; i < 3; i++) {
          try (ResultSet result = same.executeQuery()) {
            assertThat(rows(result)).hasSize(2);
          }
        }
      }
      assertThatThrownBy(() -> query(connection, "SELECT abs(-9223372036854775807 - n) FROM t"))
          .isInstanceOf(SQLException.class);
      Map<String, Object> counted =
          query(
                  connection,
                  "SELECT calls, rows, failures, total_ms > 0 AS timed, min_ms <= p50_ms AS least"
                      + " FROM sextant.statement_stats"
                      + " WHERE sql = 'select id from t where id < ?'")
              .getFirst();
      assertThat(counted)
          .containsEntry("calls", 5L)
          .containsEntry("rows", 20L)
          .containsEntry("failures", 0L)
          .containsEntry("timed", 1L)
          .containsEntry("least", 1L);
      assertThat(
              query(
                  connection,
                  "SELECT failures FROM sextant.statement_stats WHERE sql LIKE 'select abs(%'"))
          .extracting(row -> row.get("failures"))
          .containsExactly(1L);
      query(connection, "MEASURE RUNS 10 SELECT count(*) FROM t");
      assertThat(
              query(
                  connection,
                  "SELECT sql FROM sextant.statement_stats WHERE sql LIKE 'select count%'"))
          .isEmpty();
    }
  }

  @Test
  void aScheduleEndsWithItsTimeAndByATimeOut() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      List<Map<String, Object>> summary =
          query(connection, "MEASURE FOR '50 ms' WARMUP 0 INTERVAL '10 min' SELECT sum(n) FROM t");
      assertThat(number(metric(summary, "samples").get("all_value"))).isEqualTo(1);
      statement.setQueryTimeout(1);
      assertThatThrownBy(
              () -> statement.executeQuery("MEASURE INTERVAL '10 min' SELECT sum(n) FROM t"))
          .isInstanceOf(SQLTimeoutException.class);
    }
  }

  @Test
  void aQueryThatFailsMidwayLeavesNothingAndAColumnMayBeCalledAgainst() throws SQLException {
    try (Connection connection = connect()) {
      assertThatThrownBy(
              () ->
                  query(
                      connection,
                      "MEASURE RUNS 10 USING (SELECT n FROM t WHERE id < 9)"
                          + " SELECT abs(-9223372036854775807 - ?)"))
          .isInstanceOfSatisfying(
              SQLException.class, failure -> assertThat(failure.getSQLState()).isEqualTo("22003"));
      assertThat(query(connection, "SELECT count(*) AS n FROM sextant.measurements").getFirst())
          .containsEntry("n", 0L);
      query(connection, "MEASURE RUNS 2 SELECT n AS against FROM t ORDER BY against");
      assertThat(query(connection, "SELECT queries FROM sextant.measurements").getFirst())
          .containsEntry("queries", 1L);
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsSaidBeforeAnythingIsMeasured() throws Exception {
    Files.writeString(folder.resolve("m.db-sextant"), "a file in the folder's place");
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(5);
      assertThatThrownBy(
              () -> statement.executeQuery("MEASURE FOR '10 min' SELECT count(*) FROM t"))
          .isNotInstanceOf(SQLTimeoutException.class)
          .hasMessageContaining("cannot be made");
    }
  }

  @Test
  void aTimeOutEndsAMeasurement() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.executeQuery("MEASURE FOR '10 min' SELECT sum(n) FROM t"))
          .isInstanceOf(SQLTimeoutException.class);
      assertThat(query(connection, "SELECT count(*) AS n FROM sextant.measurements").getFirst())
          .containsEntry("n", 0L);
    }
  }
}
