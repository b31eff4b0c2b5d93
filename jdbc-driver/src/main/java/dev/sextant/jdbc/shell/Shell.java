package dev.sextant.jdbc.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jline.reader.EOFError;
import org.jline.reader.History;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jline.reader.impl.LineReaderImpl;
import org.jspecify.annotations.Nullable;
import sqlline.BuiltInProperty;
import sqlline.SqlLine;
import sqlline.SqlLineParser;

/** The interactive shell: sqlline over Sextant's driver. */
final class Shell {

  private static final String CONTINUATION = "    ...> ";

  private final String url;
  private final PrintStream out;

  Shell(String url, PrintStream out) {
    this.url = url;
    this.out = out;
  }

  /**
   * Runs until the user leaves.
   *
   * @return the exit status
   * @throws SQLException where the database cannot be opened
   */
  int run() throws SQLException, IOException {
    try (Connection connection = DriverManager.getConnection(url)) {
      out.println(banner(connection.getMetaData()));
      out.println(kernels(connection));
    }
    String[] args = {
      "-ac", ShellApplication.class.getName(), "-u", url, "-n", "", "-p", "",
    };
    return new Line().begin(args, null, true) == SqlLine.Status.OK ? 0 : 1;
  }

  private String banner(DatabaseMetaData metaData) throws SQLException {
    int options = url.indexOf('?');
    String database = url.substring("jdbc:sextant:".length(), options < 0 ? url.length() : options);
    return "Sextant "
        + metaData.getDriverVersion()
        + " on "
        + (database.startsWith(":memory:")
            ? "a database in memory (name a file to keep it: bin/sextant my.db)"
            : database);
  }

  /** The distance kernels in use and why; an engine that cannot tell stops no shell. */
  private static String kernels(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet chosen =
            statement.executeQuery(
                "SELECT name, reason FROM sextant.kernels WHERE status = 'chosen'")) {
      return chosen.next()
          ? "Distance kernels: " + chosen.getString(1) + ", " + chosen.getString(2)
          : "Distance kernels: none chosen";
    } catch (SQLException failure) {
      return "Distance kernels: unknown, " + failure.getMessage();
    }
  }

  /** sqlline with a continuation prompt as wide as the prompt. */
  private static final class Line extends SqlLine {
    @Override
    public LineReader getConsoleReader(@Nullable InputStream in, History history)
        throws IOException {
      // sqlline asks the application only later, when the keys are bound already.
      getOpts().set(BuiltInProperty.AUTO_PAIRING, false);
      LineReader reader = super.getConsoleReader(in, history);
      if (reader instanceof LineReaderImpl editable) {
        editable.setParser(new Continuing(this, editable));
      }
      return reader;
    }
  }

  /** sqlline's parser, with our continuation prompt and the quotes around functions. */
  private static final class Continuing extends SqlLineParser {
    private final LineReader reader;

    Continuing(SqlLine sqlLine, LineReader reader) {
      super(sqlLine);
      this.reader = reader;
    }

    @Override
    public SqlLineArgumentList parseState(String line, int cursor, ParseContext context) {
      return DollarQuotes.hidden(line)
          .map(hidden -> super.parseState(hidden, cursor, context))
          .orElseGet(() -> new SqlLineArgumentList(SqlParserState.QUOTED, () -> CONTINUATION));
    }

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
      try {
        return super.parse(line, cursor, context);
      } catch (EOFError incomplete) {
        reader.setVariable(LineReader.SECONDARY_PROMPT_PATTERN, CONTINUATION);
        throw incomplete;
      }
    }
  }
}
