package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing, cancelling and running out of time. */
@Timeout(60)
class ClosureTest {
  private static final String ENDLESS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
  private static final String UNENDING_ROWS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    connection = DriverManager.getConnection("jdbc:sextant::memory:");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    threads.shutdownNow();
  }

  @Test
  void closingAConnectionClosesAllThatCameFromIt() throws SQLException {
    Statement statement = connection.createStatement();
    PreparedStatement prepared = connection.prepareStatement("SELECT ?");
    ResultSet rows = statement.executeQuery("SELECT 1");
    connection.close();
    connection.close();
    assertThat(connection.isClosed()).isTrue();
    assertThat(statement.isClosed()).isTrue();
    assertThat(prepared.isClosed()).isTrue();
    assertThat(rows.isClosed()).isTrue();
    assertThat(connection.isValid(1)).isFalse();
    for (Callable<?> use :
        new Callable<?>[] {
          () -> connection.createStatement(),
          () -> connection.prepareStatement("SELECT 1"),
          () -> connection.getMetaData(),
          () -> connection.getAutoCommit(),
          () -> connection.unwrap(dev.sextant.sql.SqlSession.class)
        }) {
      assertThatThrownBy(use::call)
          .isInstanceOf(SQLNonTransientConnectionException.class)
          .hasFieldOrPropertyWithValue("SQLState", "08003")
          .hasMessageContaining("connection is closed");
    }
    assertThatThrownBy(() -> statement.executeQuery("SELECT 1"))
        .hasFieldOrPropertyWithValue("SQLState", "08003");
    assertThatThrownBy(rows::next).hasMessageContaining("result set is closed");
  }

  @Test
  void aStatementClosesItsResultAndNothingElse() throws SQLException {
    Statement first = connection.createStatement();
    Statement second = connection.createStatement();
    ResultSet ofFirst = first.executeQuery("SELECT 1");
    ResultSet ofSecond = second.executeQuery("SELECT 2");
    first.close();
    first.close();
    assertThat(ofFirst.isClosed()).isTrue();
    assertThat(ofSecond.next()).isTrue();
    assertThatThrownBy(() -> first.execute("SELECT 1")).hasMessageContaining("statement is closed");
    ResultSet again = second.executeQuery("SELECT 3");
    assertThat(ofSecond.isClosed()).isTrue();
    again.close();
    again.close();
    assertThat(second.isClosed()).isFalse();
  }

  @Test
  void closeOnCompletionFollowsTheResult() throws SQLException {
    Statement statement = connection.createStatement();
    statement.closeOnCompletion();
    assertThat(statement.isCloseOnCompletion()).isTrue();
    statement.executeQuery("SELECT 1").close();
    assertThat(statement.isClosed()).isTrue();
  }

  @Test
  void aTimeOutEndsTheStatementOnly() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> drain(statement.executeQuery(ENDLESS)))
          .isInstanceOf(SQLTimeoutException.class)
          .hasFieldOrPropertyWithValue("SQLState", "57014");
      try (ResultSet row = statement.executeQuery("SELECT 1")) {
        assertThat(row.next()).isTrue();
      }
      assertThatThrownBy(() -> statement.setQueryTimeout(-1))
          .hasFieldOrPropertyWithValue("SQLState", "22023");
    }
    assertThat(connection.isValid(0)).isTrue();
  }

  @Test
  void aTimeOutCountsTheRowsToo() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      ResultSet rows = statement.executeQuery(UNENDING_ROWS);
      assertThatThrownBy(() -> drain(rows)).isInstanceOf(SQLTimeoutException.class);
    }
  }

  private static void drain(ResultSet rows) throws SQLException {
    while (rows.next()) {
      // only the end matters
    }
  }

  /** Runs a query that has no end in another thread, and returns once it runs. */
  private Future<SQLException> endless(Statement statement) throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    Future<SQLException> failure =
        threads.submit(
            () -> {
              try (ResultSet rows = statement.executeQuery(UNENDING_ROWS)) {
                while (rows.next()) {
                  started.countDown();
                }
                throw new AssertionError("the query ended");
              } catch (SQLException stopped) {
                return stopped;
              }
            });
    started.await();
    return failure;
  }

  @Test
  void cancelReachesARunningStatement() throws Exception {
    try (Statement statement = connection.createStatement()) {
      Future<SQLException> failure = endless(statement);
      while (!failure.isDone()) {
        statement.cancel();
      }
      SQLException stopped = failure.get(30, TimeUnit.SECONDS);
      assertThat(stopped.getSQLState()).isEqualTo("57014");
      assertThat((Throwable) stopped).isNotInstanceOf(SQLTimeoutException.class);
      try (ResultSet row = statement.executeQuery("SELECT 1")) {
        assertThat(row.next()).isTrue();
      }
    }
  }

  @Test
  void cancelOfNothingDoesNothing() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.cancel();
      try (ResultSet row = statement.executeQuery("SELECT 1")) {
        assertThat(row.next()).isTrue();
      }
      statement.cancel();
      assertThat(connection.isValid(1)).isTrue();
    }
  }

  @Test
  void closingTheConnectionWinsOverARunningQuery() throws Exception {
    Statement statement = connection.createStatement();
    Future<SQLException> failure = endless(statement);
    connection.close();
    assertThat(failure.get(30, TimeUnit.SECONDS).getSQLState()).isIn("57014", "08003");
    assertThat(connection.isClosed()).isTrue();
  }

  @Test
  void abortClosesThroughItsExecutor() throws Exception {
    Statement statement = connection.createStatement();
    Future<SQLException> failure = endless(statement);
    connection.abort(threads);
    assertThat((Throwable) failure.get(30, TimeUnit.SECONDS)).isNotNull();
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(connection.isClosed()).isTrue();
  }

  @Test
  void validityNeverThrowsButForANegativeTimeOut() throws SQLException {
    assertThat(connection.isValid(0)).isTrue();
    assertThatThrownBy(() -> connection.isValid(-1))
        .hasFieldOrPropertyWithValue("SQLState", "22023");
    connection.close();
    assertThat(connection.isValid(5)).isFalse();
  }

  @Test
  void aNetworkTimeOutIsTolerated() throws SQLException {
    connection.setNetworkTimeout(threads, 1234);
    assertThat(connection.getNetworkTimeout()).isEqualTo(1234);
  }

  @Test
  void statementsThatAreDroppedDoNotPileUp() throws SQLException {
    for (int i = 0; i < 20_000; i++) {
      try (PreparedStatement statement = connection.prepareStatement("SELECT ?")) {
        statement.setInt(1, i);
        try (ResultSet row = statement.executeQuery()) {
          assertThat(row.next()).isTrue();
        }
      }
    }
  }
}
