package dev.sextant.jdbc.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class ScriptTest {

  private static final String URL = "jdbc:sextant::memory:";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void printsResultsAsTables() throws SQLException, IOException {
    int status =
        run(
            """
            CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT);
            INSERT INTO t VALUES (1, 'one'), (20, NULL), (3, 'trois
            lignes 😀');
            SELECT * FROM t ORDER BY id
            """);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(status).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            """
            +----+----------------+
            | id | name           |
            +----+----------------+
            |  1 | one            |
            |  3 | trois lignes 😀 |
            | 20 | NULL           |
            +----+----------------+
            """);
  }

  @Test
  void anEmptyResultHasAHeader() throws SQLException, IOException {
    assertThat(run("CREATE TABLE t(a INTEGER); SELECT a FROM t;")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines("+---+\n| a |\n+---+\n");
  }

  @Test
  void longValuesAreCut() throws SQLException, IOException {
    assertThat(run("SELECT '" + "x".repeat(1_000) + "' AS a")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .contains("| " + "x".repeat(99) + "… |")
        .allMatch(line -> line.length() == 104);
  }

  @Test
  void theFirstErrorStopsAndNamesItsStatement() throws SQLException, IOException {
    assertThat(run("SELECT 1 AS a; SELECT * FROM nowhere; SELECT 2 AS b;")).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("| a |").doesNotContain("| b |");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("Error 42P01: ")
        .contains("nowhere")
        .contains("in: SELECT * FROM nowhere");
  }

  @Test
  void commandsOfTheInteractiveShellAreRefused() throws SQLException, IOException {
    assertThat(run("!tables\n")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("\"!tables\" is a command of the interactive shell");
  }

  private int run(String script) throws SQLException, IOException {
    try (Connection connection = DriverManager.getConnection(URL)) {
      return new Script(
              connection,
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8))
          .run(new StringReader(script));
    }
  }
}
