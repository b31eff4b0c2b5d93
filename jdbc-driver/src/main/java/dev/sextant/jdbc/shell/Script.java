package dev.sextant.jdbc.shell;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Optional;

/** Runs SQL from a pipe or file: results to one stream, errors to the other, no prompts. */
final class Script {

  private static final int MAX_CELL = 100;
  private static final int SHOWN = 200;

  private final Connection connection;
  private final PrintStream out;
  private final PrintStream err;

  Script(Connection connection, PrintStream out, PrintStream err) {
    this.connection = connection;
    this.out = out;
    this.err = err;
  }

  /** Runs statements until the end, or the first that fails: 0 or 1 as the exit status. */
  int run(Reader script) throws IOException {
    StatementReader statements = new StatementReader(script);
    for (Optional<String> sql = statements.next(); sql.isPresent(); sql = statements.next()) {
      try {
        run(sql.get());
      } catch (SQLException failure) {
        out.flush();
        err.println(Main.describe(failure));
        err.println("in: " + shortened(sql.get()));
        return 1;
      }
    }
    return 0;
  }

  private void run(String sql) throws SQLException {
    if (sql.startsWith("!")) {
      throw new SQLException(
          "\"" + shortened(sql) + "\" is a command of the interactive shell; a script holds SQL.",
          "42601");
    }
    try (Statement statement = connection.createStatement()) {
      boolean rows = statement.execute(sql);
      for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
        err.println("Warning: " + w.getMessage());
      }
      if (rows) {
        try (ResultSet result = statement.getResultSet()) {
          new ResultTable(out, MAX_CELL).print(result);
        }
      }
    }
  }

  private static String shortened(String sql) {
    return sql.length() <= SHOWN ? sql : sql.substring(0, SHOWN) + "…";
  }
}
