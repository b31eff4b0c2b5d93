package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A transaction that commits tells the index what it has changed. */
@Timeout(120)
final class HandoverTest {
  private static final int ROWS = 2_000;
  private static final int DIMENSIONS = 64;
  private static final String SEARCH = "SELECT id FROM v ORDER BY emb <-> ? LIMIT 20";
  private static final String EXACT =
      "SELECT id FROM v WHERE emb IS NOT NULL ORDER BY (emb <-> ?) + 0, id LIMIT 20";
  private static final String CHANGED = "SELECT changed_rows FROM sextant.indexes";

  @TempDir Path folder;
  private final Random random = new Random(12);
  private Connection one;
  private Connection other;

  @BeforeEach
  void fill() throws SQLException {
    one = open();
    other = open();
    execute(one, "CREATE TABLE v(id INTEGER PRIMARY KEY, emb VECTOR(64))");
    one.setAutoCommit(false);
    insert(1, ROWS, vector());
    one.commit();
    one.setAutoCommit(true);
    execute(one, "CREATE INDEX ann ON v USING hnsw (emb vector_l2_ops)");
    ids(other, SEARCH, vector());
    one.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    one.rollback();
    one.close();
    other.close();
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sextant:" + folder.resolve("v.db"));
  }

  private float[] vector() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** Rows around a vector. */
  private void insert(int from, int count, float[] around) throws SQLException {
    try (PreparedStatement insert = one.prepareStatement("INSERT INTO v VALUES (?, ?)")) {
      for (int id = from; id < from + count; id++) {
        float[] vector = vector();
        for (int i = 0; i < vector.length; i++) {
          vector[i] += around[i];
        }
        insert.setInt(1, id);
        insert.setObject(2, vector);
        insert.executeUpdate();
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static List<Long> ids(Connection connection, String sql, float[] query)
      throws SQLException {
    List<Long> ids = new ArrayList<>();
    try (PreparedStatement search = connection.prepareStatement(sql)) {
      search.setObject(1, query);
      try (ResultSet result = search.executeQuery()) {
        while (result.next()) {
          ids.add(result.getLong(1));
        }
      }
    }
    return ids;
  }

  private void isRight() throws SQLException {
    for (int i = 0; i < 5; i++) {
      float[] query = vector();
      for (Connection connection : List.of(one, other)) {
        execute(connection, "SET hnsw.ef_search = 3000");
        assertThat(ids(connection, SEARCH, query)).isEqualTo(ids(connection, EXACT, query));
      }
    }
  }

  @Test
  void whatIsCommittedIsKnownBeforeAnybodySearches() throws SQLException {
    insert(10_000, 50, vector());
    assertThat(number(other, CHANGED)).isZero();
    one.commit();
    assertThat(number(other, CHANGED)).isEqualTo(50);
    execute(one, "DELETE FROM v WHERE id IN (3, 10001)");
    execute(one, "UPDATE v SET emb = (SELECT emb FROM v WHERE id = 9) WHERE id IN (4, 10002)");
    execute(one, "UPDATE v SET emb = NULL WHERE id = 5");
    execute(one, "UPDATE v SET id = 20000 WHERE id = 6");
    one.commit();
    assertThat(number(other, CHANGED)).isEqualTo(55);
    isRight();
  }

  @Test
  void aStatementCommitsAsTheCallDoes() throws SQLException {
    one.setAutoCommit(true);
    execute(one, "BEGIN");
    insert(10_000, 20, vector());
    execute(one, "COMMIT");
    assertThat(number(other, CHANGED)).isEqualTo(20);
    isRight();
    one.setAutoCommit(false);
  }

  @Test
  void whatIsRolledBackIsNeverTold() throws SQLException {
    insert(10_000, 30, vector());
    one.rollback();
    assertThat(number(other, CHANGED)).isZero();
    insert(11_000, 10, vector());
    Savepoint savepoint = one.setSavepoint("s");
    insert(12_000, 10, vector());
    execute(one, "DELETE FROM v WHERE id < 5");
    one.rollback(savepoint);
    one.commit();
    assertThat(number(other, CHANGED)).isEqualTo(10);
    isRight();
  }

  /** The other connection's change stands between two commits, and none of the three is lost. */
  @Test
  void commitsOfOthersComeBetween() throws SQLException {
    for (int round = 0; round < 10; round++) {
      insert(10_000 + 100 * round, 10, vector());
      one.commit();
      execute(other, "DELETE FROM v WHERE id = " + (round + 1));
      if (round % 3 == 0) {
        isRight();
        one.commit();
      }
      insert(20_000 + 100 * round, 10, vector());
      one.commit();
    }
    isRight();
  }

  /** A renamed table, and another of its old name, are what they are. */
  @Test
  void aChangeOfTheSchemaInTheTransactionIsSeen() throws SQLException {
    insert(10_000, 5, vector());
    execute(one, "ALTER TABLE v RENAME TO w");
    one.commit();
    execute(one, "CREATE TABLE v(id INTEGER PRIMARY KEY, emb VECTOR(64))");
    one.commit();
    insert(1, 30, vector());
    one.commit();
    isRight();
    one.commit();
    execute(one, "DELETE FROM w WHERE id < 100");
    one.commit();
    float[] query = vector();
    assertThat(ids(other, SEARCH.replace("FROM v", "FROM w"), query))
        .isEqualTo(ids(other, EXACT.replace("FROM v", "FROM w"), query));
  }

  /** Each transaction adds three rows nearer than all others: who searches sees all or none. */
  @Test
  void searchesAtTheSameTimeSeeWholeTransactions() throws Exception {
    float[] far = new float[DIMENSIONS];
    java.util.Arrays.fill(far, 100);
    Callable<Integer> writer =
        () -> {
          for (int round = 0; round < 150; round++) {
            insert(10_000 + 3 * round, 3, far);
            one.commit();
          }
          return 0;
        };
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        PreparedStatement search =
            other.prepareStatement("SELECT id FROM v ORDER BY emb <-> ? LIMIT 500")) {
      execute(other, "SET hnsw.ef_search = 1000");
      Future<Integer> writing = thread.submit(writer);
      int seen = 0;
      while (seen < 450) {
        boolean last = writing.isDone();
        search.setObject(1, far);
        int near = 0;
        try (ResultSet result = search.executeQuery()) {
          while (result.next()) {
            near += result.getLong(1) >= 10_000 ? 1 : 0;
          }
        }
        assertThat(near % 3).isZero();
        assertThat(near).isGreaterThanOrEqualTo(last ? 450 : seen);
        seen = near;
      }
      assertThat(writing.get()).isZero();
    }
  }

  /** SQLite copies the log at a thousand pages; so it does where the copying is put off. */
  @Test
  void theLogDoesNotGrowForEver() throws SQLException, IOException {
    Path log = folder.resolve("v.db-wal");
    float[] around = vector();
    long written = 0;
    for (int round = 0; round < 80; round++) {
      insert(10_000 + 300 * round, 300, around);
      one.commit();
      written += 300L * DIMENSIONS * Float.BYTES;
    }
    assertThat(written).isGreaterThan(5_000_000);
    assertThat(Files.size(log)).isLessThan(1_300 * 4_120L);
    assertThat(number(one, "PRAGMA wal_autocheckpoint")).isEqualTo(1_000);
  }
}
