package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A search for each of many rows gives what as many single searches give. */
final class KnnJoinTest {
  private static final int ROWS = 2_000;
  private static final int QUERIES = 300;

  private final Random random = new Random(Long.getLong("seed", 3));
  private final Connection connection;

  KnnJoinTest() throws SQLException {
    connection = DriverManager.getConnection("jdbc:sextant::memory:");
  }

  @BeforeEach
  void fill() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE d(id INTEGER PRIMARY KEY, cat INTEGER, emb VECTOR(24))");
      statement.execute("CREATE TABLE q(id INTEGER PRIMARY KEY, emb VECTOR(24))");
    }
    connection.setAutoCommit(false);
    insert("INSERT INTO d(emb, cat) VALUES (?, abs(random()) % 9)", ROWS);
    insert("INSERT INTO q(emb) VALUES (?)", QUERIES);
    connection.commit();
    connection.setAutoCommit(true);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private void insert(String sql, int count) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (int i = 0; i < count; i++) {
        float[] vector = new float[24];
        for (int d = 0; d < vector.length; d++) {
          vector[d] = (float) random.nextGaussian();
        }
        insert.setObject(1, i % 40 == 7 ? null : vector);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Rows of query, id and distance. */
  private Set<String> rows(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      Set<String> rows = new TreeSet<>();
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          rows.add(result.getLong(1) + " " + result.getLong(2) + " " + result.getDouble(3));
        }
      }
      return rows;
    }
  }

  private void compare(String target, String rest) throws SQLException {
    Set<String> single = new TreeSet<>();
    for (int id = 1; id <= QUERIES; id++) {
      String vector = "(SELECT emb FROM q WHERE id = " + id + ")";
      single.addAll(
          rows("SELECT " + id + ", rowid, distance FROM knn('" + target + "', " + vector + rest));
    }
    String joined = "SELECT q.id, s.rowid, s.distance FROM q JOIN knn('" + target + "', q.emb";
    assertThat(rows(joined + rest + " s")).isEqualTo(single);
  }

  @Test
  void withoutAnIndex() throws SQLException {
    for (String metric : new String[] {"l2", "cosine", "ip", "l1"}) {
      compare("d.emb", ", 5, metric => '" + metric + "')");
    }
    compare("d.emb", ", 5, filter => 'cat = 3')");
  }

  @Test
  void withAnIndex() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE INDEX ann ON d USING hnsw (emb vector_l2_ops)");
    }
    compare("ann", ", 5)");
    compare("ann", ", 5, ef_search => 20)");
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("UPDATE d SET emb = (SELECT emb FROM q WHERE q.id = d.id) WHERE id < 20");
      statement.execute("DELETE FROM d WHERE id > 1900");
    }
    compare("ann", ", 5)");
    connection.rollback();
  }

  @Test
  void takesParametersAndEndsAtItsTimeOut() throws Exception {
    String sql =
        "SELECT q.id, s.rowid, s.distance FROM q JOIN knn('d.emb', q.emb, ?) s" + " WHERE q.id < ?";
    assertThat(rows(sql, 3, 5)).hasSize(12);
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(
              () ->
                  statement.executeQuery(
                      "SELECT count(*) FROM d a, d b JOIN knn('d.emb', l2_normalize(a.emb), 50) s"))
          .isInstanceOf(SQLException.class);
    }
  }
}
