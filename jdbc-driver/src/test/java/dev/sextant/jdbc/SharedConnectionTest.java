package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Threads over one connection, and connections over one database. */
@Timeout(120)
class SharedConnectionTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 200;

  @TempDir Path folder;

  @Test
  void threadsShareAConnectionEachWithItsOwnStatement() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant:");
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      connection.createStatement().execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)");
      List<Future<?>> work = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int n = thread;
        work.add(threads.submit(() -> insertAndRead(connection, n)));
      }
      for (Future<?> future : work) {
        future.get();
      }
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT count(*), count(DISTINCT n) FROM t")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getInt(1)).isEqualTo(THREADS * ROUNDS);
        assertThat(row.getInt(2)).isEqualTo(THREADS);
      }
    }
  }

  private static Void insertAndRead(Connection connection, int n) throws Exception {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t (n) VALUES (?)");
        PreparedStatement count =
            connection.prepareStatement("SELECT count(*) FROM t WHERE n = ?")) {
      for (int i = 1; i <= ROUNDS; i++) {
        insert.setInt(1, n);
        assertThat(insert.executeUpdate()).isEqualTo(1);
        count.setInt(1, n);
        try (ResultSet row = count.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getInt(1)).isEqualTo(i);
        }
      }
    }
    return null;
  }

  @Test
  void connectionsOpenAndCloseWhileOthersWork() throws Exception {
    String url = "jdbc:sextant:" + folder.resolve("shared.db");
    try (Connection first = DriverManager.getConnection(url)) {
      first.createStatement().execute("CREATE TABLE t (n INTEGER)");
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> work = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int n = thread;
        work.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 25; i++) {
                    try (Connection connection = DriverManager.getConnection(url);
                        PreparedStatement insert =
                            connection.prepareStatement("INSERT INTO t VALUES (?)")) {
                      insert.setInt(1, n);
                      insert.executeUpdate();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> future : work) {
        future.get();
      }
    }
    try (Connection last = DriverManager.getConnection(url);
        ResultSet row = last.createStatement().executeQuery("SELECT count(*) FROM t")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getInt(1)).isEqualTo(THREADS * 25);
    }
  }
}
