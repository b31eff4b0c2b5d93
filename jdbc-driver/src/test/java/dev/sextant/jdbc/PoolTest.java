package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
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

/** HikariCP over the driver, with the settings people give it. */
@Timeout(60)
class PoolTest {
  @TempDir Path folder;

  @Test
  void aPoolConnectsResetsAndShares() throws Exception {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:sextant:" + folder.resolve("pool.db"));
    config.setUsername("sa");
    config.setPassword("");
    config.setMaximumPoolSize(4);
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    try (HikariDataSource pool = new HikariDataSource(config);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)");
      }
      List<Future<?>> work = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        int n = thread;
        work.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 20; i++) {
                    insert(pool, n);
                  }
                  return null;
                }));
      }
      for (Future<?> future : work) {
        future.get();
      }
      try (Connection connection = pool.getConnection()) {
        assertThat(connection.getAutoCommit()).isTrue();
        connection.setReadOnly(true);
        try (Statement statement = connection.createStatement();
            ResultSet row = statement.executeQuery("SELECT count(*), count(DISTINCT n) FROM t")) {
          assertThat(row.next()).isTrue();
          assertThat(row.getInt(1)).isEqualTo(160);
          assertThat(row.getInt(2)).isEqualTo(8);
        }
      }
      insert(pool, 9);
    }
  }

  private static void insert(HikariDataSource pool, int n) throws Exception {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t (n) VALUES (?)")) {
        insert.setInt(1, n);
        insert.executeUpdate();
      }
      connection.commit();
    }
  }
}
