package dev.sextant.jdbc.shell;

import java.io.IOException;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A database of real text and questions to it.
 *
 * <p>Rows are embedded and inserted a batch a transaction, so the database opens and holds whole
 * batches whenever the program is stopped, and the next run goes on with the rows that are missing.
 */
final class Demo {

  private static final int BATCH = 64;
  private static final int TEXT_WIDTH = 72;
  private static final int PLAN_WIDTH = 110;

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS lexnames(
            lexname TEXT PRIMARY KEY, pos TEXT NOT NULL, meaning TEXT NOT NULL)""",
          """
          CREATE TABLE IF NOT EXISTS glosses(
            id INTEGER PRIMARY KEY, pos TEXT NOT NULL, lexname TEXT NOT NULL,
            word TEXT NOT NULL, gloss TEXT NOT NULL, embedding VECTOR(384) NOT NULL)""");

  private record Question(String title, String sql) {}

  private static final List<Question> QUESTIONS =
      List.of(
          new Question(
              "Nearest neighbours of a question in plain words",
              """
              SELECT word, pos, gloss
              FROM glosses
              ORDER BY embedding <=> EMBED('a bird that hunts at night')
              LIMIT 5"""),
          new Question(
              "The same with a filter: only verbs",
              """
              SELECT word, lexname, gloss
              FROM glosses
              WHERE pos = 'verb'
              ORDER BY embedding <=> EMBED('to be very happy about something')
              LIMIT 5"""),
          new Question(
              "Joined and aggregated: which kinds of words are near \"the sea\"",
              """
              SELECT l.meaning, count(*) AS words, min(near.word) AS example
              FROM (SELECT lexname, word
                    FROM glosses
                    ORDER BY embedding <=> EMBED('the sea')
                    LIMIT 50) AS near
              JOIN lexnames AS l ON l.lexname = near.lexname
              GROUP BY l.meaning
              ORDER BY words DESC, l.meaning
              LIMIT 5"""),
          new Question(
              "How a nearest-neighbour query runs",
              """
              EXPLAIN SELECT word, gloss
              FROM glosses
              WHERE pos = 'noun'
              ORDER BY embedding <=> EMBED('a bird that hunts at night')
              LIMIT 5"""),
          new Question(
              "Which distance kernels are used, and why", "SELECT * FROM sextant.kernels"));

  private final Connection connection;
  private final DemoOptions options;
  private final Screen screen;
  private final PrintStream out;

  Demo(Connection connection, DemoOptions options, Screen screen) {
    this.connection = connection;
    this.options = options;
    this.screen = screen;
    this.out = screen.out();
  }

  /** Fills the database as far as it is not, then asks the questions. */
  void run() throws SQLException, IOException {
    try (Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        statement.execute(table);
      }
    }
    Set<Integer> present = ids();
    // The files are read only if rows are missing: a second run starts at once.
    if (options.rows() > present.size()) {
      fill(WordNet.read(), present);
    }
    out.printf(Locale.ROOT, "%s holds %,d glosses of WordNet 3.1.%n", options.database(), count());
    for (Question question : QUESTIONS) {
      ask(question);
    }
    new CacheTour(connection, screen).run();
    new SandboxTour(connection, screen).run();
    new RouteTour(connection, screen).run();
    new MeasureTour(connection, screen).run();
    out.println();
    out.println("Ask your own: bin/sextant " + options.database());
  }

  private Set<Integer> ids() throws SQLException {
    Set<Integer> ids = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT id FROM glosses")) {
      while (result.next()) {
        ids.add(result.getInt(1));
      }
    }
    return ids;
  }

  private long count() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT count(*) FROM glosses")) {
      result.next();
      return result.getLong(1);
    }
  }

  private void fill(WordNet wordNet, Set<Integer> present) throws SQLException {
    List<WordNet.Gloss> missing =
        wordNet.select(options.rows()).stream()
            .filter(gloss -> !present.contains(gloss.id()))
            .toList();
    if (missing.isEmpty()) {
      return;
    }
    if (!present.isEmpty()) {
      out.printf(Locale.ROOT, "Going on: %,d glosses are there.%n", present.size());
    }
    connection.setAutoCommit(false);
    fillLexNames();
    connection.commit();
    ProgressBar bar = new ProgressBar(screen, "Embedding glosses", missing.size());
    bar.update(0);
    for (int from = 0; from < missing.size(); from += BATCH) {
      int to = Math.min(from + BATCH, missing.size());
      insert(missing.subList(from, to));
      connection.commit();
      bar.update(to);
    }
    connection.setAutoCommit(true);
  }

  private void fillLexNames() throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT OR IGNORE INTO lexnames VALUES (?, ?, ?)")) {
      for (WordNet.LexName lexname : WordNet.lexNames()) {
        insert.setString(1, lexname.name());
        insert.setString(2, lexname.pos());
        insert.setString(3, lexname.meaning());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** One statement, so that its texts are embedded together, on all cores. */
  private void insert(List<WordNet.Gloss> glosses) throws SQLException {
    String rows = ", (?, ?, ?, ?, ?, EMBED(?))".repeat(glosses.size()).substring(2);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO glosses VALUES " + rows)) {
      int parameter = 0;
      for (WordNet.Gloss gloss : glosses) {
        insert.setInt(++parameter, gloss.id());
        insert.setString(++parameter, gloss.lexname().pos());
        insert.setString(++parameter, gloss.lexname().name());
        insert.setString(++parameter, gloss.word());
        insert.setString(++parameter, gloss.text());
        insert.setString(++parameter, gloss.word() + ": " + gloss.text());
      }
      insert.executeUpdate();
    }
  }

  private void ask(Question question) throws SQLException {
    out.println();
    out.println("-- " + question.title());
    out.println(question.sql() + ";");
    // Texts are cut to fit a screen; what explains the engine is worth a longer line.
    int width = question.sql().startsWith("SELECT word") ? TEXT_WIDTH : PLAN_WIDTH;
    ResultTable table = new ResultTable(out, width);
    long start = screen.nanoTime().getAsLong();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet result = statement.executeQuery(question.sql())) {
        long rows = table.print(result);
        out.printf(Locale.ROOT, "%,d rows in %.1f ms", rows, screen.millisSince(start));
      }
      long again = screen.nanoTime().getAsLong();
      try (ResultSet result = statement.executeQuery(question.sql())) {
        while (result.next()) {
          result.getString(1);
        }
      }
      out.printf(Locale.ROOT, ", the second time in %.1f ms%n", screen.millisSince(again));
    }
  }
}
