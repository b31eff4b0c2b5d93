package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a vector store of files beside a database gets wrong, done right: numbered as the acceptance
 * checks that were drawn from one. Checks 4 and 7, kill -9 and damaged files, are {@link CrashTest}
 * and {@link IndexUpkeepTest}.
 */
final class AcceptanceTest {
  @TempDir Path folder;

  private Connection open() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sextant:" + folder.resolve("a.db") + "?busy_timeout=20000");
  }

  private static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static List<Long> ids(Connection connection, String sql) throws SQLException {
    List<Long> ids = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        ids.add(result.getLong(1));
      }
    }
    return ids;
  }

  @Test
  void check1TheIdenticalVectorIsNearestByCosineAndLastByInnerProduct() throws SQLException {
    try (Connection connection = open()) {
      execute(
          connection,
          "CREATE TABLE c(id INTEGER PRIMARY KEY, emb VECTOR(2))",
          "INSERT INTO c VALUES (1, '[0.1,0.2]'), (2, '[0.3,0.4]'), (3, '[0.15,0.25]')",
          "CREATE INDEX c_cos ON c USING hnsw (emb vector_cosine_ops)",
          "CREATE INDEX c_ip ON c USING hnsw (emb vector_ip_ops)");
      assertThat(ids(connection, "SELECT id FROM c ORDER BY emb <=> '[0.1,0.2]' LIMIT 3"))
          .startsWith(1L);
      assertThat(ids(connection, "SELECT id FROM c ORDER BY emb <#> '[0.1,0.2]' LIMIT 3"))
          .containsExactly(2L, 3L, 1L);
    }
  }

  @Test
  void check2CollectionsOfAnyNameAreApart() throws SQLException {
    List<String> names =
        List.of(
            UUID.fromString("0a5b1c2d-1111-4222-8333-444455556666").toString(),
            "acme.eu 1",
            "t AS SELECT * FROM x /*",
            "quo\"te",
            "ünï");
    try (Connection connection = open()) {
      for (int i = 0; i < names.size(); i++) {
        String name = '"' + names.get(i).replace("\"", "\"\"") + '"';
        String index = '"' + names.get(i).replace("\"", "\"\"") + "_ann\"";
        execute(
            connection,
            "CREATE TABLE " + name + "(id INTEGER PRIMARY KEY, emb VECTOR(2))",
            "INSERT INTO " + name + " VALUES (" + i + ", '[1,2]')",
            "CREATE INDEX " + index + " ON " + name + " USING hnsw (emb vector_l2_ops)");
      }
      for (int i = 0; i < names.size(); i++) {
        String name = '"' + names.get(i).replace("\"", "\"\"") + '"';
        assertThat(ids(connection, "SELECT id FROM " + name + " ORDER BY emb <-> '[0,0]' LIMIT 9"))
            .as(name)
            .containsExactly((long) i);
      }
      assertThatThrownBy(
              () -> execute(connection, "CREATE TABLE \"ACME.EU 1\"(id INTEGER PRIMARY KEY)"))
          .hasMessageContaining("already exists");
    }
  }

  @Test
  void check3WrongDimensionsWriteNothing() throws SQLException {
    try (Connection connection = open()) {
      execute(
          connection,
          "CREATE TABLE c(id INTEGER PRIMARY KEY, emb VECTOR(3))",
          "CREATE INDEX c_ann ON c USING hnsw (emb vector_l2_ops)");
      for (String vector : List.of("'[1,2]'", "'[1,2,3,4]'", "x'00'", "'[]'", "'[NaN,1,2]'")) {
        assertThatThrownBy(() -> execute(connection, "INSERT INTO c VALUES (1, " + vector + ")"))
            .isInstanceOf(SQLException.class);
      }
      assertThat(ids(connection, "SELECT count(*) FROM c")).containsExactly(0L);
      assertThat(ids(connection, "SELECT id FROM c ORDER BY emb <-> '[0,0,0]' LIMIT 1")).isEmpty();
    }
  }

  @Test
  void check5FourWritersLoseNoVector() throws Exception {
    try (Connection connection = open();
        ExecutorService writers = Executors.newFixedThreadPool(4)) {
      execute(
          connection,
          "CREATE TABLE c(id INTEGER PRIMARY KEY, emb VECTOR(8))",
          "CREATE INDEX c_ann ON c USING hnsw (emb vector_l2_ops)");
      List<Future<Integer>> all = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        all.add(writers.submit(insertsHundred(writer)));
      }
      for (Future<Integer> one : all) {
        assertThat(one.get()).isEqualTo(100);
      }
      assertThat(ids(connection, "SELECT count(*) FROM c")).containsExactly(400L);
      assertThat(ids(connection, "SELECT id FROM c ORDER BY emb <-> '[0,0,0,0,0,0,0,0]' LIMIT 999"))
          .hasSize(400)
          .doesNotHaveDuplicates();
    }
  }

  private Callable<Integer> insertsHundred(int writer) {
    return () -> {
      Random random = new Random(writer);
      int inserted = 0;
      try (Connection connection = open();
          PreparedStatement insert = connection.prepareStatement("INSERT INTO c(emb) VALUES (?)")) {
        for (int i = 0; i < 100; i++) {
          float[] vector = new float[8];
          for (int d = 0; d < 8; d++) {
            vector[d] = random.nextFloat();
          }
          insert.setObject(1, vector);
          inserted += insert.executeUpdate();
        }
      }
      return inserted;
    };
  }

  @Test
  void check6ReadersNeverFailWhileOthersWrite() throws Exception {
    try (Connection connection = open();
        ExecutorService writers = Executors.newFixedThreadPool(2)) {
      execute(
          connection,
          "CREATE TABLE c(id INTEGER PRIMARY KEY, emb VECTOR(8))",
          "INSERT INTO c VALUES (100000, '[1,1,1,1,1,1,1,1]')",
          "CREATE INDEX c_ann ON c USING hnsw (emb vector_l2_ops)");
      List<Future<Integer>> all =
          List.of(writers.submit(insertsHundred(1)), writers.submit(insertsHundred(2)));
      long last = 0;
      do {
        List<Long> found =
            ids(connection, "SELECT id FROM c ORDER BY emb <-> '[1,1,1,1,1,1,1,1]' LIMIT 500");
        assertThat(found.getFirst()).isEqualTo(100_000L);
        assertThat((long) found.size()).isGreaterThanOrEqualTo(last);
        last = found.size();
      } while (!all.stream().allMatch(Future::isDone));
      for (Future<Integer> one : all) {
        assertThat(one.get()).isEqualTo(100);
      }
    }
  }

  @Test
  void check8DropAndRecreateShowsNothingOld() throws SQLException {
    try (Connection connection = open()) {
      for (int round = 0; round < 3; round++) {
        execute(
            connection,
            "CREATE TABLE c(id INTEGER PRIMARY KEY, emb VECTOR(2))",
            "INSERT INTO c VALUES (1, '[" + round + ",0]'), (2, '[" + round + ",1]')",
            "CREATE INDEX c_ann ON c USING hnsw (emb vector_l2_ops)");
        assertThat(ids(connection, "SELECT id FROM c ORDER BY emb <-> '[0,0]' LIMIT 5"))
            .containsExactly(1L, 2L);
        try (Statement statement = connection.createStatement();
            ResultSet nearest =
                statement.executeQuery(
                    "SELECT emb <-> '[0,0]' AS d FROM c ORDER BY emb <-> '[0,0]' LIMIT 1")) {
          assertThat(nearest.next()).isTrue();
          assertThat(nearest.getDouble(1)).isEqualTo(round);
        }
        execute(
            connection, "DROP TABLE c", "CREATE TABLE c(id INTEGER PRIMARY KEY, emb VECTOR(2))");
        assertThat(ids(connection, "SELECT id FROM c ORDER BY emb <-> '[0,0]' LIMIT 5")).isEmpty();
        execute(connection, "DROP TABLE c");
      }
    }
  }

  @Test
  void check9TheWorkOfASearchDoesNotGrowWithTheTable() throws SQLException {
    try (Connection connection = open()) {
      long small = distances(connection, "small", 1_000);
      long large = distances(connection, "large", 100_000);
      assertThat(large).isLessThan(small * 20).isLessThan(100_000 / 10);
    }
  }

  /** How many distances a search of an index over so many rows computes. */
  private static long distances(Connection connection, String table, int rows) throws SQLException {
    execute(
        connection,
        "CREATE TABLE " + table + "(id INTEGER PRIMARY KEY, emb VECTOR(4))",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + rows
            + ") INSERT INTO "
            + table
            + " SELECT i, '[' || (i * 7919 % 1009) || ',' || (i * 104729 % 1013) || ','"
            + " || (i * 1299709 % 1019) || ',' || (i * 15485863 % 1021) || ']' FROM n",
        "CREATE INDEX "
            + table
            + "_ann ON "
            + table
            + " USING hnsw (emb vector_l2_ops) WITH (m=8, ef_construction=40)");
    StringBuilder analysis = new StringBuilder();
    try (Statement statement = connection.createStatement();
        ResultSet lines =
            statement.executeQuery(
                "EXPLAIN ANALYZE SELECT id FROM "
                    + table
                    + " ORDER BY emb <-> '[500,500,500,500]' LIMIT 10")) {
      while (lines.next()) {
        analysis.append(lines.getString(1)).append('\n');
      }
    }
    Matcher matcher = Pattern.compile("([0-9,]+) distances").matcher(analysis);
    assertThat(matcher.find()).as(analysis.toString()).isTrue();
    return Long.parseLong(matcher.group(1).replace(",", ""));
  }
}
