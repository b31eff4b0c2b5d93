package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Filtered searches by prepared statements whose parameters change, between changes by the same
 * connection, its rollbacks, and a foreign writer: always min(k, matching) rows, all of which
 * match, and the nearest of them.
 */
final class FilteredSearchTest {
  private static final int ROWS = 3_000;
  private static final int DIMENSIONS = 16;
  private static final int K = 10;
  private static final List<String> FILTERS =
      List.of(
          "grp < ?",
          "plain < ?",
          "grp < ? AND plain < 90",
          "grp < ? AND id IN (SELECT id FROM owners WHERE owner < 3)",
          "grp < ? OR id = 17",
          "plain * 1 < ?");

  @TempDir Path folder;
  private final Random random = new Random(Long.getLong("seed", 11));
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  private Connection ours = unopened();
  private Connection foreign = unopened();

  private static Connection unopened() {
    try {
      return DriverManager.getConnection("jdbc:sextant::memory:");
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @BeforeEach
  void fill() throws SQLException {
    ours.close();
    foreign.close();
    ours = DriverManager.getConnection("jdbc:sextant:" + folder.resolve("f.db"));
    try (Statement statement = ours.createStatement()) {
      statement.execute(
          "CREATE TABLE f(id INTEGER PRIMARY KEY, grp INTEGER, plain INTEGER, emb VECTOR(16))");
      statement.execute("CREATE INDEX f_grp ON f(grp)");
      statement.execute("CREATE TABLE owners(id INTEGER PRIMARY KEY, owner INTEGER)");
      ours.setAutoCommit(false);
      try (PreparedStatement insert = ours.prepareStatement("INSERT INTO f VALUES (?, ?, ?, ?)")) {
        for (int id = 1; id <= ROWS; id++) {
          insert.setInt(1, id * 3);
          insert.setInt(2, random.nextInt(1_000));
          insert.setInt(3, random.nextInt(100));
          insert.setObject(4, id % 50 == 0 ? null : vector());
          insert.addBatch();
        }
        insert.executeBatch();
      }
      statement.execute("INSERT INTO owners SELECT id, id % 5 FROM f");
      ours.commit();
      ours.setAutoCommit(true);
    }
    foreign =
        new org.sqlite.JDBC().connect("jdbc:sqlite:" + folder.resolve("f.db"), new Properties());
  }

  @AfterEach
  void close() throws SQLException {
    foreign.close();
    ours.close();
  }

  private float[] vector() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private PreparedStatement statement(String sql) throws SQLException {
    PreparedStatement known = prepared.get(sql);
    if (known == null) {
      known = ours.prepareStatement(sql);
      prepared.put(sql, known);
    }
    return known;
  }

  private List<Long> ids(String sql, int bound, float[] query) throws SQLException {
    PreparedStatement statement = statement(sql);
    statement.setInt(1, bound);
    statement.setObject(2, query);
    List<Long> ids = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getLong(1));
      }
    }
    return ids;
  }

  /** A bound that lets anything between nothing and all through, the same one now and then. */
  private int bound(String filter) {
    int most = filter.startsWith("grp") ? 1_000 : 100;
    return switch (random.nextInt(6)) {
      case 0 -> most;
      case 1 -> most / 10;
      case 2 -> most / 50;
      case 3 -> 1;
      case 4 -> 0;
      default -> random.nextInt(most);
    };
  }

  /** The share of the exact answer that was found. */
  private double search() throws SQLException {
    String filter = FILTERS.get(random.nextInt(FILTERS.size()));
    int bound = bound(filter);
    float[] query = vector();
    String from = "SELECT id FROM f WHERE " + filter + " ORDER BY ";
    List<Long> found = ids(from + "emb <-> ? LIMIT " + K, bound, query);
    List<Long> exact =
        ids(from + "(emb <-> ?) + 0 NULLS LAST, id LIMIT " + (K + ROWS), bound, query).stream()
            .filter(this::hasVector)
            .limit(K)
            .toList();
    assertThat(found).as(filter + " with " + bound).hasSameSizeAs(exact).doesNotHaveDuplicates();
    List<Long> both = new ArrayList<>(found);
    both.retainAll(exact);
    return exact.isEmpty() ? 1 : (double) both.size() / exact.size();
  }

  private boolean hasVector(long id) {
    try (ResultSet row =
        ours.createStatement().executeQuery("SELECT emb IS NULL FROM f WHERE id = " + id)) {
      return row.next() && row.getInt(1) == 0;
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private void change(Connection connection) throws SQLException {
    int id = 3 * (1 + random.nextInt(ROWS));
    try (Statement statement = connection.createStatement()) {
      switch (random.nextInt(4)) {
        case 0 ->
            statement.execute("UPDATE f SET grp = " + random.nextInt(1_000) + " WHERE id = " + id);
        case 1 -> statement.execute("UPDATE f SET plain = plain / 2 WHERE id % 97 = " + id % 97);
        case 2 -> statement.execute("DELETE FROM f WHERE id = " + id);
        default ->
            statement.execute("UPDATE owners SET owner = 4 - owner WHERE id % 7 = " + id % 7);
      }
    }
  }

  private double recall(int steps) throws SQLException {
    double sum = 0;
    int searches = 0;
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(12)) {
        case 0 -> change(ours);
        case 1 -> change(foreign);
        case 2 -> {
          ours.setAutoCommit(false);
          sum += search();
          change(ours);
          sum += search();
          searches += 2;
          if (random.nextBoolean()) {
            ours.commit();
          } else {
            ours.rollback();
          }
          ours.setAutoCommit(true);
        }
        default -> {
          sum += search();
          searches++;
        }
      }
    }
    return sum / searches;
  }

  @Test
  void withoutAnIndexTheNearestThatMatchAreFound() throws SQLException {
    assertThat(recall(300)).isEqualTo(1);
  }

  @Test
  void withAnIndexAsManyComeBackAndNearlyAllAreTheNearest() throws SQLException {
    try (Statement statement = ours.createStatement()) {
      statement.execute("CREATE INDEX f_ann ON f USING hnsw (emb vector_l2_ops)");
    }
    assertThat(recall(300)).isGreaterThan(0.98);
  }
}
