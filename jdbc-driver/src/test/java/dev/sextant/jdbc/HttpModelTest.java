package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model on a server, from SQL; the server is one of the loopback that counts its requests. */
@Timeout(60)
class HttpModelTest {
  private static final int THREADS = 16;

  @TempDir Path folder;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch answer = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  @AfterEach
  void stop() {
    answer.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  /** One text in each request is what it has an answer for: the vector [3, 4]. */
  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      answer.await();
      byte[] body =
          "{\"data\": [{\"index\": 0, \"embedding\": [3, 4]}]}".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sextant:" + folder.resolve("a.db"));
  }

  private void create(Connection connection, String more) throws SQLException {
    run(
        connection,
        "CREATE EMBEDDING MODEL far USING http (url 'http://127.0.0.1:"
            + server.getAddress().getPort()
            + "/v1', model 'small', dimensions 2"
            + more
            + ")");
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }

  @Test
  void sixteenConnectionsThatWantOneTextMakeOneRequest() throws Exception {
    List<Future<String>> vectors = new ArrayList<>();
    try (Connection first = open()) {
      create(first, "");
      for (int i = 0; i < THREADS; i++) {
        vectors.add(
            threads.submit(
                () -> {
                  try (Connection connection = open();
                      PreparedStatement embed =
                          connection.prepareStatement("SELECT EMBED(?, 'far') = vector(?)")) {
                    embed.setString(1, "the same for all");
                    embed.setString(2, "[0.6, 0.8]");
                    try (ResultSet row = embed.executeQuery()) {
                      row.next();
                      return row.getString(1);
                    }
                  }
                }));
      }
      String joins = "SELECT coalesce(sum(joins), 0) FROM sextant.cache_stats";
      while (Long.parseLong(one(first, joins)) < THREADS - 1) {
        Thread.onSpinWait();
      }
      answer.countDown();
      for (Future<String> vector : vectors) {
        assertThat(vector.get()).isEqualTo("1");
      }
      assertThat(requests).hasSize(1);
      assertThat(one(first, "SELECT sum(computed) FROM sextant.cache_stats")).isEqualTo("1");
    }
    try (Connection again = open()) {
      assertThat(one(again, "SELECT EMBED('the same for all', 'far') = vector('[0.6, 0.8]')"))
          .isEqualTo("1");
      assertThat(requests).as("the durable tier has it").hasSize(1);
    }
  }

  @Test
  void theSecretIsInTheHeaderAndNowhereElse() throws Exception {
    answer.countDown();
    Files.writeString(folder.resolve("key"), "sk-verysecret123");
    try (Connection connection = open()) {
      create(connection, ", secret 'file:key', query_prefix 'query: '");
      assertThat(one(connection, "SELECT vector_dims(EMBED_QUERY('where?', 'far'))"))
          .isEqualTo("2");
      assertThat(authorizations).containsExactly("Bearer sk-verysecret123");
      assertThat(requests.getFirst()).contains("query: where?").doesNotContain("sk-very");
      String row =
          "SELECT method || ' ' || source || ' ' || (max_tokens IS NULL) FROM sextant.models"
              + " WHERE name = 'far'";
      assertThat(one(connection, row)).startsWith("http http://127.0.0.1:").endsWith(" 1");
      assertThatThrownBy(() -> one(connection, "SELECT text FROM CHUNK('a', model => 'far')"))
          .hasMessageContaining("does not tell its tokens");
    }
    for (Path file : List.of(folder.resolve("a.db"), folder.resolve("a.db-sextant/cache.db"))) {
      assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("sk-very");
    }
  }

  @Test
  void aTimeOutOfTheStatementEndsTheWait() throws Exception {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      create(connection, "");
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.executeQuery("SELECT EMBED('x', 'far')"))
          .isInstanceOf(SQLException.class)
          .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("57014"));
    }
  }
}
