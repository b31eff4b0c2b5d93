package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.vector.VectorCodec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code WHERE column <=> vector < radius} gives the rows that SQLite finds row by row: adding zero
 * to the distance hides it from the search.
 */
final class RangeSearchTest {
  private static final int ROWS = 1_200;
  private static final int DIMENSIONS = 5;
  private static final String[] OPERATORS = {"<->", "<=>", "<#>", "<+>"};
  private static final String[] CONDITIONS = {
    "%s < :r", "%s <= :r", ":r > %s", ":r >= %s", "%s < :r + 0.5", "NOT %s >= :r AND %s < :r",
  };
  private static final String[] QUERIES = {
    "SELECT id FROM d WHERE %s ORDER BY id",
    "SELECT id FROM d WHERE grp < 3 AND %s ORDER BY id",
    "SELECT id FROM d WHERE id < 40 AND %s ORDER BY id",
    "SELECT id FROM d WHERE %s AND (plain = 4 OR grp = 2) ORDER BY id",
    "SELECT count(*) FROM d WHERE %s",
    "SELECT d.id FROM d JOIN o ON o.id = d.grp WHERE %s AND o.name <> 'b' ORDER BY d.id",
    "SELECT d.id FROM d JOIN o ON o.id = d.grp AND %s ORDER BY d.id",
    "SELECT d.id FROM o LEFT JOIN d ON o.id = d.grp AND d.plain < 5 WHERE %s ORDER BY d.id",
    "SELECT id FROM (SELECT * FROM d ORDER BY id LIMIT 300) WHERE %s ORDER BY id",
    "SELECT id FROM d WHERE id IN (SELECT id FROM d WHERE %s) AND plain > 2 ORDER BY id",
  };

  @TempDir Path folder;
  private final Random random = new Random(Long.getLong("seed", 9));
  private final Map<String, Connection> connections = new TreeMap<>();

  private Connection open(String name, String properties) throws SQLException {
    Connection connection =
        DriverManager.getConnection("jdbc:sextant:" + folder.resolve("r.db") + properties);
    connections.put(name, connection);
    return connection;
  }

  private Connection fill(String properties) throws SQLException {
    Connection ours = open("ours", properties);
    try (Statement statement = ours.createStatement()) {
      statement.execute(
          "CREATE TABLE d(id INTEGER PRIMARY KEY, grp INTEGER, plain INTEGER, emb VECTOR(5))");
      statement.execute("CREATE INDEX d_grp ON d(grp)");
      statement.execute("CREATE TABLE o(id INTEGER PRIMARY KEY, name TEXT)");
      statement.execute("INSERT INTO o VALUES (0, 'a'), (1, 'b'), (2, 'c'), (3, 'd'), (90, 'e')");
    }
    insert(ours, ROWS);
    return ours;
  }

  private void insert(Connection on, int count) throws SQLException {
    try (PreparedStatement insert =
        on.prepareStatement("INSERT INTO d(grp, plain, emb) VALUES (?, ?, ?)")) {
      for (int i = 0; i < count; i++) {
        insert.setInt(1, random.nextInt(30));
        insert.setInt(2, random.nextInt(10));
        insert.setObject(3, i % 11 == 5 ? null : vector());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  @AfterEach
  void close() throws SQLException {
    for (Connection connection : connections.values()) {
      connection.close();
    }
  }

  /** On a grid, so that distances are equal to each other and to radii; some are zero. */
  private float[] vector() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = random.nextInt(-2, 3);
    }
    return vector;
  }

  private @Nullable Object radius() {
    return switch (random.nextInt(16)) {
      case 0 -> null;
      case 1 -> "a text";
      case 2 -> "1.5";
      case 3 -> new byte[] {1};
      case 4 -> Double.NaN;
      case 5 -> Double.POSITIVE_INFINITY;
      case 6 -> Double.NEGATIVE_INFINITY;
      case 7 -> Long.MAX_VALUE;
      case 8 -> -random.nextInt(10);
      case 9 -> 0.0;
      case 10 -> -0.0;
      case 11 -> Math.nextDown((double) random.nextInt(6));
      case 12 -> random.nextDouble() * 6;
      default -> random.nextInt(7);
    };
  }

  private static List<Long> ids(Connection on, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = on.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      List<Long> ids = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getLong(1));
        }
      }
      return ids;
    }
  }

  private static String any(Random random, String[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** Compares so many random queries. */
  private void compare(Connection on, int times) throws SQLException {
    for (int i = 0; i < times; i++) {
      String distance = "emb " + any(random, OPERATORS) + " ?2";
      String condition = any(random, CONDITIONS).replace(":r", "?1");
      String shape = any(random, QUERIES).replace("%s", condition);
      Object[] values = {radius(), random.nextInt(20) == 0 ? null : vector()};
      String searched = shape.replace("%s", distance);
      String plain = shape.replace("%s", "0.0 + (" + distance + ")");
      assertThat(ids(on, searched, values))
          .as("%s with %s", searched, values[0])
          .isEqualTo(ids(on, plain, values));
    }
  }

  @Test
  void committedRowsAreThose() throws SQLException {
    Connection ours = fill("");
    compare(ours, 250);
    assertThat(plan(ours, "SELECT id FROM d WHERE emb <=> '[1,2,3,4,5]' < 0.3"))
        .contains("RangeScan d.emb by COSINE");
  }

  @Test
  void ownAndOlderRowsAreThose() throws SQLException {
    Connection ours = fill("");
    Connection other = open("other", "");
    other.setAutoCommit(false);
    compare(other, 20);
    ours.setAutoCommit(false);
    for (int round = 0; round < 9; round++) {
      insert(ours, 50);
      try (Statement change = ours.createStatement()) {
        change.execute("DELETE FROM d WHERE id % 23 = " + round);
        change.execute("UPDATE d SET emb = '[1,1,1,1,1]' WHERE id % 29 = " + round);
        change.execute("UPDATE d SET emb = NULL WHERE id % 31 = " + round);
        compare(ours, 20);
        change.execute("SAVEPOINT s");
        change.execute("UPDATE d SET emb = '[0,0,0,0,1]' WHERE grp = " + round);
        compare(ours, 10);
        change.execute("ROLLBACK TO s");
      }
      compare(ours, 10);
      if (round % 3 == 1) {
        ours.rollback();
      } else {
        ours.commit();
      }
      compare(ours, 10);
      compare(other, 10);
    }
    other.commit();
    compare(other, 10);
  }

  @Test
  void withoutMemoryTheyAreThose() throws SQLException {
    Connection ours = fill("?memory_limit=1000");
    compare(ours, 60);
    try (Statement statement = ours.createStatement()) {
      statement.executeQuery("SELECT id FROM d WHERE emb <-> '[1,2,3,4,5]' < 3").close();
      assertThat(String.valueOf(statement.getWarnings())).contains("read from SQLite");
    }
  }

  @Test
  void vectorsThatNoSearchFindsAreCompared() throws SQLException {
    Connection ours = fill("");
    compare(ours, 10);
    try (Connection foreign =
            new org.sqlite.JDBC()
                .connect("jdbc:sqlite:" + folder.resolve("r.db"), new Properties());
        PreparedStatement insert = foreign.prepareStatement("INSERT INTO d(emb) VALUES (?)")) {
      for (float value :
          new float[] {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Float.NaN}) {
        float[] vector = vector();
        vector[2] = value;
        insert.setBytes(1, VectorCodec.encode(vector));
        insert.executeUpdate();
      }
    }
    compare(ours, 60);
  }

  @Test
  void theNearestOfThemAreThose() throws SQLException {
    Connection ours = fill("");
    for (int i = 0; i < 150; i++) {
      String distance = "emb " + any(random, OPERATORS) + " ?";
      String hidden = "(0.0 + (" + distance + "))";
      String text =
          "SELECT id FROM d WHERE "
              + (random.nextBoolean() ? "" : "grp < 9 AND ")
              + "%1$s"
              + (random.nextBoolean() ? " < ?" : " <= ?")
              + " ORDER BY %1$s%2$s LIMIT ? OFFSET ?";
      float[] near = vector();
      float[] bound = random.nextInt(4) == 0 ? vector() : near;
      Object[] values = {bound, radius(), near, random.nextInt(1, 30), random.nextInt(3)};
      assertThat(ids(ours, String.format(text, distance, ""), values))
          .as("%s with %s", text, values[1])
          .isEqualTo(ids(ours, String.format(text, hidden, ", id"), values));
    }
  }

  private static String plan(Connection on, String sql) throws SQLException {
    StringBuilder plan = new StringBuilder();
    try (Statement statement = on.createStatement();
        ResultSet lines = statement.executeQuery("EXPLAIN " + sql)) {
      while (lines.next()) {
        plan.append(lines.getString(1)).append('\n');
      }
    }
    return plan.toString();
  }
}
