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
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An approximate index on a file: its recall, its life on disk, its damage, its rebuilding. */
final class VectorIndexTest {
  private static final int ROWS = 4_000;
  private static final int DIMENSIONS = 32;
  private static final String SEARCH = "SELECT id FROM v ORDER BY emb <=> ? LIMIT 10";

  @TempDir Path folder;
  private final Random random = new Random(7);
  private float[][] centers = new float[0][];
  private Path file = Path.of("");

  @BeforeEach
  void fill() throws SQLException {
    file = folder.resolve("v.db");
    centers = new float[40][];
    for (int i = 0; i < centers.length; i++) {
      centers[i] = gaussian(new float[DIMENSIONS], 1);
    }
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE v(id INTEGER PRIMARY KEY, grp INTEGER, emb VECTOR(32))");
      insert(connection, 1, ROWS);
      statement.execute("CREATE INDEX ann ON v USING hnsw (emb vector_cosine_ops)");
    }
  }

  private float[] gaussian(float[] around, double spread) {
    float[] vector = around.clone();
    for (int i = 0; i < vector.length; i++) {
      vector[i] += (float) (spread * random.nextGaussian());
    }
    return vector;
  }

  private float[] vector() {
    return gaussian(centers[random.nextInt(centers.length)], 0.6);
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sextant:" + file);
  }

  private void insert(Connection connection, int from, int count) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO v(id, grp, emb) VALUES (?, ?, ?)")) {
      for (int id = from; id < from + count; id++) {
        insert.setInt(1, id);
        insert.setInt(2, id % 50);
        insert.setObject(3, vector());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private static List<Long> search(Connection connection, String sql, float[] query)
      throws SQLException {
    try (PreparedStatement search = connection.prepareStatement(sql)) {
      search.setObject(1, query);
      List<Long> ids = new ArrayList<>();
      try (ResultSet result = search.executeQuery()) {
        while (result.next()) {
          ids.add(result.getLong(1));
        }
      }
      return ids;
    }
  }

  /** The exact answer: + 0 keeps the distance from being recognised as a search. */
  private static List<Long> exact(Connection connection, float[] query) throws SQLException {
    return search(connection, "SELECT id FROM v ORDER BY (emb <=> ?) + 0, id LIMIT 10", query);
  }

  private static String warning(Connection connection, float[] query) throws SQLException {
    try (PreparedStatement search = connection.prepareStatement(SEARCH)) {
      search.setObject(1, query);
      search.executeQuery().close();
      SQLWarning warning = search.getWarnings();
      return warning == null ? "" : String.valueOf(warning.getMessage());
    }
  }

  private double recall(Connection connection) throws SQLException {
    int found = 0;
    for (int i = 0; i < 50; i++) {
      float[] query = vector();
      List<Long> expected = exact(connection, query);
      found += (int) search(connection, SEARCH, query).stream().filter(expected::contains).count();
    }
    return found / 500.0;
  }

  private Path segment() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> f.toString().endsWith(".seg")).findFirst().orElseThrow();
    }
  }

  @Test
  void findsTheNearestAndSurvivesReopening() throws Exception {
    try (Connection connection = open()) {
      assertThat(recall(connection)).isGreaterThan(0.98);
      assertThat(warning(connection, vector())).isEmpty();
    }
  }

  @Test
  void filtersGiveAsManyRowsAsMatch() throws Exception {
    try (Connection connection = open()) {
      String filtered = "SELECT id FROM v WHERE grp = 7 ORDER BY emb <=> ? LIMIT 10";
      assertThat(search(connection, filtered, vector())).hasSize(10);
      String few = "SELECT id FROM v WHERE id < 4 ORDER BY emb <=> ? LIMIT 10";
      assertThat(search(connection, few, vector())).containsExactlyInAnyOrder(1L, 2L, 3L);
    }
  }

  @Test
  void damagedFilesAreSaidAndReplaced() throws Exception {
    float[] query = vector();
    byte[] whole = Files.readAllBytes(segment());
    for (int damage = 0; damage < 12; damage++) {
      byte[] bytes = whole.clone();
      Path damaged = segment();
      if (damage % 3 == 0) {
        Files.write(damaged, java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)));
      } else if (damage % 3 == 1) {
        bytes[random.nextInt(4096)] ^= (byte) (1 << random.nextInt(8));
        Files.write(damaged, bytes);
      } else {
        Files.delete(damaged);
      }
      try (Connection connection = open();
          Statement statement = connection.createStatement()) {
        assertThat(search(connection, SEARCH, query)).isEqualTo(exact(connection, query));
        statement.execute("REINDEX ann");
        assertThat(warning(connection, query)).isEmpty();
        assertThat(recall(connection)).isGreaterThan(0.98);
      }
      whole = Files.readAllBytes(segment());
    }
  }

  @Test
  void anOlderCopyOfTheFileUnderNewerSegmentsIsRight() throws Exception {
    Path copy = folder.resolve("old.db");
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      statement.execute("VACUUM INTO '" + copy + "'");
      statement.execute("UPDATE v SET emb = l2_normalize(emb) WHERE id % 2 = 0");
      insert(connection, 10_000, 200);
      statement.execute("DELETE FROM v WHERE id < 500");
      statement.execute("REINDEX ann");
    }
    Files.deleteIfExists(folder.resolve("v.db-wal"));
    Files.deleteIfExists(folder.resolve("v.db-shm"));
    Files.move(copy, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (Connection connection = open()) {
      assertThat(warning(connection, vector())).contains("not used until it is built again");
      for (int i = 0; i < 20; i++) {
        float[] query = vector();
        assertThat(search(connection, SEARCH, query)).hasSameElementsAs(exact(connection, query));
      }
    }
  }

  @Test
  void foreignWritersAreSeenOnTheNextQuery() throws Exception {
    float[] query = vector();
    try (Connection connection = open();
        Connection foreign =
            new org.sqlite.JDBC().connect("jdbc:sqlite:" + file, new Properties());
        Statement change = foreign.createStatement()) {
      long nearest = search(connection, SEARCH, query).getFirst();
      change.execute("DELETE FROM v WHERE id = " + nearest);
      assertThat(search(connection, SEARCH, query)).doesNotContain(nearest);
      change.execute("UPDATE v SET emb = (SELECT emb FROM v WHERE id = 11) WHERE id = 12");
      change.execute("REPLACE INTO v(id, grp, emb) SELECT 13, 1, emb FROM v WHERE id = 11");
      change.execute("INSERT INTO v(id, grp, emb) SELECT 99999, 1, emb FROM v WHERE id = 11");
      for (int i = 0; i < 20; i++) {
        float[] other = vector();
        assertThat(search(connection, SEARCH, other)).hasSameElementsAs(exact(connection, other));
      }
    }
  }

  @Test
  void rowsThatAForeignReplaceTakesAwayAreMissedOnce() throws Exception {
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        Connection foreign =
            new org.sqlite.JDBC().connect("jdbc:sqlite:" + file, new Properties());
        Statement change = foreign.createStatement()) {
      statement.execute("CREATE TABLE w(id INTEGER PRIMARY KEY, u INTEGER UNIQUE, emb VECTOR(32))");
      statement.execute("INSERT INTO w SELECT id, id, emb FROM v");
      statement.execute("CREATE INDEX w_ann ON w USING hnsw (emb vector_cosine_ops)");
      statement.execute("SET hnsw.ef_search = 1000"); // So wide that the answer is exact.
      String all = "SELECT id FROM w ORDER BY emb <=> ? LIMIT 10";
      String exact = "SELECT id FROM w ORDER BY (emb <=> ?) + 0, id LIMIT 10";
      float[] query = vector();
      for (long taken : search(connection, all, query).subList(0, 3)) {
        change.execute("REPLACE INTO w SELECT id + 90000, u, emb FROM w WHERE id = " + taken);
        for (int again = 0; again < 2; again++) {
          try (PreparedStatement search = connection.prepareStatement(all)) {
            search.setObject(1, query);
            search.executeQuery().close();
            assertThat((Object) search.getWarnings()).isNull();
          }
          assertThat(search(connection, all, query))
              .doesNotContain(taken)
              .hasSameElementsAs(search(connection, exact, query));
        }
      }
    }
  }
}
