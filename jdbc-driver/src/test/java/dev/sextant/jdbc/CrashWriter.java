package dev.sextant.jdbc;

import dev.sextant.storage.vector.VectorCodec;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The process that {@link CrashTest} kills, and the model of what it commits. */
final class CrashWriter {
  static final String TABLE = "CREATE TABLE t(id INTEGER PRIMARY KEY, emb VECTOR(8))";
  private static final int DIMS = 8;

  static final String INDEX =
      "CREATE INDEX ann ON t USING hnsw (emb vector_l2_ops) WITH (m=4, ef_construction=16)";
  private static final int REINDEX_EVERY = 12;

  private final Random random;
  private final boolean indexed;
  private TreeMap<Long, float[]> rows;

  /** A change of one row; without a vector it is deleted, with an empty one it becomes NULL. */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  private record Change(String sql, long id, float @Nullable [] vector) {}

  /** Changes that are committed together, and the rows after them. */
  record Transaction(List<Change> changes, Map<Long, float[]> after) {
    private void run(Connection connection) throws SQLException {
      boolean explicit = changes.size() > 1;
      if (explicit) {
        connection.setAutoCommit(false);
      }
      for (Change change : changes) {
        try (PreparedStatement statement = connection.prepareStatement(change.sql)) {
          statement.setLong(1, change.id);
          if (change.vector != null) {
            statement.setObject(2, change.vector.length == 0 ? null : change.vector);
          }
          statement.executeUpdate();
        }
      }
      if (explicit) {
        connection.commit();
        connection.setAutoCommit(true);
      }
    }
  }

  /**
   * The transactions of a seed, on rows that are there.
   *
   * @param indexed whether there are so many changes that an index is busy with them
   */
  CrashWriter(long seed, boolean indexed, Map<Long, float[]> rows) {
    this.random = new Random(seed);
    this.indexed = indexed;
    this.rows = new TreeMap<>(rows);
  }

  /** Writes until it is killed: arguments are the URL, the seed, and whether there is an index. */
  public static void main(String[] arguments) throws SQLException {
    PrintStream out = new PrintStream(System.out, true);
    try (Connection connection = DriverManager.getConnection(arguments[0])) {
      boolean indexed = Boolean.parseBoolean(arguments[2]);
      CrashWriter writer = new CrashWriter(Long.parseLong(arguments[1]), indexed, rows(connection));
      out.println("ready");
      for (int i = 0; ; i++) {
        writer.next().run(connection);
        out.println("committed " + i);
        if (out.checkError()) {
          return; // Nobody listens any more.
        }
        if (indexed) {
          writer.keepTheIndexBusy(connection, i);
        }
      }
    }
  }

  private void keepTheIndexBusy(Connection connection, int transaction) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (transaction % REINDEX_EVERY == REINDEX_EVERY - 1) {
        reindex(statement);
      }
      statement
          .executeQuery("SELECT id FROM t ORDER BY emb <-> '[1,2,3,4,5,6,7,8]' LIMIT 3")
          .close();
    }
  }

  private static void reindex(Statement statement) throws SQLException {
    try {
      statement.execute("REINDEX ann");
    } catch (SQLException failure) {
      if (!"55P03".equals(failure.getSQLState())) { // Another process may be building it.
        throw failure;
      }
    }
  }

  /** The rows of the table; NULL is an empty vector. */
  static Map<Long, float[]> rows(Connection connection) throws SQLException {
    Map<Long, float[]> rows = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet all = statement.executeQuery("SELECT id, emb FROM t")) {
      while (all.next()) {
        byte[] blob = all.getBytes(2);
        rows.put(all.getLong(1), blob == null ? new float[0] : VectorCodec.decode(blob));
      }
    }
    return rows;
  }

  /** The next transaction. */
  Transaction next() {
    int size = random.nextBoolean() ? 1 : 2 + random.nextInt(indexed ? 1_200 : 40);
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      changes.add(change());
    }
    return new Transaction(changes, new TreeMap<>(rows));
  }

  private Change change() {
    int kind = rows.isEmpty() ? 0 : random.nextInt(rows.size() > (indexed ? 6_000 : 400) ? 10 : 6);
    long last = rows.isEmpty() ? 0 : rows.lastKey();
    if (kind < 4) {
      return changed("INSERT INTO t VALUES (?, ?)", last + 1, sometimesNone());
    }
    long known = rows.ceilingKey(1 + random.nextLong(last));
    if (kind == 4) {
      return changed("UPDATE t SET emb = ?2 WHERE id = ?1", known, sometimesNone());
    }
    rows.remove(known);
    return new Change("DELETE FROM t WHERE id = ?", known, null);
  }

  private Change changed(String sql, long id, float[] vector) {
    rows.put(id, vector);
    return new Change(sql, id, vector);
  }

  private float[] sometimesNone() {
    return random.nextInt(20) == 0 ? new float[0] : vector(random);
  }

  static float[] vector(Random random) {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = random.nextInt(100) / 10f;
    }
    return vector;
  }
}
