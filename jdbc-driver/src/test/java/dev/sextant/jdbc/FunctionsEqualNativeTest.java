package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

/**
 * Random queries that call a user's function which gives what it is given: SQLite without the
 * function, Sextant as written and Sextant compiled all give the same.
 */
class FunctionsEqualNativeTest {
  private static final long SEED = Long.getLong("seed", 771_204_553L);
  private static final Pattern CALL = Pattern.compile("\\b(quote|typeof|hex|upper|trim)\\(");
  private static final int QUERIES = Integer.getInteger("queries", 600);

  @TempDir Path folder;

  @Test
  void callsChangeNothing() throws SQLException {
    System.out.println("FunctionsEqualNativeTest -Dseed=" + SEED);
    Path file = folder.resolve("functions.db");
    List<String> differences = new ArrayList<>();
    int called = 0;
    try (Connection plain = new SQLiteConfig().createConnection("jdbc:sqlite:" + file);
        Statement setUp = plain.createStatement()) {
      for (String sql : RandomQuery.tables()) {
        setUp.execute(sql);
      }
      for (String compile : new String[] {"auto", "always"}) {
        try (Connection ours =
                DriverManager.getConnection("jdbc:sextant:" + file + "?compile=" + compile);
            Statement define = ours.createStatement()) {
          define.execute(
              "CREATE OR REPLACE FUNCTION same(a TEXT) RETURNS TEXT LANGUAGE SQL DETERMINISTIC"
                  + " AS $$ a $$");
          for (int i = 0; i < QUERIES; i++) {
            RandomQuery query = new RandomQuery(new Random(SEED + i));
            String sql = query.text();
            String calling = calling(sql);
            called += calling.equals(sql) ? 0 : 1;
            List<String> expected = rows(plain, sql, query.ordered());
            List<String> found = rows(ours, calling, query.ordered());
            if (!expected.equals(found)) {
              differences.add(
                  "-Dseed="
                      + (SEED + i)
                      + " "
                      + compile
                      + ": "
                      + calling
                      + "\n  SQLite: "
                      + expected
                      + "\n  ours:   "
                      + found);
            }
          }
        }
      }
    }
    assertThat(differences).as(() -> String.join("\n\n", differences)).isEmpty();
    assertThat(called).as("queries with calls").isGreaterThan(QUERIES / 2);
  }

  /** The query with {@code same(quote(…))} for {@code quote(…)}, and others alike. */
  private static String calling(String sql) {
    Matcher call = CALL.matcher(sql);
    if (!call.find()) {
      return sql;
    }
    int end = closing(sql, call.end() - 1);
    return sql.substring(0, call.start())
        + "same("
        + call.group()
        + calling(sql.substring(call.end(), end))
        + "))"
        + calling(sql.substring(end + 1));
  }

  private static int closing(String sql, int open) {
    int depth = 0;
    char quote = 0;
    for (int i = open; i < sql.length(); i++) {
      char c = sql.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"' || c == '`') {
        quote = c;
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && --depth == 0) {
        return i;
      }
    }
    throw new AssertionError("unbalanced: " + sql);
  }

  /** The rows, or that there was a failure. */
  private static List<String> rows(Connection connection, String sql, boolean ordered) {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          byte[] bytes = result.getBytes(i);
          row.append(bytes == null ? "NULL" : result.getString(i)).append('|');
        }
        rows.add(row.toString());
      }
    } catch (SQLException failure) {
      return List.of("failed");
    }
    if (!ordered) {
      Collections.sort(rows);
    }
    return rows;
  }
}
