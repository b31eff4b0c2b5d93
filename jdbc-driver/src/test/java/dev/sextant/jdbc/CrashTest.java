package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.vector.Metric;
import java.io.BufferedReader;
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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes is killed at a random moment, many times on one file. Each time the file is
 * sound and holds what the process had said to be committed, and a search agrees with it; also
 * where an index is being built, folded and merged meanwhile.
 */
class CrashTest {
  private static final int ROUNDS = 50;
  private static final int INDEXED_ROUNDS = Integer.getInteger("rounds", 60);
  private static final long SEED = Long.getLong("seed", 4_031_322_418L);
  private static final int K = 10;

  @TempDir Path folder;

  private record Neighbour(long id, double distance) {}

  @Test
  void holdsExactlyWhatWasAcknowledged() throws IOException, InterruptedException, SQLException {
    rounds(ROUNDS, false);
  }

  @Test
  void anIndexIsRightWhateverWasUnderWay() throws IOException, InterruptedException, SQLException {
    rounds(INDEXED_ROUNDS, true);
  }

  private void rounds(int rounds, boolean indexed)
      throws IOException, InterruptedException, SQLException {
    System.out.println("CrashTest -Dseed=" + SEED);
    Random random = new Random(SEED);
    String url = "jdbc:sextant:" + folder.resolve("crash.db");
    Map<Long, float[]> rows = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(CrashWriter.TABLE);
      if (indexed) {
        statement.execute(CrashWriter.INDEX);
      }
    }
    int transactions = 0;
    for (int round = 0; round < rounds; round++) {
      long seed = random.nextLong();
      int acknowledged = killAfter(writer(url, seed, indexed), indexed, random);
      transactions += acknowledged;
      CrashWriter model = new CrashWriter(seed, indexed, rows);
      for (int i = 0; i < acknowledged; i++) {
        rows = model.next().after();
      }
      Map<Long, float[]> under = model.next().after();
      try (Connection connection = DriverManager.getConnection(url)) {
        rows = holds(connection, rows, under, "round " + round + " of -Dseed=" + SEED);
        searches(connection, rows, random);
      }
    }
    assertThat(transactions).isGreaterThan(rounds);
  }

  @Test
  void anotherProcessSeesAnIndexThatIsBeingKeptUp() throws IOException, SQLException {
    String url = "jdbc:sextant:" + folder.resolve("shared.db");
    Random random = new Random(SEED);
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(CrashWriter.TABLE);
      statement.execute(CrashWriter.INDEX);
      Process process = writer(url, SEED, true);
      try (BufferedReader output = process.inputReader()) {
        assertThat(output.readLine()).isEqualTo("ready");
        for (int i = 0; i < 40; i++) {
          assertThat(output.readLine()).isEqualTo("committed " + i);
          connection.setAutoCommit(false);
          searches(connection, CrashWriter.rows(connection), random);
          connection.commit();
          connection.setAutoCommit(true);
        }
      } finally {
        process.destroyForcibly();
      }
    }
  }

  /** Runs a writer and kills it; returns how many transactions it has said to be committed. */
  private int killAfter(Process process, boolean indexed, Random random)
      throws IOException, InterruptedException {
    try (BufferedReader output = process.inputReader()) {
      int wanted = random.nextInt(indexed ? 16 : 60);
      int acknowledged = 0;
      String line = output.readLine();
      assertThat(line).isEqualTo("ready");
      while (acknowledged < wanted) {
        line = output.readLine();
        assertThat(line).isEqualTo("committed " + acknowledged);
        acknowledged++;
      }
      for (long until = System.nanoTime() + random.nextInt(indexed ? 100_000_000 : 3_000_000); ; ) {
        if (System.nanoTime() > until) {
          break;
        }
        Thread.onSpinWait();
      }
      process.toHandle().destroyForcibly();
      process.waitFor();
      for (line = output.readLine(); line != null; line = output.readLine()) {
        if (line.equals("committed " + acknowledged)) {
          acknowledged++;
        }
      }
      return acknowledged;
    }
  }

  private Process writer(String url, long seed, boolean indexed) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            CrashWriter.class.getName(),
            url + "?kernel=scalar", // The other one is slow before the JIT's last tier.
            String.valueOf(seed),
            String.valueOf(indexed));
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectError(folder.resolve("errors.txt").toFile());
    return builder.start();
  }

  private Map<Long, float[]> holds(
      Connection connection, Map<Long, float[]> before, Map<Long, float[]> under, String when)
      throws SQLException, IOException {
    when += " " + Files.readString(folder.resolve("errors.txt"));
    try (Statement statement = connection.createStatement();
        ResultSet check = statement.executeQuery("PRAGMA integrity_check")) {
      assertThat(check.next()).isTrue();
      assertThat(check.getString(1)).as(when).isEqualTo("ok");
    }
    Map<Long, float[]> found = CrashWriter.rows(connection);
    boolean last = !described(found).equals(described(before));
    assertThat(described(found)).as(when).isEqualTo(described(last ? under : before));
    return found;
  }

  private static List<String> described(Map<Long, float[]> rows) {
    return rows.entrySet().stream()
        .map(row -> row.getKey() + Arrays.toString(row.getValue()))
        .toList();
  }

  private static void searches(Connection connection, Map<Long, float[]> rows, Random random)
      throws SQLException {
    float[] query = CrashWriter.vector(random);
    List<Neighbour> expected =
        rows.entrySet().stream()
            .filter(row -> row.getValue().length > 0)
            .map(row -> new Neighbour(row.getKey(), Metric.L2.distance(query, row.getValue())))
            .sorted(
                Comparator.comparingDouble(Neighbour::distance).thenComparingLong(Neighbour::id))
            .limit(K)
            .toList();
    List<Neighbour> found = new ArrayList<>();
    try (Statement set = connection.createStatement()) {
      set.execute("SET hnsw.ef_search = 2000"); // So wide that an index finds the exact answer.
    }
    try (PreparedStatement search =
        connection.prepareStatement(
            "SELECT id, emb <-> ? AS d FROM t ORDER BY emb <-> ? LIMIT " + K)) {
      search.setObject(1, query);
      search.setObject(2, query);
      try (ResultSet hits = search.executeQuery()) {
        while (hits.next()) {
          found.add(new Neighbour(hits.getLong(1), hits.getDouble(2)));
        }
      }
    }
    assertThat(found).isEqualTo(expected);
  }
}
