package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Results come row by row, several at a time, whatever their size. */
class StreamingTest {
  private static final int ROWS = 5_000_000;
  private static final String NUMBERS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
          + ROWS
          + ") SELECT i FROM n";

  @Test
  void fiveMillionRowsTakeNoMemory() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(NUMBERS)) {
      long before = usedAfterCollection();
      long sum = 0;
      long most = 0;
      for (int i = 0; i < ROWS; i++) {
        assertThat(rows.next()).isTrue();
        sum += rows.getLong(1);
        if (i == ROWS / 2) {
          most = usedAfterCollection() - before;
        }
      }
      assertThat(rows.next()).isFalse();
      assertThat(sum).isEqualTo((long) ROWS * (ROWS + 1) / 2);
      assertThat(most).as("bytes held in the middle of the result").isLessThan(16L << 20);
    }
  }

  private static long usedAfterCollection() {
    ManagementFactory.getMemoryMXBean().gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void theFirstRowDoesNotWaitForTheLast() throws SQLException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:");
        Statement statement = connection.createStatement()) {
      long start = threads.getCurrentThreadCpuTime();
      ResultSet rows =
          statement.executeQuery(NUMBERS.replace(String.valueOf(ROWS), "1000000000000"));
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(1);
      assertThat(threads.getCurrentThreadCpuTime() - start).isLessThan(5_000_000_000L);
    }
  }

  @Test
  void severalResultsAreOpenOnOneConnection() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:")) {
      List<ResultSet> open = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        open.add(connection.createStatement().executeQuery(NUMBERS));
      }
      for (int row = 1; row <= 1000; row++) {
        for (ResultSet rows : open) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getInt(1)).isEqualTo(row);
        }
      }
    }
  }
}
