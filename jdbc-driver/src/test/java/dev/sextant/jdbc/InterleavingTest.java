package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/**
 * Any interleaving of changes, transactions, savepoints and searches on two connections to a table
 * with an index: each search gives what its connection, in its snapshot, reads from the table.
 */
class InterleavingTest {
  private static final int FIRST_ROWS = 4_500;
  private static final int DIMENSIONS = 4;

  /** Refused for a writer in the way or a snapshot overwritten; the statement did nothing. */
  private static final Set<String> CONFLICTS = Set.of("55P03", "40001");

  private enum Kind {
    INSERT_MANY,
    INSERT_FEW,
    UPDATE,
    DELETE,
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVEPOINT,
    ROLLBACK_TO,
    SEARCH,
    SEARCH_SOME
  }

  /**
   * What one connection does next.
   *
   * @param second whether it is the second connection
   * @param seed of ids and vectors
   */
  record Action(boolean second, Kind kind, int seed) {}

  private record Neighbour(long id, double distance) {}

  @Provide
  Arbitrary<List<Action>> interleavings() {
    Arbitrary<Kind> kind =
        Arbitraries.frequencyOf(
            Tuple.of(10, Arbitraries.of(Kind.SEARCH, Kind.SEARCH_SOME)),
            Tuple.of(9, Arbitraries.of(Kind.INSERT_FEW, Kind.UPDATE, Kind.DELETE)),
            Tuple.of(1, Arbitraries.just(Kind.INSERT_MANY)),
            Tuple.of(
                6,
                Arbitraries.of(
                    Kind.BEGIN, Kind.COMMIT, Kind.ROLLBACK, Kind.SAVEPOINT, Kind.ROLLBACK_TO)));
    return Combinators.combine(Arbitraries.of(true, false), kind, Arbitraries.integers())
        .as(Action::new)
        .list()
        .ofMinSize(10)
        .ofMaxSize(60);
  }

  @Property(tries = 40, seed = "4031322418", shrinking = ShrinkingMode.BOUNDED)
  void aSearchSeesWhatItsConnectionSees(@ForAll("interleavings") List<Action> actions)
      throws SQLException, IOException {
    Path folder = Files.createTempDirectory("sextant-interleaving");
    String url = "jdbc:sextant:" + folder.resolve("t.db") + "?busy_timeout=0&synchronous=off";
    try (Connection first = DriverManager.getConnection(url);
        Connection second = DriverManager.getConnection(url)) {
      execute(first, "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, emb VECTOR(4))");
      insert(first, 1, FIRST_ROWS, new Random(1));
      execute(first, "CREATE INDEX ann ON t USING hnsw (emb vector_l2_ops) WITH (m=4)");
      // So wide that an index finds the exact answer.
      execute(first, "SET hnsw.ef_search = 1000");
      execute(second, "SET hnsw.ef_search = 1000");
      for (Action action : actions) {
        run(action.second() ? second : first, action);
      }
    } finally {
      delete(folder);
    }
  }

  private static void run(Connection connection, Action action) throws SQLException {
    Random random = new Random(action.seed());
    int id = random.nextInt(FIRST_ROWS + 3_000);
    switch (action.kind()) {
      case INSERT_MANY -> insert(connection, FIRST_ROWS + 1 + random.nextInt(2_000), 1_050, random);
      case INSERT_FEW -> insert(connection, id, 1 + random.nextInt(5), random);
      case UPDATE ->
          change(
              connection,
              "UPDATE t SET emb = l2_normalize(emb), n = n + 1 WHERE id BETWEEN "
                  + id
                  + " AND "
                  + (id + 20));
      case DELETE ->
          change(connection, "DELETE FROM t WHERE id BETWEEN " + id + " AND " + (id + 20));
      case BEGIN -> connection.setAutoCommit(false);
      case COMMIT -> {
        if (!connection.getAutoCommit()) {
          connection.commit();
          connection.setAutoCommit(true);
        }
      }
      case ROLLBACK -> {
        if (!connection.getAutoCommit()) {
          connection.rollback();
          connection.setAutoCommit(true);
        }
      }
      case SAVEPOINT -> inTransaction(connection, "SAVEPOINT s");
      case ROLLBACK_TO -> inTransaction(connection, "ROLLBACK TO s");
      case SEARCH -> search(connection, "", random);
      case SEARCH_SOME -> search(connection, " WHERE n < " + random.nextInt(60), random);
    }
  }

  private static void inTransaction(Connection connection, String sql) throws SQLException {
    if (!connection.getAutoCommit()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException noSuchSavepointOrLocked) {
        assertThat(Set.of("42601", "55P03", "40001", "25000", "3B001"))
            .as(noSuchSavepointOrLocked.getMessage())
            .contains(noSuchSavepointOrLocked.getSQLState());
      }
    }
  }

  private static void insert(Connection connection, int from, int count, Random random)
      throws SQLException {
    StringBuilder rows = new StringBuilder();
    for (int id = from; id < from + count; id++) {
      rows.append(id == from ? "" : ",").append('(').append(id).append(',').append(id % 50);
      float[] vector = vector(random);
      rows.append(",x'").append(HexFormat.of().formatHex(VectorCodec.encode(vector))).append("')");
    }
    change(connection, "INSERT OR REPLACE INTO t VALUES " + rows);
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = random.nextInt(2_000) / 100f;
    }
    return vector;
  }

  private static void change(Connection connection, String sql) throws SQLException {
    try {
      execute(connection, sql);
    } catch (SQLException failure) {
      assertThat(CONFLICTS).as(failure.getMessage()).contains(failure.getSQLState());
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void search(Connection connection, String where, Random random)
      throws SQLException {
    float[] query = vector(random);
    int k = 1 + random.nextInt(12);
    List<Neighbour> expected = new ArrayList<>();
    List<Neighbour> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, emb FROM t" + where)) {
      while (rows.next()) {
        float[] vector = VectorCodec.decode(rows.getBytes(2));
        expected.add(new Neighbour(rows.getLong(1), Metric.L2.distance(query, vector)));
      }
    }
    expected.sort(Comparator.comparingDouble(Neighbour::distance).thenComparingLong(Neighbour::id));
    try (PreparedStatement search =
        connection.prepareStatement(
            "SELECT id, emb <-> ? AS d FROM t" + where + " ORDER BY d LIMIT ?")) {
      search.setObject(1, query);
      search.setInt(2, k);
      try (ResultSet rows = search.executeQuery()) {
        while (rows.next()) {
          found.add(new Neighbour(rows.getLong(1), rows.getDouble(2)));
        }
      }
    }
    assertThat(found).isEqualTo(expected.subList(0, Math.min(k, expected.size())));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
