package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code hybrid_search} against an oracle: both lists computed by SQLite row by row, ranked and
 * fused here.
 */
final class HybridSearchTest {
  private static final int ROWS = 400;
  private static final int DIMENSIONS = 4;
  private static final int CANDIDATES = 30;
  private static final String[] WORDS = {
    "ash", "birch", "cedar", "don't", "elm", "fir", "x-y", "Ä"
  };
  private static final String HYBRID =
      "SELECT * FROM hybrid_search('d.emb', 'd_text', :text, :vector, k => :k, candidates => :c,"
          + " rrf_k => :rrf, vector_weight => :v, text_weight => :t, metric => 'cosine')";

  @TempDir Path folder;
  private final Random random = new Random(Long.getLong("seed", 5));
  private final Map<String, Connection> connections = new TreeMap<>();

  private Connection open(String name) throws SQLException {
    Connection connection =
        DriverManager.getConnection("jdbc:sextant:" + folder.resolve("hybrid.db"));
    connections.put(name, connection);
    return connection;
  }

  private Connection ours() {
    return Objects.requireNonNull(connections.get("ours"));
  }

  @BeforeEach
  void fill() throws SQLException {
    try (Statement statement = open("ours").createStatement()) {
      statement.execute("CREATE TABLE d(id INTEGER PRIMARY KEY, body TEXT, emb VECTOR(4))");
      statement.execute(
          "CREATE VIRTUAL TABLE d_text USING fts5(body, content='d', content_rowid='id')");
      String deleted =
          " BEGIN INSERT INTO d_text(d_text, rowid, body) VALUES ('delete', old.id, old.body); ";
      String inserted = "INSERT INTO d_text(rowid, body) VALUES (new.id, new.body); ";
      statement.execute("CREATE TRIGGER d1 AFTER INSERT ON d BEGIN " + inserted + "END");
      statement.execute("CREATE TRIGGER d2 AFTER DELETE ON d" + deleted + "END");
      statement.execute("CREATE TRIGGER d3 AFTER UPDATE ON d" + deleted + inserted + "END");
    }
    insert(ROWS);
  }

  @AfterEach
  void close() throws SQLException {
    for (Connection connection : connections.values()) {
      connection.close();
    }
  }

  private void insert(int count) throws SQLException {
    try (PreparedStatement insert =
        ours().prepareStatement("INSERT INTO d(body, emb) VALUES (?, ?)")) {
      for (int i = 0; i < count; i++) {
        insert.setString(1, text(12));
        insert.setObject(2, i % 9 == 4 ? null : vector());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private String text(int words) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(words + 1); i > 0; i--) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
    return text.toString();
  }

  /** Few directions, so that many distances are equal. */
  private float[] vector() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = random.nextInt(-1, 3);
    }
    return vector;
  }

  /** Ids and scores, best first, of any statement of these two columns. */
  private static Map<Long, Double> ranked(Connection on, String sql, Object... values)
      throws SQLException {
    Map<Long, Double> rows = new LinkedHashMap<>();
    try (PreparedStatement statement = on.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          rows.put(result.getLong(1), result.getDouble(2));
        }
      }
    }
    return rows;
  }

  private record Row(
      long id,
      double score,
      @Nullable Integer vectorRank,
      @Nullable Double distance,
      @Nullable Integer textRank,
      @Nullable Double bm25) {}

  /** The words of {@link #WORDS} that need it are phrases of two tokens. */
  private static String match(String text) {
    return Arrays.stream(text.strip().split(" ", -1))
        .distinct()
        .map(word -> '"' + word + '"')
        .collect(Collectors.joining(" OR "));
  }

  private record Fusion(int k, int candidates, double rrfK, double vector, double text) {}

  private static List<Row> oracle(Connection on, String text, float[] query, Fusion fusion)
      throws SQLException {
    Map<Long, Double> near =
        ranked(
            on,
            "SELECT id, 0 + cosine_distance(emb, ?1) AS dist FROM d WHERE dist IS NOT NULL"
                + " ORDER BY 2, 1 LIMIT ?2",
            query,
            fusion.candidates());
    Map<Long, Double> said =
        text.isBlank()
            ? Map.of()
            : ranked(
                on,
                "SELECT rowid, bm25(d_text) FROM d_text WHERE d_text MATCH ? ORDER BY 2, 1 LIMIT ?",
                match(text),
                fusion.candidates());
    List<Long> nearIds = new ArrayList<>(near.keySet());
    List<Long> saidIds = new ArrayList<>(said.keySet());
    List<Long> all = new ArrayList<>(nearIds);
    all.addAll(saidIds);
    List<Row> rows = new ArrayList<>();
    for (long id : all.stream().distinct().toList()) {
      int a = nearIds.indexOf(id) + 1;
      int b = saidIds.indexOf(id) + 1;
      double score =
          (a == 0 ? 0 : fusion.vector() / (fusion.rrfK() + a))
              + (b == 0 ? 0 : fusion.text() / (fusion.rrfK() + b));
      rows.add(
          new Row(id, score, a == 0 ? null : a, near.get(id), b == 0 ? null : b, said.get(id)));
    }
    rows.sort(Comparator.comparingDouble(Row::score).reversed().thenComparingLong(Row::id));
    return rows.subList(0, Math.min(fusion.k(), rows.size()));
  }

  private static List<Row> hybrid(PreparedStatement search, String text, float[] query, Fusion how)
      throws SQLException {
    search.setString(1, text);
    search.setObject(2, query);
    search.setInt(3, how.k());
    search.setInt(4, how.candidates());
    search.setDouble(5, how.rrfK());
    search.setDouble(6, how.vector());
    search.setDouble(7, how.text());
    List<Row> rows = new ArrayList<>();
    try (ResultSet result = search.executeQuery()) {
      while (result.next()) {
        rows.add(
            new Row(
                result.getLong("rowid"),
                result.getDouble("score"),
                result.getObject("vector_rank", Integer.class),
                result.getObject("distance", Double.class),
                result.getObject("text_rank", Integer.class),
                result.getObject("bm25", Double.class)));
      }
    }
    return rows;
  }

  private Fusion fusion() {
    return new Fusion(
        random.nextInt(1, 40),
        random.nextInt(1, CANDIDATES),
        random.nextInt(3) == 0 ? 60 : random.nextDouble() * 10,
        random.nextInt(3) == 0 ? 1 : 0.1 + random.nextDouble(),
        random.nextInt(3) == 0 ? 1 : 0.1 + random.nextDouble());
  }

  private void compare(Connection on, int times) throws SQLException {
    try (PreparedStatement search = on.prepareStatement(HYBRID)) {
      for (int i = 0; i < times; i++) {
        String text = text(4);
        float[] query = vector();
        Fusion how = fusion();
        assertThat(hybrid(search, text, query, how))
            .as("text %s, %s", text, how)
            .isEqualTo(oracle(on, text, query, how));
      }
    }
  }

  @Test
  void bothRanksAreThoseOfTheOracle() throws SQLException {
    compare(ours(), 200);
  }

  @Test
  void itSeesItsTransactionAndNoOther() throws SQLException {
    Connection other = open("other");
    compare(other, 1);
    other.setAutoCommit(false);
    compare(other, 5);
    ours().setAutoCommit(false);
    for (int round = 0; round < 10; round++) {
      insert(20);
      try (Statement change = ours().createStatement()) {
        change.execute("DELETE FROM d WHERE id % 37 = " + round);
        change.execute("UPDATE d SET body = 'ash elm', emb = '[1,1,0,0]' WHERE id % 41 = " + round);
      }
      compare(ours(), 10);
      compare(other, 3);
      if (round % 3 == 2) {
        ours().rollback();
      } else {
        ours().commit();
      }
      compare(ours(), 5);
      compare(other, 3);
    }
    other.commit();
    compare(other, 5);
  }

  @Test
  void noTextIsASyntaxError() throws SQLException {
    String signs =
        "\"'*^():-+{}[]<>=.,;!?/\\|&%$#@~`_ \t\n\0AND OR NOT NEAR body rank 0 é \uD83D\uDE00";
    int[] points = signs.codePoints().toArray();
    try (PreparedStatement search =
        ours().prepareStatement("SELECT rowid FROM hybrid_search('d.emb', 'd_text', ?, NULL)")) {
      for (int i = 0; i < 500; i++) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(20); n > 0; n--) {
          text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        search.setString(1, text.toString());
        search.executeQuery().close();
      }
      search.setString(1, "elm ".repeat(5) + String.join(" ", manyWords()));
      try (ResultSet rows = search.executeQuery()) {
        assertThat(rows.next()).isTrue();
      }
    }
  }

  private static List<String> manyWords() {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      words.add("word" + i);
    }
    return words;
  }

  @Test
  void valuesOutOfRangeAreRefused() throws SQLException {
    try (PreparedStatement search = ours().prepareStatement(HYBRID)) {
      float[] query = vector();
      hybrid(search, "elm", query, new Fusion(1, 1, 0, 0, 0));
      for (Fusion wrong :
          List.of(
              new Fusion(-1, 1, 0, 1, 1),
              new Fusion(1, 0, 0, 1, 1),
              new Fusion(1, 1, -0.5, 1, 1),
              new Fusion(1, 1, 0, Double.POSITIVE_INFINITY, 1),
              new Fusion(1, 1, 0, 1, -1))) {
        assertThatThrownBy(() -> hybrid(search, "elm", query, wrong))
            .as("%s", wrong)
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"));
      }
    }
  }

  @Test
  void itsColumnsHaveTypes() throws SQLException {
    try (PreparedStatement search = ours().prepareStatement(HYBRID)) {
      ResultSetMetaData columns = search.getMetaData();
      List<String> types = new ArrayList<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        types.add(columns.getColumnName(i) + " " + columns.getColumnTypeName(i));
      }
      assertThat(types)
          .containsExactly(
              "rowid INTEGER",
              "score REAL",
              "vector_rank INTEGER",
              "distance REAL",
              "text_rank INTEGER",
              "bm25 REAL");
    }
  }
}
