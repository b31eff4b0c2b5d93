package dev.sextant.jdbc;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A script of SQL statements with what is expected of each, run over any connection.
 *
 * <p>A statement ends with a semicolon at a line's end (a trigger with {@code END;}). Lines after
 * it say what is expected:
 *
 * <pre>
 * -- &gt; 1 | NULL | 0.5         a row; all rows in order
 * -- count: 3                  the update count
 * -- error: 42703 embeding     the SQLSTATE, and what the message contains
 * -- warning: LIMIT            what a warning contains
 * -- plan: KnnScan             what EXPLAIN of the statement, or it if it is one, contains
 * </pre>
 *
 * <p>A query without rows expected must give none, unless only its plan is asked for. Real numbers
 * are rounded to six digits; a BLOB is written {@code x'0102'}.
 */
final class SqlScript {

  private record Step(int line, String sql, List<String> expectations) {

    List<String> expected(String prefix) {
      return expectations.stream()
          .filter(e -> e.startsWith(prefix))
          .map(e -> e.substring(prefix.length()).strip())
          .toList();
    }
  }

  private static final String ROW = ">";

  private final Path file;
  private final List<Step> steps;

  private SqlScript(Path file, List<Step> steps) {
    this.file = file;
    this.steps = steps;
  }

  /** All scripts of the repository. */
  static List<Path> all() throws IOException {
    String root = System.getProperty("sextant.root", "..");
    Path folder = Path.of(root, "sql", "src", "test", "resources", "scripts");
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".sql")).sorted().toList();
    }
  }

  static SqlScript read(Path file) throws IOException {
    List<Step> steps = new ArrayList<>();
    StringBuilder sql = new StringBuilder();
    int number = 0;
    int start = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      String stripped = line.strip();
      if (sql.isEmpty() && (stripped.isEmpty() || stripped.startsWith("--"))) {
        if (!steps.isEmpty() && isExpectation(stripped)) {
          steps.getLast().expectations().add(stripped.substring(2).strip());
        }
        continue;
      }
      start = sql.isEmpty() ? number : start;
      sql.append(line).append('\n');
      if (isComplete(sql.toString(), stripped)) {
        steps.add(new Step(start, withoutSemicolon(sql.toString()), new ArrayList<>()));
        sql.setLength(0);
      }
    }
    if (!sql.isEmpty()) {
      throw new AssertionError(file + ":" + start + ": the statement has no closing semicolon");
    }
    return new SqlScript(file, steps);
  }

  private static boolean isExpectation(String line) {
    return line.matches("--\\s*(>|count:|error:|warning:|plan:).*");
  }

  private static boolean isComplete(String sql, String line) {
    if (!line.endsWith(";")) {
      return false;
    }
    boolean trigger = sql.strip().toUpperCase(Locale.ROOT).matches("(?s)CREATE\\s.*TRIGGER\\s.*");
    return !trigger || line.equalsIgnoreCase("END;");
  }

  private static String withoutSemicolon(String sql) {
    String text = sql.strip();
    return text.substring(0, text.length() - 1);
  }

  /** Runs every statement; the first that does not do as expected is an AssertionError. */
  void run(Connection connection) throws SQLException {
    for (Step step : steps) {
      try (Statement statement = connection.createStatement()) {
        run(step, statement);
        for (String plan : step.expected("plan:")) {
          String text = explain(statement, step.sql());
          check(step, text.contains(plan), "the plan has no \"" + plan + "\":\n" + text);
        }
      }
    }
  }

  private void run(Step step, Statement statement) throws SQLException {
    List<String> errors = step.expected("error:");
    List<String> rows = null;
    try {
      if (statement.execute(step.sql())) {
        rows = rows(statement.getResultSet());
      }
    } catch (SQLException failed) {
      String text = failed.getSQLState() + " " + failed.getMessage();
      check(step, !errors.isEmpty(), "it failed: " + text);
      for (String error : errors) {
        String state = error.split(" ", 2)[0];
        String message = error.substring(state.length()).strip();
        boolean same = state.equals(failed.getSQLState()) && text.contains(message);
        check(step, same, "expected error " + error + "\n but got: " + text);
      }
      return;
    }
    check(step, errors.isEmpty(), "expected error " + errors + " but it succeeded");
    checkRows(step, rows);
    for (String count : step.expected("count:")) {
      String is = String.valueOf(statement.getLargeUpdateCount());
      check(step, count.equals(is), "expected count " + count + " but got " + is);
    }
    for (String warning : step.expected("warning:")) {
      String all = warnings(statement.getWarnings());
      check(step, all.contains(warning), "no warning has \"" + warning + "\": " + all);
    }
  }

  private void checkRows(Step step, @Nullable List<String> rows) {
    List<String> expected = step.expected(ROW);
    boolean onlyPlan = expected.isEmpty() && !step.expected("plan:").isEmpty();
    if (rows == null) {
      check(step, expected.isEmpty(), "rows are expected but it returned none");
    } else if (!onlyPlan) {
      check(
          step,
          expected.equals(rows),
          "expected rows\n  "
              + String.join("\n  ", expected)
              + "\n but got\n  "
              + String.join("\n  ", rows));
    }
  }

  private static String warnings(@Nullable SQLWarning first) {
    StringBuilder text = new StringBuilder();
    for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
      text.append(warning.getMessage()).append('\n');
    }
    return text.toString();
  }

  private static String explain(Statement statement, String sql) throws SQLException {
    String explain = sql.toUpperCase(Locale.ROOT).startsWith("EXPLAIN") ? "" : "EXPLAIN ";
    try (ResultSet plan = statement.executeQuery(explain + sql)) {
      return String.join("\n", rows(plan));
    }
  }

  private static List<String> rows(ResultSet result) throws SQLException {
    List<String> rows = new ArrayList<>();
    int width = result.getMetaData().getColumnCount();
    while (result.next()) {
      List<String> values = new ArrayList<>();
      for (int i = 1; i <= width; i++) {
        values.add(written(result, i));
      }
      rows.add(String.join(" | ", values).strip());
    }
    return rows;
  }

  private static String written(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    String text =
        switch (value) {
          case null -> "NULL";
          case Double number -> rounded(number);
          case byte[] bytes -> "x'" + HexFormat.of().formatHex(bytes) + "'";
          default -> row.getString(column);
        };
    return text == null ? "NULL" : text;
  }

  private static String rounded(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return String.valueOf(number);
    }
    double near = new BigDecimal(number).round(new MathContext(6)).doubleValue();
    return String.valueOf(near == 0 ? 0.0 : near);
  }

  private void check(Step step, boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(file + ":" + step.line() + ": " + message + "\n in " + step.sql());
    }
  }
}
