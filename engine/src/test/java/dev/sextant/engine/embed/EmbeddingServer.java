package dev.sextant.engine.embed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sextant.engine.http.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A real server on the loopback that answers as OpenAI's does, and fails as it is told. */
final class EmbeddingServer implements AutoCloseable {
  static final int DIMS = 4;

  /** What the next request meets in place of an answer; null for an answer. */
  private final Deque<Fault> faults = new ArrayDeque<>();

  /** The texts of each request that was answered. */
  final List<List<String>> batches = new CopyOnWriteArrayList<>();

  final List<String> authorizations = new CopyOnWriteArrayList<>();
  final List<String> paths = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  /**
   * What goes wrong.
   *
   * @param status sent; 0 for no answer at all
   * @param header a name and its value, behind a colon; empty for none
   * @param body sent
   */
  record Fault(int status, String header, String body) {}

  EmbeddingServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  EmbeddingServer failing(Fault... next) {
    synchronized (faults) {
      faults.addAll(List.of(next));
    }
    return this;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      paths.add(exchange.getRequestURI().getPath());
      authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Fault fault;
      synchronized (faults) {
        fault = faults.poll();
      }
      if (fault == null) {
        send(exchange, 200, answer(body));
      } else if (fault.status() == 0) {
        closing.await();
      } else {
        if (!fault.header().isEmpty()) {
          String[] header = fault.header().split(": ", 2);
          exchange.getResponseHeaders().add(header[0], header[1]);
        }
        send(exchange, fault.status(), fault.body());
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** The vectors, the last text's first. */
  private String answer(String request) {
    List<String> texts = new ArrayList<>();
    try {
      Map<?, ?> object = (Map<?, ?>) Objects.requireNonNull(JsonText.parse(request));
      for (Object text : (List<?>) Objects.requireNonNull(object.get("input"))) {
        texts.add(String.valueOf(text));
      }
    } catch (JsonText.Malformed wrong) {
      throw new UncheckedIOException(new IOException(wrong));
    }
    batches.add(texts);
    StringBuilder items = new StringBuilder();
    for (int i = texts.size() - 1; i >= 0; i--) {
      items.append(items.isEmpty() ? "" : ", ").append(item(i, vector(texts.get(i))));
    }
    return "{\"object\": \"list\", \"data\": [" + items + "], \"usage\": {\"prompt_tokens\": 7}}";
  }

  static String item(int index, float @Nullable [] vector) {
    return "{\"object\": \"embedding\", \"index\": "
        + index
        + ", \"embedding\": "
        + java.util.Arrays.toString(vector)
        + "}";
  }

  /** The vector of a text, not of length 1. */
  static float[] vector(String text) {
    return new float[] {text.length(), text.hashCode() % 1000, 1, -0.5f};
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
