package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chat models by route: transactions, time-outs and the log, as a program sees them. */
class RoutingTest {
  @TempDir Path folder;
  private String url = "";

  @BeforeEach
  void define() throws SQLException {
    url = "jdbc:sextant:" + folder.resolve("routing.db");
    try (Connection connection = DriverManager.getConnection(url)) {
      run(
          connection,
          "CREATE CHAT MODEL m PROVIDER p",
          "CREATE PRICE FOR m (input 1, output 1) VALID FROM '2026-01-01'",
          "CREATE ENDPOINT a FOR m KIND stub (answer 'A {prompt}')",
          "CREATE ENDPOINT b FOR m KIND stub (answer 'B {prompt}')",
          "CREATE ROUTE half TARGETS (a, b) USING POLICY weighted",
          "CREATE ROUTE first TARGETS (a, b) USING POLICY fixed (endpoint a)",
          "CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT)");
    }
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).as(sql).isTrue();
      return String.valueOf(rows.getObject(1));
    }
  }

  @Test
  void noModelIsCalledUnderAWriteLockAndTheLogSurvivesARollback() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      assertThat(one(connection, "SELECT COMPLETE('first', 'x')")).isEqualTo("A x");
      run(connection, "INSERT INTO t VALUES (1, 'one')");
      assertThatThrownBy(() -> one(connection, "SELECT COMPLETE('first', text) FROM t"))
          .isInstanceOfSatisfying(
              SQLException.class, failure -> assertThat(failure.getSQLState()).isEqualTo("25000"));
      connection.rollback();
      assertThat(one(connection, "SELECT count(*) FROM t")).isEqualTo("0");
      assertThat(one(connection, "SELECT count(*) FROM sextant.decisions")).isEqualTo("1");
    }
    try (Connection connection = DriverManager.getConnection(url)) {
      assertThat(one(connection, "SELECT outcome FROM sextant.decisions")).isEqualTo("ok");
      assertThat(one(connection, "SELECT prompt IS NULL FROM sextant.decisions")).isEqualTo("1");
    }
  }

  @Test
  void aCascadeAsksTheNextWhereAnAnswerIsJudgedTooLow() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      run(
          connection,
          "CREATE ROUTE stages TARGETS (a, b) USING POLICY cascade (gate 0.5, judge"
              + " 'answer LIKE ''B%'' OR prompt = ''easy''')",
          "CREATE ENDPOINT broken FOR m KIND stub (status 500)",
          "CREATE ROUTE alone TARGETS (a, broken) USING POLICY cascade (gate 1, judge '0.25')");
      assertThat(one(connection, "SELECT COMPLETE('stages', 'hard')")).isEqualTo("B hard");
      assertThat(one(connection, "SELECT COMPLETE('stages', 'easy')")).isEqualTo("A easy");
      assertThat(
              one(
                  connection,
                  "SELECT json_group_array(endpoint || ' ' || value) FROM (SELECT chosen AS"
                      + " endpoint, value FROM sextant.outcomes JOIN sextant.decisions USING"
                      + " (decision_id) WHERE metric = 'judge' ORDER BY decision_id)"))
          .isEqualTo("[\"a 0.0\",\"b 1.0\",\"a 1.0\"]");
      try (ResultSet rows = statement.executeQuery("SELECT COMPLETE('alone', 'x') AS c")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString("c")).isEqualTo("A x");
        assertThat(String.valueOf(statement.getWarnings())).contains("below its gate");
      }
      assertThatThrownBy(
              () -> run(connection, "CREATE ROUTE n TARGETS (a) USING POLICY cascade (gate 0.5)"))
          .hasMessageContaining("nobody to judge");
      assertThatThrownBy(
              () -> run(connection, "CREATE ROUTE n TARGETS (a) USING POLICY cascade (judge 'no')"))
          .isInstanceOfSatisfying(
              SQLException.class, failure -> assertThat(failure.getSQLState()).isEqualTo("42P16"));
    }
  }

  @Test
  void definitionsAreRolledBack() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      run(connection, "CREATE ROUTE gone TARGETS (a)");
      assertThat(one(connection, "SELECT count(*) FROM sextant.routes")).isEqualTo("3");
      connection.rollback();
      assertThat(one(connection, "SELECT count(*) FROM sextant.routes")).isEqualTo("2");
    }
  }

  @Test
  void aTimeOutEndsACall() throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              assertThat(closing.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException stop) {
              Thread.currentThread().interrupt();
            }
          });
      server.start();
      run(
          connection,
          "CREATE ENDPOINT slow FOR m KIND openai URL 'http://127.0.0.1:"
              + server.getAddress().getPort()
              + "/v1'",
          "CREATE ROUTE slowly TARGETS (slow)");
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.executeQuery("SELECT COMPLETE('slowly', 'x')"))
          .isInstanceOf(SQLTimeoutException.class);
      assertThat(one(connection, "SELECT error_class FROM sextant.attempts"))
          .isEqualTo("cancelled");
      closing.countDown();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aLogTellsWhatAnotherRouteIsWorth() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 400; i++) {
        String sql = "SELECT ROUTE('q" + i + "', 'half', '{\"seed\": " + i + "}')";
        String chosen = one(connection, sql);
        double worth = chosen.equals("a") ? 0.75 : 0.25;
        String decision = one(connection, "SELECT LAST_DECISION_ID()");
        run(connection, "CALL feedback(" + decision + ", 'quality', " + worth + ")");
      }
      for (String estimator : new String[] {"IPS", "SNIPS", "DM", "DR"}) {
        String sql = "EVALUATE ROUTE first ON LOG METRIC quality USING " + estimator;
        try (ResultSet rows = statement.executeQuery(sql)) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getString("refused")).as(estimator).isNull();
          assertThat(rows.getDouble("value")).as(estimator).isBetween(0.65, 0.85);
          assertThat(rows.getLong("decisions")).isEqualTo(400);
          assertThat(rows.getDouble("ess")).isBetween(150.0, 250.0);
        }
      }
      String few = "EVALUATE ROUTE first ON LOG BETWEEN 1 AND 20 METRIC quality USING DR";
      try (ResultSet rows = statement.executeQuery(few)) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString("refused")).contains("are needed");
        assertThat(rows.getObject("value")).isNull();
      }
      try (ResultSet rows = statement.executeQuery("REPLAY DECISION 7")) {
        while (rows.next()) {
          assertThat(rows.getInt("same")).isEqualTo(1);
        }
      }
    }
  }
}
