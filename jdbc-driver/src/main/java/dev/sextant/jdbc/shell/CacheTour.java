package dev.sextant.jdbc.shell;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The part of the demo that shows what the embedding cache does. */
final class CacheTour {
  private static final int TEXTS = 256;
  private static final int SEARCHES = 2_000;
  private static final int WORDS = 400;
  private static final int CELL_WIDTH = 30;
  private static final long SEED = 42;
  private static final String SMALL = "SET cache.hot_bytes = 300000";
  private static final String USUAL = "SET cache.hot_bytes = DEFAULT";
  private static final String EMBED =
      "SELECT count(EMBED(word || ': ' || gloss)) FROM (SELECT word, gloss FROM glosses LIMIT "
          + TEXTS
          + ")";
  private static final String STATISTICS =
      """
      SELECT tier, entries, bytes, hits, misses, evictions, saved_ms
      FROM sextant.cache_stats
      WHERE model = 'all-minilm-l6-v2'""";
  private static final String CURVE =
      """
      SELECT bytes, miss_ratio FROM sextant.cache_mrc
      WHERE policy = (SELECT name FROM sextant.cache_policies WHERE is_active)
      ORDER BY bytes""";

  private final Connection connection;
  private final Screen screen;
  private final PrintStream out;

  CacheTour(Connection connection, Screen screen) {
    this.connection = connection;
    this.screen = screen;
    this.out = screen.out();
  }

  /** Runs it. */
  void run() throws SQLException {
    coldAndWarm();
    searchAsUsersDo();
    statistics();
    curve();
    out.println(USUAL + ";");
    try (Statement statement = connection.createStatement()) {
      statement.execute(USUAL);
    }
  }

  private void coldAndWarm() throws SQLException {
    out.println();
    out.printf(Locale.ROOT, "-- The embedding cache: %d texts, cold and warm%n", TEXTS);
    out.println("CALL cache_invalidate();");
    out.println(EMBED + ";");
    try (Statement statement = connection.createStatement()) {
      statement.execute("CALL cache_invalidate()");
      for (String state : List.of("cold", "warm")) {
        long start = screen.nanoTime().getAsLong();
        try (ResultSet result = statement.executeQuery(EMBED)) {
          result.next();
          out.printf(
              Locale.ROOT,
              "%s: %,d texts in %.1f ms%n",
              state,
              result.getLong(1),
              screen.millisSince(start));
        }
      }
    }
  }

  /** Questions of one word; the few that are asked often make the cache worth while. */
  private void searchAsUsersDo() throws SQLException {
    List<String> words = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT DISTINCT word FROM glosses LIMIT " + WORDS)) {
      while (result.next()) {
        words.add(result.getString(1));
      }
    }
    out.println();
    out.printf(
        Locale.ROOT,
        "-- %,d searches for %d words, the n-th n times as rarely as the first, with little room%n",
        SEARCHES,
        words.size());
    out.println(SMALL + ";");
    String sql = "SELECT id FROM glosses ORDER BY embedding <=> EMBED(?) LIMIT 3";
    out.println(sql + ";");
    Random random = new Random(SEED);
    try (Statement statement = connection.createStatement()) {
      statement.execute(SMALL);
    }
    long start = screen.nanoTime().getAsLong();
    try (PreparedStatement search = connection.prepareStatement(sql)) {
      for (int i = 0; i < SEARCHES; i++) {
        int rank = (int) Math.pow(words.size(), random.nextDouble());
        search.setString(1, words.get(Math.min(words.size(), rank) - 1));
        try (ResultSet result = search.executeQuery()) {
          result.next();
        }
      }
    }
    out.printf(Locale.ROOT, "%.1f ms%n", screen.millisSince(start));
  }

  private void statistics() throws SQLException {
    out.println();
    out.println("-- What the cache did");
    out.println(STATISTICS + ";");
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(STATISTICS)) {
      new ResultTable(out, CELL_WIDTH).print(result);
    }
  }

  private void curve() throws SQLException {
    out.println();
    out.println("-- How big it should be: the miss-ratio curve of these searches");
    out.println(CURVE + ";");
    List<MissRatioPlot.Point> points = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(CURVE)) {
      while (result.next()) {
        points.add(new MissRatioPlot.Point(result.getLong(1), result.getDouble(2)));
      }
    }
    MissRatioPlot.draw(out, points);
  }
}
