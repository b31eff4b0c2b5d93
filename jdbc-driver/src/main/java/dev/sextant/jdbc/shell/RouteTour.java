package dev.sextant.jdbc.shell;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The part of the demo that routes a prompt to chat models, of which the cheapest is down. */
final class RouteTour {
  private static final List<String> DEFINITIONS =
      List.of(
          "CREATE OR REPLACE CHAT MODEL small PROVIDER acme (context 8000)",
          "CREATE OR REPLACE CHAT MODEL large PROVIDER acme (context 128000)",
          "CREATE OR REPLACE CHAT MODEL toy PROVIDER acme (context 20)",
          "CREATE OR REPLACE PRICE FOR toy (input 0.01, output 0.04) VALID FROM '2026-01-01'",
          "CREATE OR REPLACE PRICE FOR small (input 0.5, output 2) VALID FROM '2026-01-01'",
          "CREATE OR REPLACE PRICE FOR large (input 5, output 20) VALID FROM '2026-01-01'",
          "CREATE OR REPLACE ENDPOINT toy_box FOR toy KIND stub (answer 'A toy.')",
          "CREATE OR REPLACE ENDPOINT night_shift FOR small KIND stub (status 503)",
          """
          CREATE OR REPLACE ENDPOINT day_shift FOR large KIND stub (
            answer 'You asked: {prompt} A list of hard words.')""",
          """
          CREATE OR REPLACE ROUTE assistant TARGETS (toy_box, night_shift, day_shift)
          USING POLICY cheapest FALLBACK ON (rate_limit, timeout, connect, server) ATTEMPTS 3""");
  private static final String ASK = "SELECT COMPLETE('assistant', 'What is a glossary?') AS answer";
  private static final String ATTEMPTS =
      """
      SELECT n, endpoint, status, error_class, cost_usd
      FROM sextant.attempts WHERE decision_id = LAST_DECISION_ID()""";
  private static final String CANDIDATES =
      """
      SELECT d.decision_id AS decision, c.endpoint, c.cost_usd, c.prob, c.chosen, c.reject_reason
      FROM sextant.decisions AS d
      JOIN sextant.decision_candidates AS c ON c.decision_id = d.decision_id
      WHERE LAST_DECISION_ID() IN (d.decision_id, d.fallback_of)
      ORDER BY d.decision_id, c.cost_usd""";

  private final Connection connection;
  private final Screen screen;
  private final PrintStream out;

  RouteTour(Connection connection, Screen screen) {
    this.connection = connection;
    this.screen = screen;
    this.out = screen.out();
  }

  /** Runs it. */
  void run() throws SQLException {
    out.println();
    out.println("-- A prompt for one of three models, on servers of this process; one is down");
    try (Statement statement = connection.createStatement()) {
      for (String definition : DEFINITIONS) {
        out.println(definition + ";");
        statement.execute(definition);
      }
    }
    screen.query(connection, ASK);
    out.println();
    out.println("-- Who was asked");
    screen.query(connection, ATTEMPTS);
    out.println();
    out.println("-- What was decided, twice, and why");
    screen.query(connection, CANDIDATES);
  }
}
