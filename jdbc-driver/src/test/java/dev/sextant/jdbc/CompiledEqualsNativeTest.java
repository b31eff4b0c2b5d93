package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

/** Random queries: what is compiled gives what SQLite gives for the text as written. */
class CompiledEqualsNativeTest {
  private static final long SEED = Long.getLong("seed", 4_031_322_418L);
  private static final int QUERIES = Integer.getInteger("queries", 3_000);
  private static final int DIFFERENCES_TOLD = 20;
  private static final int EXPLAINED = 300;

  @TempDir Path folder;

  /** A failure, or rows as texts that name each value's type. */
  private record Answer(boolean failed, String error, List<String> rows) {}

  @Test
  void compiledQueriesAnswerAsSqliteDoes() throws SQLException {
    System.out.println("CompiledEqualsNativeTest -Dseed=" + SEED);
    Path file = folder.resolve("compare.db");
    List<String> differences = new ArrayList<>();
    int failed = 0;
    int filled = 0;
    int planned = 0;
    try (Connection plain = new SQLiteConfig().createConnection("jdbc:sqlite:" + file)) {
      fill(plain);
      try (Connection ours =
          DriverManager.getConnection("jdbc:sextant:" + file + "?compile=always")) {
        for (int i = 0; i < QUERIES && differences.size() < DIFFERENCES_TOLD; i++) {
          RandomQuery query = new RandomQuery(new Random(SEED + i));
          String sql = query.text();
          Answer expected = answer(plain, sql, query.ordered());
          Answer found = answer(ours, sql, query.ordered());
          planned += i < EXPLAINED && isPlanned(ours, sql) ? 1 : 0;
          failed += expected.failed ? 1 : 0;
          filled += expected.rows.isEmpty() ? 0 : 1;
          if (expected.failed != found.failed || !expected.rows.equals(found.rows)) {
            differences.add(difference(SEED + i, sql, expected, found));
          }
        }
      }
    }
    assertThat(differences).as(() -> String.join("\n\n", differences)).isEmpty();
    assertThat(planned).as("planned queries").isGreaterThan(Math.min(QUERIES, EXPLAINED) / 2);
    assertThat(failed).as("queries that SQLite refuses").isLessThan(QUERIES / 4);
    assertThat(filled).as("queries with rows").isGreaterThan(QUERIES / 3);
  }

  /** Whether a query went through the whole compiler, and not around it. */
  private static boolean isPlanned(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet lines = statement.executeQuery("EXPLAIN " + sql)) {
      boolean planned = false;
      while (lines.next()) {
        String line = lines.getString(1);
        planned |= line.contains("(compiled)");
        planned &= !line.contains("row by row");
      }
      return planned;
    } catch (SQLException refused) {
      return false;
    }
  }

  private static String difference(long seed, String sql, Answer expected, Answer found) {
    return "-Dseed="
        + seed
        + " -Dqueries=1: "
        + sql
        + "\n  SQLite: "
        + expected
        + "\n  ours:   "
        + found;
  }

  private static void fill(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : RandomQuery.tables()) {
        statement.execute(sql);
      }
    }
  }

  private static Answer answer(Connection connection, String sql, boolean ordered) {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          row.append(i == 1 ? "" : " | ").append(shown(result, i));
        }
        rows.add(row.toString());
      }
    } catch (SQLException failure) {
      return new Answer(true, String.valueOf(failure.getMessage()), List.of());
    }
    if (!ordered) {
      Collections.sort(rows);
    }
    return new Answer(false, "", rows);
  }

  /** The value as SQLite writes it; SQLite may write one number both as 2 and as 2.0. */
  private static String shown(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    String text = bytes == null ? "NULL" : new String(bytes, StandardCharsets.UTF_8);
    return text.replaceFirst("^(-?\\d+)\\.0$", "$1");
  }
}
