package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sextant.engine.http.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * OPTIMIZE PROMPT, with a model on loopback that adds numbers well when it is told to be careful.
 */
class OptimizePromptTest {
  private static final String SEARCH =
      "OPTIMIZE PROMPT sum FOR MODEL adder USING (SELECT input, expected FROM sums) METRIC exact"
          + " CANDIDATES 4 DEMOS 2 OPTIONS '{\"max_tokens\": 50}' BUDGET %s USD SEED 3";

  @TempDir Path folder;
  private final AtomicInteger asked = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private String url = "";

  @BeforeEach
  void define() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    url = "jdbc:sextant:" + folder.resolve("prompts.db");
    try (Connection connection = DriverManager.getConnection(url)) {
      run(
          connection,
          "CREATE CHAT MODEL adder PROVIDER p",
          "CREATE PRICE FOR adder (input 1, output 1) VALID FROM '2026-01-01'",
          "CREATE ENDPOINT local FOR adder KIND openai URL 'http://127.0.0.1:"
              + server.getAddress().getPort()
              + "/v1'",
          "CREATE PROMPT sum AS 'Answer.\n\nQ: {{sum}}\nA:'",
          "CREATE TABLE sums AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
              + " WHERE i < 99) SELECT i || '+' || (7 * i) AS input, 8 * i AS expected FROM n");
    }
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static Map<String, Object> one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).as(sql).isTrue();
      Map<String, Object> row = new LinkedHashMap<>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        row.put(rows.getMetaData().getColumnLabel(i), rows.getObject(i));
      }
      return row;
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.incrementAndGet();
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String prompt =
          JsonText.parse(body) instanceof Map<?, ?> request
                  && request.get("messages") instanceof List<?> messages
                  && messages.getLast() instanceof Map<?, ?> message
              ? String.valueOf(message.get("content"))
              : "";
      Map<String, Object> reply = new LinkedHashMap<>();
      Map<String, Object> answer = Map.of("role", "assistant", "content", text(prompt));
      reply.put("choices", List.of(Map.of("message", answer, "finish_reason", "stop")));
      reply.put("usage", Map.of("prompt_tokens", 40L, "completion_tokens", 10L));
      byte[] bytes = JsonText.write(reply).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes);
      }
    } catch (JsonText.Malformed malformed) {
      throw new IOException(malformed);
    }
  }

  private static String text(String prompt) {
    if (prompt.contains("Write a better instruction")) {
      return "Add the two numbers carefully, as " + prompt.hashCode() + " does.";
    }
    if (!prompt.endsWith("A:")) {
      return "sums of two numbers";
    }
    String sum = prompt.substring(prompt.lastIndexOf("Q: ") + 3, prompt.lastIndexOf("\nA:"));
    String[] numbers = sum.split("\\+", -1);
    boolean right = prompt.contains("carefully") || Math.floorMod(sum.hashCode(), 10) < 3;
    int added = Integer.parseInt(numbers[0]) + Integer.parseInt(numbers[1]);
    return String.valueOf(right ? added : added + 1);
  }

  @Test
  void aBetterVersionIsFoundAndUsed() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      Map<String, Object> found = one(connection, SEARCH.formatted("1"));
      assertThat(found).containsEntry("status", "improved").containsEntry("score", 1.0);
      assertThat(found.get("base_score"))
          .isInstanceOfSatisfying(Double.class, score -> assertThat(score).isLessThan(0.6));
      assertThat(found.get("at_least"))
          .isInstanceOfSatisfying(Double.class, least -> assertThat(least).isPositive());
      assertThat(found.get("usd"))
          .isInstanceOfSatisfying(Double.class, usd -> assertThat(usd).isLessThanOrEqualTo(1));
      assertThat(whole(found, "calls")).isEqualTo((long) asked.get());

      Map<String, Object> used =
          one(connection, "SELECT * FROM sextant.prompt_versions WHERE prompt = 'sum' AND active");
      assertThat(used).containsEntry("version", found.get("version")).containsEntry("parent", 1L);
      String rendered =
          String.valueOf(
              one(connection, "SELECT RENDER('sum', '{\"sum\": \"2+2\"}') AS r").get("r"));
      assertThat(rendered).startsWith("Add the two numbers carefully").endsWith("Q: 2+2\nA:");
      assertThat(
              one(connection, "SELECT COMPLETE('adder', RENDER('sum', '{\"sum\": \"4+5\"}')) AS c"))
          .containsEntry("c", "9");

      Map<String, Object> rows =
          one(
              connection,
              "SELECT (SELECT count(*) FROM sextant.prompt_runs) AS runs, (SELECT count(*) FROM"
                  + " sextant.prompt_trials) AS trials, (SELECT count(*) FROM"
                  + " sextant.prompt_scores WHERE part = 'test') AS tested, (SELECT count(*) FROM"
                  + " sextant.prompt_candidates) AS candidates, (SELECT count(*) FROM"
                  + " sextant.attempts) AS attempts");
      assertThat(rows).containsEntry("runs", 1L).containsEntry("tested", 60L);
      assertThat(whole(rows, "attempts")).isEqualTo((long) asked.get());
      assertThat(whole(rows, "candidates")).isPositive();
      assertThat(whole(rows, "trials")).isGreaterThan(8);
    }
  }

  @Test
  void whatIsGoodStays() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      run(connection, "CREATE OR REPLACE PROMPT sum AS 'Add carefully.\n\nQ: {{sum}}\nA:'");
      long version = active(connection);
      assertThat(one(connection, SEARCH.formatted("1")))
          .containsEntry("status", "no improvement")
          .containsEntry("version", version)
          .containsEntry("base_score", 1.0);
      assertThat(active(connection)).isEqualTo(version);
    }
  }

  private static long active(Connection connection) throws SQLException {
    return whole(
        one(
            connection,
            "SELECT version FROM sextant.prompt_versions WHERE prompt = 'sum' AND active"),
        "version");
  }

  private static long whole(Map<String, Object> row, String column) {
    return row.get(column) instanceof Number number ? number.longValue() : Long.MIN_VALUE;
  }

  @Test
  void theSameSeedAsksTheSame() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      one(connection, SEARCH.formatted("1"));
      run(connection, "ALTER PROMPT sum ACTIVATE VERSION 1");
      one(connection, SEARCH.formatted("1"));
      assertThat(
              one(
                  connection,
                  "SELECT count(*) AS n FROM sextant.prompt_scores a LEFT JOIN"
                      + " sextant.prompt_scores b ON b.run_id = 2 AND b.part = a.part AND"
                      + " b.instruction = a.instruction AND b.demos = a.demos AND b.example ="
                      + " a.example AND b.score = a.score WHERE a.run_id = 1 AND b.run_id IS NULL"))
          .containsEntry("n", 0L);
    }
  }

  @Test
  void whatCannotBePaidForIsRefused() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      assertThatThrownBy(() -> one(connection, SEARCH.formatted("0.0001")))
          .isInstanceOfSatisfying(
              SQLException.class, failure -> assertThat(failure.getSQLState()).isEqualTo("53000"))
          .hasMessageContaining("The budget of 1.0E-4 USD does not pay for the search");
      assertThat(asked).hasValue(0);
      run(
          connection,
          "CREATE CHAT MODEL unpriced PROVIDER p",
          "CREATE ENDPOINT free FOR unpriced KIND stub (answer 'x')");
      assertThatThrownBy(() -> one(connection, SEARCH.replace("adder", "unpriced").formatted("1")))
          .hasMessageContaining("No price of model \"unpriced\" is known");
      assertThatThrownBy(
              () ->
                  one(connection, SEARCH.formatted("1").replace("FROM sums", "FROM sums LIMIT 20")))
          .hasMessageContaining("20 examples give 4 to train on, 10 to search on and 6 to test on");
      assertThatThrownBy(() -> one(connection, SEARCH.formatted("1").replace("exact", "exakt")))
          .hasMessageContaining("exact");
      assertThatThrownBy(() -> one(connection, "OPTIMIZE PROMPT sum"))
          .isInstanceOfSatisfying(
              SQLException.class, failure -> assertThat(failure.getSQLState()).isEqualTo("42601"));
      assertThat(active(connection)).isEqualTo(1);
    }
  }
}
