package dev.sextant.engine.route.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on loopback that answers each endpoint by a script; the last line of it stays. */
final class FaultServer implements AutoCloseable {
  /** What it does with a request. */
  sealed interface Fault {
    /** Answers as a model does. */
    record Fine(String text) implements Fault {}

    /** Answers with a status, and perhaps Retry-After in seconds. */
    record Status(int code, String retryAfter) implements Fault {}

    /** Gives no answer at all. */
    record Hang() implements Fault {}

    /** Breaks off in the body. */
    record Cut() implements Fault {}

    /** Answers with what is no JSON. */
    record BadJson() implements Fault {}

    /** Answers, and the clock goes on meanwhile. */
    record Slow(String text, long millis) implements Fault {}
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Deque<Fault>> scripts = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ManualClock clock;

  FaultServer(ManualClock clock) throws IOException {
    this.clock = clock;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url(String endpoint) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + endpoint;
  }

  void script(String endpoint, Fault... faults) {
    scripts.put(endpoint, new ArrayDeque<>(List.of(faults)));
  }

  int calls(String endpoint) {
    return calls.computeIfAbsent(endpoint, name -> new AtomicInteger()).get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String endpoint = exchange.getRequestURI().getPath().split("/", -1)[1];
    exchange.getRequestBody().readAllBytes();
    calls.computeIfAbsent(endpoint, name -> new AtomicInteger()).incrementAndGet();
    Deque<Fault> script = scripts.getOrDefault(endpoint, new ArrayDeque<>());
    Fault fault;
    synchronized (script) {
      fault = script.size() > 1 ? script.remove() : script.getFirst();
    }
    try (exchange) {
      answer(exchange, fault);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpExchange exchange, Fault fault) throws IOException, InterruptedException {
    switch (fault) {
      case Fault.Fine(String text) -> send(exchange, 200, completion(text));
      case Fault.Slow(String text, long millis) -> {
        clock.advance(millis);
        send(exchange, 200, completion(text));
      }
      case Fault.Status(int code, String retryAfter) -> {
        if (!retryAfter.isEmpty()) {
          exchange.getResponseHeaders().set("Retry-After", retryAfter);
        }
        send(exchange, code, "{\"error\":{\"message\":\"scripted, key sk-secret\"}}");
      }
      case Fault.Hang() -> closing.await(30, TimeUnit.SECONDS);
      case Fault.Cut() -> {
        byte[] half = completion("half").substring(0, 20).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, 1000);
        exchange.getResponseBody().write(half);
      }
      case Fault.BadJson() -> send(exchange, 200, "<html>busy</html>");
    }
  }

  private static String completion(String text) {
    return "{\"id\":\"r1\",\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":\""
        + text
        + "\"}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,"
        + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}";
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
