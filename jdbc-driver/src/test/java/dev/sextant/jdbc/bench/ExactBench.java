package dev.sextant.jdbc.bench;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.KernelProvider;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.SearchRequest;
import dev.sextant.storage.vector.VectorCodec;
import dev.sextant.storage.vector.VectorStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.sqlite.Function;

/**
 * Exact nearest neighbours through JDBC beside a Java function over BLOBs in plain SQLite and
 * beside a plain read of as much memory; and what plain statements cost beside plain SQLite.
 *
 * <p>Targets: {@code bandwidth_ratio} at least 0.8, {@code vs_plain_sqlite} at least 5, the native
 * ratios at most 1.3, {@code compiled_overhead_us} at most 100.
 */
final class ExactBench {
  private static final int DIMENSIONS = 384;
  private static final int K = 10;
  private static final int SMALL_ROWS = 1_000;
  private static final String KNN = "SELECT id FROM %s ORDER BY emb <=> ? LIMIT " + K;
  private static final String PLAIN_KNN =
      "SELECT id FROM big ORDER BY plain_cosine(emb, ?) LIMIT " + K;
  private static final String LOOKUP = "SELECT text FROM t WHERE id = ?";
  private static final String AGGREGATE =
      "SELECT count(*), sum(n), avg(x) FROM t WHERE grp = ? AND id <= 20000";

  private final int rows;
  private final Random random = new Random(42);
  private final Report report;
  private float sink;

  ExactBench(Bench.Arguments arguments) throws IOException, InterruptedException {
    this.report = new Report("exact", arguments.write());
    this.rows = arguments.rows() > 0 ? arguments.rows() : 100_000;
  }

  Report run() throws Exception {
    Path folder = Files.createTempDirectory("sextant-bench");
    try (Connection ours = DriverManager.getConnection("jdbc:sextant:" + folder.resolve("a.db"));
        Connection plain =
            new org.sqlite.JDBC()
                .connect("jdbc:sqlite:" + folder.resolve("a.db"), new java.util.Properties())) {
      System.out.println("filling " + rows + " rows of " + DIMENSIONS + " dimensions ...");
      fill(ours);
      overhead(ours);
      knn(ours, plain);
      plainStatements(ours, plain);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
    report.note(rows + " rows x " + DIMENSIONS + " float32, k = " + K + ", one thread, CPU time");
    return report;
  }

  private float[] vector() {
    float[] vector = new float[DIMENSIONS];
    double norm = 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
      norm += vector[i] * vector[i];
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= (float) Math.sqrt(norm);
    }
    return vector;
  }

  private void fill(Connection ours) throws SQLException {
    try (Statement statement = ours.createStatement()) {
      statement.execute("CREATE TABLE big(id INTEGER PRIMARY KEY, emb VECTOR(384))");
      statement.execute("CREATE TABLE small(id INTEGER PRIMARY KEY, emb VECTOR(384))");
      statement.execute(
          "CREATE TABLE t(id INTEGER PRIMARY KEY, grp INTEGER, n INTEGER, x REAL, text TEXT)");
      statement.execute("CREATE INDEX t_grp ON t(grp, id)");
      ours.setAutoCommit(false);
      statement.execute(
          "INSERT INTO t WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i"
              + " WHERE i < 20000) SELECT i, i % 20, i * 7 % 1000, i / 3.0, 'text ' || i FROM i");
      insert(ours, "big", rows);
      insert(ours, "small", SMALL_ROWS);
      ours.commit();
      ours.setAutoCommit(true);
    }
  }

  private void insert(Connection ours, String table, int count) throws SQLException {
    try (PreparedStatement insert =
        ours.prepareStatement("INSERT INTO " + table + "(id, emb) VALUES (?, ?)")) {
      for (int i = 1; i <= count; i++) {
        insert.setInt(1, i);
        insert.setObject(2, vector());
        insert.addBatch();
        if (i % 1000 == 0 || i == count) {
          insert.executeBatch();
        }
      }
    }
  }

  private void knn(Connection ours, Connection plain) throws Exception {
    Function.create(plain, "plain_cosine", new PlainCosine());
    long bytes = (long) rows * DIMENSIONS * Float.BYTES;
    try (Arena arena = Arena.ofShared();
        PreparedStatement search = ours.prepareStatement(String.format(KNN, "big"));
        PreparedStatement plainSearch = plain.prepareStatement(PLAIN_KNN)) {
      MemorySegment memory = arena.allocate(bytes, 64);
      memory.fill((byte) 1);
      List<Samples> samples =
          Samples.interleaved(
              10,
              40,
              List.of(
                  new Samples.Case(() -> query(search, vector()), 1),
                  new Samples.Case(() -> sink += PlainRead.sum(memory), 1)));
      List<Samples> slow =
          Samples.interleaved(
              1,
              5,
              List.of(
                  new Samples.Case(() -> query(plainSearch, VectorCodec.encode(vector())), 1),
                  new Samples.Case(() -> query(search, vector()), 1)));
      report.row("exact KNN through JDBC", samples.get(0));
      report.row("plain read of as much memory", samples.get(1));
      report.row("plain sqlite-jdbc with a Java function over BLOBs", slow.get(0));
      report.figure("bandwidth_ratio", samples.get(1).leastMicros() / samples.get(0).leastMicros());
      report.figure("vs_plain_sqlite", slow.get(0).medianMicros() / slow.get(1).medianMicros());
    }
  }

  private void query(PreparedStatement statement, Object vector) throws SQLException {
    statement.setObject(1, vector);
    try (ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        sink += result.getLong(1);
      }
    }
  }

  private void overhead(Connection ours) throws Exception {
    float[][] queries = new float[64][];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = vector();
    }
    int[] next = new int[2];
    try (VectorStore store =
            new VectorStore(
                "bench.emb",
                DIMENSIONS,
                new MemoryBudget(1L << 30),
                KernelProvider.select("auto").kernels());
        PreparedStatement search = ours.prepareStatement(String.format(KNN, "small"))) {
      for (int i = 1; i <= SMALL_ROWS; i++) {
        store.put(i, vector(), 1);
      }
      List<Samples> samples =
          Samples.interleaved(
              50,
              200,
              List.of(
                  new Samples.Case(() -> query(search, queries[next[0]++ % 64]), 20),
                  new Samples.Case(
                      () ->
                          sink +=
                              store
                                  .search(
                                      SearchRequest.of(
                                          queries[next[1]++ % 64], Metric.COSINE, K, 1))
                                  .size(),
                      20)));
      report.row("KNN of 1,000 rows through JDBC, compiled and cached", samples.get(0));
      report.row("the index call alone", samples.get(1));
      report.figure(
          "compiled_overhead_us", samples.get(0).medianMicros() - samples.get(1).medianMicros());
    }
  }

  private void plainStatements(Connection ours, Connection plain) throws Exception {
    try (PreparedStatement ourLookup = ours.prepareStatement(LOOKUP);
        PreparedStatement plainLookup = plain.prepareStatement(LOOKUP);
        PreparedStatement ourAggregate = ours.prepareStatement(AGGREGATE);
        PreparedStatement plainAggregate = plain.prepareStatement(AGGREGATE)) {
      int[] ids = new int[4];
      List<Samples> samples =
          Samples.interleaved(
              100,
              300,
              List.of(
                  new Samples.Case(() -> lookup(ourLookup, 1 + ids[0]++ % 20_000), 500),
                  new Samples.Case(() -> lookup(plainLookup, 1 + ids[1]++ % 20_000), 500),
                  new Samples.Case(() -> aggregate(ourAggregate, ids[2]++ % 20), 10),
                  new Samples.Case(() -> aggregate(plainAggregate, ids[3]++ % 20), 10)));
      report.row("prepared key lookup", samples.get(0));
      report.row("the same, plain sqlite-jdbc", samples.get(1));
      report.row("prepared aggregate over 1,000 rows", samples.get(2));
      report.row("the same, plain sqlite-jdbc", samples.get(3));
      report.figure(
          "native_lookup_ratio", samples.get(0).medianMicros() / samples.get(1).medianMicros());
      report.figure(
          "native_aggregate_ratio", samples.get(2).medianMicros() / samples.get(3).medianMicros());
    }
  }

  private void lookup(PreparedStatement statement, int id) throws SQLException {
    statement.setInt(1, id);
    try (ResultSet result = statement.executeQuery()) {
      result.next();
      sink += result.getString(1).length();
    }
  }

  private void aggregate(PreparedStatement statement, int group) throws SQLException {
    statement.setInt(1, group);
    try (ResultSet result = statement.executeQuery()) {
      result.next();
      sink += result.getLong(1) + result.getLong(2) + (float) result.getDouble(3);
    }
  }

  /** What one would write over plain sqlite-jdbc. */
  private static final class PlainCosine extends Function {
    @Override
    protected void xFunc() throws SQLException {
      float[] a = VectorCodec.decode(value_blob(0));
      float[] b = VectorCodec.decode(value_blob(1));
      float dot = 0;
      float aa = 0;
      float bb = 0;
      for (int i = 0; i < a.length; i++) {
        dot += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
      }
      result(1 - dot / Math.sqrt((double) aa * bb));
    }
  }
}
