package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routers in SQL on recorded outcomes of real models; where they lose, that is said. */
class RoutingDataTest {
  private static final System.Logger LOG = System.getLogger(RoutingDataTest.class.getName());
  private static final Path FOLDER =
      Path.of(System.getProperty("sextant.root", ".."), "..", "shared", "data", "routing");

  /** A field, in quotes or not, and what ends it. */
  private static final Pattern FIELD =
      Pattern.compile("\\G(?:\"([^\"]*+(?:\"\"[^\"]*+)*+)\"|([^,\r\n]*+))(,|\r?\n|$)");

  private static final String SUMS = "SELECT model, sum(score), sum(cost) FROM outcomes";
  private static final String ORACLE =
      """
      SELECT 'oracle', sum(score), sum(cost)
      FROM (SELECT score, cost,
              row_number() OVER (PARTITION BY n ORDER BY score DESC, cost) AS place
            FROM outcomes)
      WHERE place = 1""";

  private static final String ALL =
      "SELECT p.prompt, o.model, o.score, o.cost FROM outcomes AS o JOIN prompts AS p ON p.n = o.n"
          + " ORDER BY p.n, o.model";

  /** What a choice of models makes of prompts. */
  private record Achieved(String name, double quality, double usd) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s %.4f for %.8f USD", name, quality, usd);
    }
  }

  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    connection = DriverManager.getConnection("jdbc:sextant::memory:");
    run("CREATE TABLE prompts(n INTEGER PRIMARY KEY, prompt TEXT NOT NULL, part TEXT NOT NULL)");
    run(
        "CREATE TABLE outcomes(n INTEGER NOT NULL, model TEXT NOT NULL, score REAL NOT NULL,"
            + " cost REAL NOT NULL, PRIMARY KEY (n, model))");
    run("CREATE TABLE train(prompt TEXT, model TEXT, score REAL, cost REAL)");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private Achieved achieved(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).as(sql).isTrue();
      return new Achieved(row.getString(1), row.getDouble(2), row.getDouble(3));
    }
  }

  private List<String> column(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  private void insert(String sql, Iterable<List<String>> rows) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (List<String> row : rows) {
        for (int i = 0; i < insert.getParameterMetaData().getParameterCount(); i++) {
          insert.setString(i + 1, row.get(i));
        }
        insert.executeUpdate();
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  /** The rows below the head. */
  private static List<List<String>> csv(String name) throws IOException {
    String text;
    try (InputStream bytes = Files.newInputStream(FOLDER.resolve(name));
        InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes) {
      text = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    Matcher field = FIELD.matcher(text);
    for (int end = 0; end < text.length() && field.find(); end = field.end()) {
      String quoted = field.group(1);
      row.add(quoted == null ? field.group(2) : quoted.replace("\"\"", "\""));
      if (!field.group(3).equals(",")) {
        rows.add(row);
        row = new ArrayList<>();
      }
    }
    return rows.subList(1, rows.size());
  }

  private void loadLlmRouter() throws SQLException, IOException {
    run("CREATE TABLE read_prompts(a, b, id TEXT UNIQUE, c, d, prompt)");
    run("CREATE TABLE read_outcomes(a, id, model, score REAL, cost REAL)");
    insert("INSERT INTO read_prompts VALUES (?, ?, ?, ?, ?, ?)", csv("llmrouter_prompts.csv.gz"));
    insert("INSERT INTO read_outcomes VALUES (?, ?, ?, ?, ?)", csv("llmrouter_outcomes.csv.gz"));
    run("INSERT INTO prompts SELECT rowid - 1, prompt, '' FROM read_prompts");
    run(
        "INSERT INTO outcomes SELECT p.rowid - 1, o.model, o.score, o.cost"
            + " FROM read_outcomes AS o JOIN read_prompts AS p ON p.id = o.id");
    split();
  }

  /** At list prices of a token of four characters. */
  private void loadGsm8k() throws SQLException, IOException {
    run("CREATE TABLE gsm8k(prompt, weak, strong, weak_answer, strong_answer)");
    insert("INSERT INTO gsm8k VALUES (?, ?, ?, ?, ?)", csv("gsm8k_responses.csv"));
    run("INSERT INTO prompts SELECT rowid - 1, prompt, '' FROM gsm8k");
    run(
        """
        INSERT INTO outcomes
        SELECT rowid - 1, 'mixtral', weak = 'True',
          (length(prompt) + length(weak_answer)) / 4.0 * 0.6e-6
        FROM gsm8k
        UNION ALL
        SELECT rowid - 1, 'gpt-4', strong = 'True',
          length(prompt) / 4.0 * 10e-6 + length(strong_answer) / 4.0 * 30e-6
        FROM gsm8k""");
    split();
  }

  private void split() throws SQLException {
    run(
        "UPDATE prompts SET part = CASE WHEN n % 10 < 6 THEN 'train'"
            + " WHEN n % 10 < 8 THEN 'validation' ELSE 'test' END");
    run(
        "INSERT INTO train SELECT p.prompt, o.model, o.score, o.cost"
            + " FROM outcomes AS o JOIN prompts AS p ON p.n = o.n"
            + " WHERE p.part = 'train' ORDER BY p.n, o.model");
  }

  private void is(Achieved achieved, String name, double quality, double usd) {
    assertThat(achieved.name()).isEqualTo(name);
    assertThat(achieved.quality()).isCloseTo(quality, within(1e-7));
    assertThat(achieved.usd()).isCloseTo(usd, within(1e-9));
  }

  private Achieved cheapest(String where) throws SQLException {
    return achieved(SUMS + where + " GROUP BY model ORDER BY sum(cost), model LIMIT 1");
  }

  private Achieved bestSingle(String where) throws SQLException {
    return achieved(SUMS + where + " GROUP BY model ORDER BY sum(score) DESC, sum(cost) LIMIT 1");
  }

  /** An endpoint for each model; where routers go. */
  private String endpoints() throws SQLException {
    List<String> models = column("SELECT DISTINCT model FROM outcomes ORDER BY model");
    List<String> targets = new ArrayList<>();
    for (String model : models) {
      run("CREATE CHAT MODEL \"" + model + "\" PROVIDER recorded");
      run("CREATE ENDPOINT \"at " + model + "\" FOR \"" + model + "\" KIND stub (answer 'x')");
      targets.add("\"at " + model + "\"");
    }
    return String.join(", ", targets);
  }

  /** The mean quality and cost of what a route chooses for a part of the prompts. */
  private Achieved routed(String route, String part) throws SQLException {
    return achieved(
        """
        SELECT '%s', avg(o.score), avg(o.cost)
        FROM (SELECT n, ROUTE(prompt, '%s', '{"seed": 1}') AS endpoint
              FROM prompts WHERE part = '%s') AS r
        JOIN sextant.endpoints AS e ON e.name = r.endpoint
        JOIN outcomes AS o ON o.n = r.n AND o.model = e.model"""
            .formatted(route, route, part));
  }

  /** The setting that is best on the validation split, on the test split. */
  private Achieved picked(String targets, String name, List<String> policies) throws SQLException {
    Achieved best = new Achieved("", -1, 0);
    for (int i = 0; i < policies.size(); i++) {
      String route = name + "_" + (i + 1);
      run("CREATE ROUTE " + route + " TARGETS (" + targets + ") USING POLICY " + policies.get(i));
      Achieved here = routed(route, "validation");
      best = here.quality() > best.quality() ? here : best;
    }
    return routed(best.name(), "test");
  }

  private void routers(String data) throws SQLException {
    String targets = endpoints();
    String part = " WHERE n IN (SELECT n FROM prompts WHERE part = '%s')";
    String weak = "\"at " + cheapest(part.formatted("train")).name() + "\"";
    String strong = "\"at " + bestSingle(part.formatted("train")).name() + "\"";
    String threshold = "threshold (weak " + weak + ", strong " + strong + ", table train, gain ";
    List<Achieved> routers =
        List.of(
            picked(
                targets,
                "knn",
                List.of(
                    "knn (table train, k 10)",
                    "knn (table train, k 40)",
                    "knn (table train, k 100)")),
            picked(
                targets,
                "ridge",
                List.of(
                    "ridge (table train, penalty 1)",
                    "ridge (table train, penalty 10)",
                    "ridge (table train, penalty 100)")),
            picked(
                targets,
                "threshold",
                List.of(threshold + "0)", threshold + "0.1)", threshold + "0.2)")));
    String fixed = ") USING POLICY fixed (endpoint " + strong + ")";
    run("CREATE ROUTE always TARGETS (" + targets + fixed);
    Achieved single = routed("always", "test");
    Achieved low =
        achieved(
            "SELECT model, avg(score) AS quality, avg(cost) FROM outcomes"
                + part.formatted("test")
                + " GROUP BY model ORDER BY quality LIMIT 1");
    Achieved high =
        achieved(
            ORACLE
                .replace("sum", "avg")
                .replace("FROM outcomes", "FROM outcomes" + part.formatted("test")));
    LOG.log(
        System.Logger.Level.INFO,
        "SEEN {0}, test split: {1}; {2}; {3} and {4}; {5}",
        data,
        routers,
        single,
        weak,
        strong,
        high);
    for (Achieved router : routers) {
      assertThat(router.quality()).as("%s", router).isBetween(low.quality(), high.quality());
      assertThat(router.usd()).as("%s", router).isPositive().isFinite();
      assertThat(routed(router.name(), "test")).as("once more").isEqualTo(router);
    }
  }

  private List<String> calibrated(String keep) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "CALIBRATE ROUTE learned USING (" + ALL + ") KEEP " + keep + " OF BEST")) {
      assertThat(row.next()).isTrue();
      List<String> values = new ArrayList<>();
      for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
        values.add(String.valueOf(row.getObject(i)));
      }
      LOG.log(System.Logger.Level.INFO, "SEEN calibrate {0}: {1}", keep, values);
      return values;
    }
  }

  /** Whether a router keeps the whole of the best model's quality, 99 % and 95 %. */
  private void verdicts(String... expected) throws SQLException {
    String targets =
        String.join(", ", column("SELECT '\"' || name || '\"' FROM sextant.endpoints"));
    run("CREATE ROUTE learned TARGETS (" + targets + ") USING POLICY ridge (table train)");
    double[] shares = {1, 0.99, 0.95};
    List<String> verdicts = new ArrayList<>();
    for (double share : shares) {
      List<String> found = calibrated(Double.toString(share));
      verdicts.add(found.getFirst());
      if (found.getFirst().equals("holds")) {
        double best = Double.parseDouble(found.get(5));
        assertThat(Double.parseDouble(found.get(2))).isGreaterThanOrEqualTo(share * best);
        assertThat(Double.parseDouble(found.get(3))).isLessThan(Double.parseDouble(found.get(6)));
      }
    }
    assertThat(verdicts).containsExactly(expected);
  }

  private static void requireData() {
    assumeTrue(Files.isDirectory(FOLDER), "shared/data/routing is not there");
  }

  @Test
  void llmRouter() throws SQLException, IOException {
    requireData();
    loadLlmRouter();
    is(cheapest(""), "gemma-2-9b-it", 2998.3669582666, 0.18763720);
    is(bestSingle(""), "llama-3.1-nemotron-51b-instruct", 3484.3792769183, 1.68873480);
    is(achieved(ORACLE), "oracle", 4496.0590193011, 0.34182610);
    routers("LLMRouter");
    verdicts("refused", "refused", "refused");
  }

  @Test
  void gsm8k() throws SQLException, IOException {
    requireData();
    loadGsm8k();
    is(cheapest(""), "mixtral", 842, 0.1070262);
    is(bestSingle(""), "gpt-4", 1130, 4.93138);
    is(achieved(ORACLE), "oracle", 1225, 1.70285815);
    routers("GSM8K");
    verdicts("refused", "holds", "holds");
  }

  /** Prompts of two topics; of one of them the cheap model knows something, or of none. */
  private void plant(boolean cheapKnows) throws SQLException {
    List<List<String>> prompts = new ArrayList<>();
    List<List<String>> outcomes = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      boolean easy = i % 7 < 4;
      String n = Integer.toString(i);
      prompts.add(List.of(n, (easy ? "translate the word bread " : "prove this theorem ") + i));
      outcomes.add(List.of(n, "cheap", easy && cheapKnows ? "1" : "0", "0.001"));
      outcomes.add(List.of(n, "dear", i % 50 == 0 ? "0" : "1", "0.01"));
    }
    insert("INSERT INTO prompts VALUES (?, ?, '')", prompts);
    insert("INSERT INTO outcomes VALUES (?, ?, ?, ?)", outcomes);
    run("CREATE ROUTE learned TARGETS (" + endpoints() + ") USING POLICY ridge (table train)");
  }

  @Test
  void calibrationFindsWhatIsPlanted() throws SQLException {
    plant(true);
    List<String> found = calibrated("0.99");
    assertThat(found.getFirst()).isEqualTo("holds");
    assertThat(found.get(4)).isEqualTo("dear");
    assertThat(Double.parseDouble(found.get(3))).isBetween(0.004, 0.006);
  }

  @Test
  void calibrationRefusesWhereNothingIsPlanted() throws SQLException {
    plant(false);
    List<String> found = calibrated("0.99");
    assertThat(found.getFirst()).isEqualTo("refused");
    assertThat(found.getLast()).contains("none of 49 settings");
  }
}
