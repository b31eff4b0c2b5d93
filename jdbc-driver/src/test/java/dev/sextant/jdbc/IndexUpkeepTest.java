package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to an index in the background: folding, merging, repair; progress and cancel. */
@Timeout(120)
final class IndexUpkeepTest {
  private static final int ROWS = 12_000;
  private static final int DIMENSIONS = 16;
  private static final String SEARCH = "SELECT id FROM v ORDER BY emb <-> ? LIMIT 10";

  /** Changed rows that wait for a graph: more than a few once the index is open. */
  private static final String WAITING = "SELECT coalesce(changed_rows, 1000) FROM sextant.indexes";

  private static final String EXACT = "SELECT id FROM v ORDER BY (emb <-> ?) + 0, id LIMIT 10";

  @TempDir Path folder;
  private final Random random = new Random(11);
  private Path file = Path.of("");

  @BeforeEach
  void fill() throws SQLException {
    file = folder.resolve("v.db");
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE v(id INTEGER PRIMARY KEY, emb VECTOR(16))");
      insert(connection, 1, ROWS);
      statement.execute("CREATE INDEX ann ON v USING hnsw (emb vector_l2_ops)");
    }
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sextant:" + file);
  }

  private float[] vector() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private void insert(Connection connection, int from, int count) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO v VALUES (?, ?)")) {
      for (int id = from; id < from + count; id++) {
        insert.setInt(1, id);
        insert.setObject(2, vector());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    connection.commit();
    connection.setAutoCommit(true);
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

  /** So wide a search that the index finds the exact answer. */
  private void isRight(Connection connection) throws SQLException {
    execute(connection, "SET hnsw.ef_search = 3000");
    for (int i = 0; i < 20; i++) {
      float[] query = vector();
      assertThat(ids(connection, SEARCH, query)).isEqualTo(ids(connection, EXACT, query));
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : -1;
    }
  }

  /** Searches until the index has so many segments, and none of its rows is changed. */
  private void untilSegments(Connection connection, int segments) throws SQLException {
    String settled =
        "SELECT count(*) FROM sextant.indexes WHERE changed_rows = 0 AND segments = " + segments;
    do {
      assertThat(ids(connection, SEARCH, vector())).hasSize(10);
      assertThat(Thread.currentThread().isInterrupted()).as("time-out").isFalse();
    } while (number(connection, settled) == 0);
  }

  @Test
  void changesAreFoldedAndSegmentsMerged() throws SQLException, IOException {
    try (Connection connection = open()) {
      insert(connection, 20_000, 1_200);
      untilSegments(connection, 2);
      isRight(connection);
      execute(connection, "UPDATE v SET emb = l2_normalize(emb) WHERE id BETWEEN 100 AND 300");
      execute(connection, "DELETE FROM v WHERE id BETWEEN 20000 AND 20300");
      insert(connection, 30_000, 700);
      untilSegments(connection, 2);
      isRight(connection);
      assertThat(number(connection, "SELECT rows FROM sextant.indexes"))
          .isEqualTo(number(connection, "SELECT count(*) FROM v"));
      execute(connection, "DELETE FROM v WHERE id < 3000");
      untilSegments(connection, 1);
      isRight(connection);
    }
    try (Connection connection = open()) {
      isRight(connection);
      assertThat(number(connection, "SELECT rows FROM sextant.indexes"))
          .isEqualTo(number(connection, "SELECT count(*) FROM v"));
    }
    assertThat(segments()).hasSizeLessThanOrEqualTo(3);
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> f.toString().endsWith(".seg")).toList();
    }
  }

  @Test
  void aLogThatNoLongerReachesBackMakesTheIndexAnew() throws SQLException {
    try (Connection connection = open()) {
      insert(connection, 20_000, 50);
      execute(connection, "DELETE FROM sextant_log WHERE seq < (SELECT max(seq) FROM sextant_log)");
      execute(connection, "SET hnsw.ef_search = 3000"); // So wide that the answer is exact.
      float[] query = vector();
      do {
        assertThat(ids(connection, SEARCH, query)).isEqualTo(ids(connection, EXACT, query));
        assertThat(Thread.currentThread().isInterrupted()).as("time-out").isFalse();
      } while (number(connection, "SELECT coalesce(rows, 0) FROM sextant.indexes") < ROWS + 50);
      isRight(connection);
    }
  }

  @Test
  void everyRowDeletedLeavesNothingToFind() throws SQLException {
    try (Connection connection = open()) {
      execute(connection, "DELETE FROM v");
      assertThat(ids(connection, SEARCH, vector())).isEmpty();
      insert(connection, 1, 1_500);
      untilSegments(connection, 1);
      isRight(connection);
    }
  }

  @Test
  void aTransactionKeepsItsSnapshotWhileOthersFold() throws SQLException {
    float[] query = vector();
    try (Connection reader = open();
        Connection writer = open()) {
      reader.setAutoCommit(false);
      List<Long> before = ids(reader, SEARCH, query);
      for (int round = 0; round < 6; round++) {
        insert(writer, 20_000 + 2_000 * round, 1_100);
        execute(writer, "DELETE FROM v WHERE id = " + before.get(round));
        do {
          assertThat(ids(writer, SEARCH, query)).hasSize(10).doesNotContain(before.get(round));
          assertThat(ids(reader, SEARCH, query)).isEqualTo(before);
          assertThat(Thread.currentThread().isInterrupted()).as("time-out").isFalse();
        } while (number(writer, WAITING) >= 1_000);
      }
      assertThat(ids(reader, SEARCH, query)).isEqualTo(before);
      reader.commit();
      assertThat(ids(reader, SEARCH, query)).doesNotContainAnyElementsOf(before.subList(0, 6));
      isRight(reader);
    }
  }

  @Test
  void damagedSegmentsAreReplacedWithAWarning() throws SQLException, IOException {
    try (Connection connection = open()) {
      insert(connection, 20_000, 1_200);
      untilSegments(connection, 2);
    }
    for (int damage = 0; damage < 9; damage++) {
      List<Path> all = segments();
      Path damaged = all.get(damage % all.size());
      byte[] bytes = Files.readAllBytes(damaged);
      switch (damage % 3) {
        case 0 ->
            Files.write(damaged, java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        case 1 -> {
          bytes[random.nextInt(512)] ^= (byte) (1 << random.nextInt(8));
          Files.write(damaged, bytes);
        }
        default -> Files.delete(damaged);
      }
      try (Connection connection = open();
          PreparedStatement search = connection.prepareStatement(SEARCH)) {
        float[] query = vector();
        search.setObject(1, query);
        search.executeQuery().close();
        SQLWarning warning = Objects.requireNonNull(search.getWarnings());
        assertThat(String.valueOf(warning.getMessage()))
            .contains("\"ann\" is not used until it is built again");
        assertThat(ids(connection, SEARCH, query)).isEqualTo(ids(connection, EXACT, query));
        untilSegments(connection, 1);
        isRight(connection);
        search.setObject(1, query);
        search.clearWarnings();
        search.executeQuery().close();
        assertThat((Object) search.getWarnings()).isNull();
      }
    }
  }

  @Test
  void aBuildIsSeenAndCancelled() throws Exception {
    try (Connection connection = open();
        Statement create = connection.createStatement();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      execute(connection, "DROP INDEX ann");
      insert(connection, 20_000, 40_000);
      Future<Object> built = other.submit(creates(create));
      try (Connection watcher = open()) {
        String building = "SELECT rows_done FROM sextant.index_progress WHERE phase = 'building'";
        while (number(watcher, building) <= 0 && !built.isDone()) {
          Thread.onSpinWait();
        }
        assertThat(built.isDone()).isFalse();
        assertThat(ids(watcher, SEARCH, vector())).hasSize(10);
      }
      create.cancel();
      Object failure = built.get();
      assertThat(failure).isInstanceOf(SQLException.class);
      assertThat(((SQLException) failure).getSQLState()).isEqualTo("57014");
      assertThat(number(connection, "SELECT count(*) FROM sextant.indexes")).isZero();
      assertThat(number(connection, "SELECT count(*) FROM sextant.index_progress")).isZero();
    }
  }

  private static Callable<Object> creates(Statement statement) {
    return () -> {
      try {
        return statement.execute("CREATE INDEX ann ON v USING hnsw (emb vector_l2_ops)");
      } catch (SQLException failure) {
        return failure;
      }
    };
  }

  @Test
  void whileSomebodyElseBuildsReindexIsRefused() throws Exception {
    Path lock = folder.resolve("v.db-sextant").resolve("ann").resolve("lock");
    try (Connection connection = open();
        FileChannel held = FileChannel.open(lock, StandardOpenOption.WRITE)) {
      held.lock();
      assertThatThrownBy(() -> execute(connection, "REINDEX ann"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("55P03"))
          .hasMessageContaining("being built");
      isRight(connection);
    }
  }
}
