package dev.sextant.jdbc.shell;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The part of the demo that measures: exact search against a search by an index. */
final class MeasureTour {
  private static final String INDEX =
      """
      CREATE INDEX IF NOT EXISTS glosses_ann
      ON glosses USING hnsw (embedding vector_cosine_ops)""";
  private static final String MEASURE =
      """
      MEASURE RUNS 300 USING (SELECT embedding FROM glosses ORDER BY id LIMIT 100)
      SELECT rowid FROM knn('glosses.embedding', ?, 10, metric => 'cosine')
      AGAINST SELECT rowid FROM knn('glosses_ann', ?, 10)""";
  private static final String VERDICT =
      "SELECT verdict FROM sextant.measurements ORDER BY id DESC LIMIT 1";

  private final Connection connection;
  private final Screen screen;
  private final PrintStream out;

  MeasureTour(Connection connection, Screen screen) {
    this.connection = connection;
    this.screen = screen;
    this.out = screen.out();
  }

  /** Runs it. */
  void run() throws SQLException {
    out.println();
    out.println("-- Which is faster here, and can that be told: a is exact, b by an index");
    out.println(INDEX + ";");
    try (Statement statement = connection.createStatement()) {
      statement.execute(INDEX);
    }
    screen.query(connection, MEASURE);
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(VERDICT)) {
      result.next();
      out.println("The verdict on a against b: " + result.getString(1) + ".");
    }
  }
}
