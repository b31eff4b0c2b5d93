package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.RowCursor;
import dev.sextant.sql.SqlEngine;
import dev.sextant.sql.SqlSession;
import dev.sextant.sql.SqlStatement;
import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

/**
 * Random queries that call a user's function which gives what it is given: SQLite without the
 * function and Sextant give the same, as written and compiled, row by row and in batches.
 */
class FunctionsEqualNativeTest {
  private static final long SEED = Long.getLong("seed", 771_204_553L);
  private static final Pattern CALL = Pattern.compile("\\b(quote|typeof|hex|upper|trim)\\(");
  private static final int QUERIES = Integer.getInteger("queries", 600);
  private static final List<String> FUNCTIONS =
      List.of("LANGUAGE SQL DETERMINISTIC AS $$ a $$", "LANGUAGE JAVASCRIPT DETERMINISTIC AS ''");

  @TempDir Path folder;
  private int batched;

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
      List<List<String>> expected = new ArrayList<>();
      for (int i = 0; i < QUERIES; i++) {
        RandomQuery query = new RandomQuery(new Random(SEED + i));
        expected.add(rows(plain, query));
      }
      for (String compile : List.of("auto", "always")) {
        for (String function : FUNCTIONS) {
          called = compare(open(file, compile), function, expected, differences);
        }
      }
    }
    assertThat(differences).as(() -> String.join("\n\n", differences)).isEmpty();
    assertThat(called).as("queries with calls").isGreaterThan(QUERIES / 4);
    assertThat(batched).as("calls of several rows").isGreaterThan(QUERIES / 4);
  }

  private SqlEngine open(Path file, String compile) {
    Settings settings = Settings.of(Map.of("compile", compile, "sandbox.processes", "on"));
    return new SqlEngine(
        new Database(Optional.of(file), settings, (_, _) -> Optional.of(new Same())));
  }

  /** Adds what differs, and tells how many queries made calls. */
  private static int compare(
      SqlEngine engine, String function, List<List<String>> expected, List<String> differences) {
    int called = 0;
    try (engine;
        SqlSession session = engine.connect()) {
      rows(session, "CREATE OR REPLACE FUNCTION same(a TEXT) RETURNS TEXT " + function, true);
      for (int i = 0; i < QUERIES; i++) {
        RandomQuery query = new RandomQuery(new Random(SEED + i));
        String sql = query.text();
        String calling = calling(sql);
        called += calling.equals(sql) ? 0 : 1;
        List<String> found = rows(session, calling, query.ordered());
        if (!expected.get(i).equals(found)) {
          differences.add(
              String.join(
                  "\n  ",
                  "-Dseed=" + (SEED + i) + " " + function,
                  calling,
                  "SQLite: " + expected.get(i),
                  "ours:   " + found));
        }
      }
    }
    return called;
  }

  /** Runs the one function that gives what it is given. */
  private final class Same implements FunctionRuntime {
    @Override
    public Prepared prepare(FunctionDefinition function) {
      return new Prepared() {
        @Override
        public Instance open() {
          return new Instance() {
            @Override
            public void call(List<Column> arguments, int rows, Column result) {
              batched += rows > 1 ? 1 : 0;
              for (int i = 0; i < rows; i++) {
                if (arguments.getFirst().isNull(i)) {
                  result.addNull();
                } else {
                  result.addText(arguments.getFirst().getText(i));
                }
              }
            }

            @Override
            public void close() {}
          };
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}
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
  private static List<String> rows(Connection connection, RandomQuery query) {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query.text())) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          row.append(result.getString(i)).append('|');
        }
        rows.add(row.toString());
      }
    } catch (SQLException failure) {
      return List.of("failed");
    }
    return sorted(rows, query.ordered());
  }

  private static List<String> rows(SqlSession session, String sql, boolean ordered) {
    List<String> rows = new ArrayList<>();
    try (SqlStatement statement = session.prepare(sql)) {
      if (statement.execute() instanceof SqlStatement.Outcome.Rows(RowCursor cursor)) {
        while (cursor.next()) {
          StringBuilder row = new StringBuilder();
          for (int i = 0; i < statement.columns().size(); i++) {
            row.append(cursor.getText(i)).append('|');
          }
          rows.add(row.toString());
        }
      }
    } catch (SextantException failure) {
      return List.of("failed");
    }
    return sorted(rows, ordered);
  }

  private static List<String> sorted(List<String> rows, boolean ordered) {
    if (!ordered) {
      Collections.sort(rows);
    }
    return rows;
  }
}
