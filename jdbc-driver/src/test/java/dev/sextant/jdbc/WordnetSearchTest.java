package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real embeddings through JDBC: each query's nearest ten are those of a float64 computation. */
class WordnetSearchTest {
  private static final int DIMS = 384;
  private static final int ROWS = 10_000;
  private static final int QUERIES = 200;
  private static final int REFERENCE_K = 100;
  private static final int K = 10;

  private final Path data =
      Path.of(System.getProperty("sextant.root"), "..", "shared", "data", "vectors");

  @TempDir Path folder;

  @Test
  void findsTheReferenceNeighboursOnBothKernels() throws IOException, SQLException {
    boolean present = Files.isDirectory(data);
    if (!present) {
      System.out.println("WordnetSearchTest skipped: no " + data.normalize());
    }
    assumeTrue(present, () -> "no " + data.normalize());
    load(read("wordnet10k-base.f32", ROWS));
    float[][] queries = read("wordnet10k-query.f32", QUERIES);
    List<List<Integer>> cosine = neighbours("wordnet10k-top100-cos.i32");
    List<List<Integer>> euclidean = neighbours("wordnet10k-top100-l2.i32");
    for (String kernel : List.of("scalar", "simd")) {
      try (Connection connection = open(kernel)) {
        assertThat(strings(connection, "SELECT name FROM sextant.kernels WHERE status = 'chosen'"))
            .containsExactly(kernel);
        assertFinds(connection, "<=>", queries, cosine);
        assertFinds(connection, "<->", queries, euclidean);
      }
    }
  }

  private Connection open(String kernel) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sextant:" + folder.resolve("wordnet.db") + "?kernel=" + kernel);
  }

  private void load(float[][] vectors) throws SQLException {
    try (Connection connection = open("auto");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE gloss(id INTEGER PRIMARY KEY, embedding VECTOR(384))");
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO gloss VALUES (?, ?)")) {
        for (int row = 0; row < vectors.length; row++) {
          insert.setInt(1, row);
          insert.setObject(2, vectors[row]);
          insert.executeUpdate();
        }
      }
      connection.commit();
    }
  }

  private static void assertFinds(
      Connection connection, String operator, float[][] queries, List<List<Integer>> expected)
      throws SQLException {
    String order = " ORDER BY embedding " + operator + " ";
    assertThat(
            strings(
                connection,
                "EXPLAIN SELECT id FROM gloss" + order + "(SELECT embedding FROM gloss) LIMIT 10"))
        .anyMatch(line -> line.contains("KnnScan gloss.embedding"));
    try (PreparedStatement search =
        connection.prepareStatement("SELECT id FROM gloss" + order + "? LIMIT " + K)) {
      for (int query = 0; query < queries.length; query++) {
        search.setObject(1, queries[query]);
        List<Integer> found = new ArrayList<>();
        try (ResultSet rows = search.executeQuery()) {
          while (rows.next()) {
            found.add(rows.getInt(1));
          }
        }
        assertThat(found).as("query %d by %s", query, operator).isEqualTo(expected.get(query));
        assertThat((Throwable) search.getWarnings()).isNull();
      }
    }
  }

  private static List<String> strings(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> strings = new ArrayList<>();
      while (rows.next()) {
        strings.add(rows.getString(1));
      }
      return strings;
    }
  }

  private float[][] read(String file, int rows) throws IOException {
    ByteBuffer bytes = bytes(file);
    float[][] vectors = new float[rows][DIMS];
    for (float[] vector : vectors) {
      for (int i = 0; i < DIMS; i++) {
        vector[i] = bytes.getFloat();
      }
    }
    return vectors;
  }

  private List<List<Integer>> neighbours(String file) throws IOException {
    ByteBuffer bytes = bytes(file);
    List<List<Integer>> nearest = new ArrayList<>();
    for (int query = 0; query < QUERIES; query++) {
      List<Integer> rows = new ArrayList<>();
      for (int rank = 0; rank < K; rank++) {
        rows.add(bytes.getInt(4 * (query * REFERENCE_K + rank)));
      }
      nearest.add(rows);
    }
    return nearest;
  }

  private ByteBuffer bytes(String file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(data.resolve(file))).order(ByteOrder.LITTLE_ENDIAN);
  }
}
