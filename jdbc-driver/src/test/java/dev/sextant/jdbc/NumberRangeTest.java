package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Searches filtered by a range of a number whose ends change each time: the keys by that number are
 * kept in the end, and the rows found are those that SQLite finds row by row, whatever the kinds of
 * numbers and of ends, and whoever changes rows between.
 */
final class NumberRangeTest {
  private static final int ROWS = 3_000;
  private static final Object[] ENDS = {
    0L,
    -3L,
    1L << 53,
    (1L << 53) + 1,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    0.5,
    -0.0,
    1e300,
    -1e300,
    0x1p63,
    -0x1p63,
    9007199254740994.0,
    "7",
    "x",
    new byte[] {1},
    null
  };

  @TempDir Path folder;
  private final Random random = new Random(Long.getLong("seed", 5));
  private Connection ours = unopened();

  private static Connection unopened() {
    try {
      return DriverManager.getConnection("jdbc:sextant::memory:");
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @BeforeEach
  void fill() throws SQLException {
    ours.close();
    ours = DriverManager.getConnection("jdbc:sextant:" + folder.resolve("n.db"));
    try (Statement statement = ours.createStatement()) {
      statement.execute(
          "CREATE TABLE n(id INTEGER PRIMARY KEY, kind TEXT, whole INTEGER, floating REAL,"
              + " any_number NUMERIC, anything, written TEXT, emb VECTOR(4))");
      ours.setAutoCommit(false);
      insert(1, ROWS);
      ours.commit();
      ours.setAutoCommit(true);
    }
  }

  @AfterEach
  void close() throws SQLException {
    ours.close();
  }

  private void insert(int from, int count) throws SQLException {
    try (PreparedStatement insert =
        ours.prepareStatement("INSERT INTO n VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (int id = from; id < from + count; id++) {
        insert.setLong(1, id % 7 == 0 ? -1_000_000_007L * id : id);
        insert.setString(2, id % 3 == 0 ? "a" : "b");
        insert.setObject(3, id % 40 == 0 ? null : whole());
        insert.setObject(4, id % 41 == 0 ? null : random.nextGaussian() * 1e3);
        insert.setObject(5, id % 2 == 0 ? (Object) whole() : (Object) random.nextGaussian());
        insert.setObject(6, id % 500 == 0 ? "word" : (Object) whole());
        insert.setObject(7, whole());
        insert.setObject(8, vector());
        insert.executeUpdate();
      }
    }
  }

  private long whole() {
    return switch (random.nextInt(20)) {
      case 0 -> (1L << 53) + random.nextInt(3);
      case 1 -> Long.MAX_VALUE - random.nextInt(2);
      case 2 -> Long.MIN_VALUE + random.nextInt(2);
      default -> random.nextInt(2_000) - 1_000;
    };
  }

  private float[] vector() {
    float[] vector = new float[4];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private Object end() {
    return switch (random.nextInt(3)) {
      case 0 -> ENDS[random.nextInt(ENDS.length)];
      case 1 -> random.nextGaussian() * 1e3;
      default -> (long) (random.nextInt(2_200) - 1_100);
    };
  }

  private List<Long> ids(PreparedStatement statement, Object[] values, float[] query)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.setObject(values.length + 1, query);
    List<Long> ids = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getLong(1));
      }
    }
    return ids;
  }

  /** Between searches rows are changed now and then, by this connection and by another. */
  private void change(Connection foreign) throws SQLException {
    switch (random.nextInt(60)) {
      case 0 -> execute(foreign, "UPDATE n SET whole = whole / 2, floating = 1 WHERE id % 5 = 2");
      case 1 -> execute(ours, "DELETE FROM n WHERE id = " + random.nextInt(ROWS));
      case 2 -> {
        ours.setAutoCommit(false);
        execute(ours, "UPDATE n SET whole = 3, anything = 4 WHERE id % 11 = 1");
      }
      case 3 -> {
        if (!ours.getAutoCommit()) {
          ours.rollback();
          ours.setAutoCommit(true);
        }
      }
      default -> {
        // Most of the time nothing changes, so that something is kept.
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "whole < ?",
        "? <= whole",
        "whole = ?",
        "whole > ? AND kind = 'a' AND whole <= ?",
        "floating BETWEEN ? AND ?",
        "floating > ?",
        "any_number >= ?",
        "anything < ?",
        "written > ?",
        "length(kind) + whole < ?",
        "whole > ? AND whole > ?",
        "whole < ? AND floating < ?",
        "kind = 'b' AND id < ?"
      })
  void rowsAreThoseThatSqliteFinds(String filter) throws SQLException {
    int parameters = (int) filter.chars().filter(c -> c == '?').count();
    String from = "SELECT id FROM n WHERE " + filter + " ORDER BY ";
    try (PreparedStatement search = ours.prepareStatement(from + "emb <-> ? LIMIT 5");
        PreparedStatement exact = ours.prepareStatement(from + "(emb <-> ?) + 0, id LIMIT 5");
        Connection foreign =
            new org.sqlite.JDBC()
                .connect("jdbc:sqlite:" + folder.resolve("n.db"), new Properties())) {
      execute(foreign, "PRAGMA busy_timeout = 1");
      for (int round = 0; round < 250; round++) {
        Object[] values = new Object[parameters];
        for (int i = 0; i < parameters; i++) {
          values[i] = end();
        }
        float[] query = vector();
        assertThat(ids(search, values, query))
            .as("%s with %s", filter, List.of(java.util.Arrays.deepToString(values)))
            .isEqualTo(ids(exact, values, query));
        if (ours.getAutoCommit()) {
          change(foreign);
        } else {
          ours.rollback();
          ours.setAutoCommit(true);
        }
      }
    }
  }

  @Test
  void keysAreKnownOnceManyWereRead() throws SQLException {
    String sql = "EXPLAIN ANALYZE SELECT id FROM n WHERE whole < ? ORDER BY emb <-> ? LIMIT 5";
    execute(ours, "CREATE INDEX n_whole ON n(whole)");
    List<String> lines = new ArrayList<>();
    try (PreparedStatement search = ours.prepareStatement(sql)) {
      for (int i = 0; i < 200; i++) {
        search.setInt(1, i % 100 - 900);
        search.setObject(2, vector());
        lines.clear();
        try (ResultSet rows = search.executeQuery()) {
          while (rows.next()) {
            lines.add(rows.getString(1));
          }
        }
      }
    }
    assertThat(String.join("\n", lines))
        .containsPattern("\\d+ ids known from an earlier execution");
  }
}
