package dev.sextant.jdbc.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/**
 * What a placement costs an exact scan: the same rows in two tables, of which one has an index with
 * a placement, scanned in turn by one thread. A third table like the second tells what two equal
 * things differ by here.
 *
 * <p>Target on a machine with one node: {@code placement_cost_ratio} at most 1.02. On others the
 * figure says what the placement brought or cost there, and is no promise.
 */
final class NumaBench {
  private static final int DIMENSIONS = 384;
  private static final List<String> TABLES = List.of("placed", "free", "control");

  private final int rows;
  private final Report report;
  private long sink;

  NumaBench(Bench.Arguments arguments) throws IOException, InterruptedException {
    this.report = new Report("numa", arguments.write());
    this.rows = arguments.rows() > 0 ? arguments.rows() : 20_000;
  }

  Report run() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant::memory:");
        Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        fill(connection, table);
      }
      statement.execute("ALTER INDEX placed_ip SET PLACEMENT (REPLICATE)");
      measure(connection);
      try (ResultSet lies =
          statement.executeQuery(
              "SELECT evidence FROM sextant.numa_regions WHERE owner = 'column placed.emb'")) {
        report.note("placement of the scanned rows: " + (lies.next() ? lies.getString(1) : "none"));
      }
    }
    report.note(rows + " rows x " + DIMENSIONS + " float32, k = 10, one thread, CPU time; " + sink);
    return report;
  }

  private void measure(Connection connection) throws Exception {
    float[] query = vector(new Random(7));
    try (PreparedStatement placed = connection.prepareStatement(scan("placed"));
        PreparedStatement free = connection.prepareStatement(scan("free"));
        PreparedStatement control = connection.prepareStatement(scan("control"))) {
      List<Samples> samples =
          Samples.interleaved(
              30,
              200,
              List.of(
                  new Samples.Case(() -> query(placed, query), 2),
                  new Samples.Case(() -> query(free, query), 2),
                  new Samples.Case(() -> query(control, query), 2)));
      report.row("exact scan with placement", samples.get(0));
      report.row("without", samples.get(1));
      report.row("without, again", samples.get(2));
      report.figure(
          "placement_cost_ratio", samples.get(0).medianMicros() / samples.get(1).medianMicros());
      report.figure("equal_ratio", samples.get(2).medianMicros() / samples.get(1).medianMicros());
    }
  }

  /** The metric is another than the index's, so that all rows are compared. */
  private static String scan(String table) {
    return "SELECT id FROM " + table + " ORDER BY emb <=> ? LIMIT 10";
  }

  private void query(PreparedStatement statement, float[] query) throws SQLException {
    statement.setObject(1, query);
    try (ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        sink += result.getLong(1);
      }
    }
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private void fill(Connection connection, String table) throws SQLException {
    Random random = new Random(42);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE " + table + "(id INTEGER PRIMARY KEY, emb VECTOR(384))");
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO " + table + "(id, emb) VALUES (?, ?)")) {
        for (int i = 1; i <= rows; i++) {
          insert.setInt(1, i);
          insert.setObject(2, vector(random));
          insert.addBatch();
          if (i % 1000 == 0 || i == rows) {
            insert.executeBatch();
          }
        }
      }
      connection.commit();
      connection.setAutoCommit(true);
      statement.execute(
          "CREATE INDEX "
              + table
              + "_ip ON "
              + table
              + " USING hnsw (emb vector_ip_ops) WITH (m = 4, ef_construction = 8)");
    }
  }
}
