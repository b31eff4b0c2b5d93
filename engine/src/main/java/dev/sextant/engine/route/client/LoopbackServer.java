package dev.sextant.engine.route.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.JsonObject;
import dev.sextant.engine.http.JsonText;
import dev.sextant.engine.route.define.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/*
 * It speaks OpenAI's chat completions on a port of 127.0.0.1 that the system chooses, under a path
 * that nobody can guess, so that no other program of the machine uses it by accident. It starts
 * with the first call.
 *
 * A stub answers with its option answer, in which {prompt} stands for the prompt; with the option
 * status it refuses each request with that status. A replay answers what was recorded for a prompt,
 * which callers lay ready before they ask.
 */
/** The server of this process that endpoints of the kinds stub and replay are asked at. */
public final class LoopbackServer implements AutoCloseable {
  private static final int MAX_BODY_BYTES = 16 << 20;
  private static final int MAX_RECORDED = 100_000;
  private static final String ANSWER = "{model} answers: {prompt}";

  private final String path = "/" + HexFormat.of().formatHex(random()) + "/";
  private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();
  private final Map<String, Recorded> recorded = new ConcurrentHashMap<>();
  private @Nullable HttpServer server;
  private @Nullable ExecutorService threads;
  private boolean closed;

  private static byte[] random() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /** The address at which an endpoint is asked; starts the server if it does not run. */
  public synchronized URI address(Endpoint endpoint) {
    if (closed) {
      throw new SextantException(ErrorCode.CONNECTION_CLOSED, "The database is closed.");
    }
    HttpServer running = server;
    if (running == null) {
      try {
        running = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      } catch (IOException failure) {
        throw new SextantException(
            ErrorCode.IO_ERROR, "No port of loopback can be opened for stubs.", failure);
      }
      threads = Executors.newVirtualThreadPerTaskExecutor();
      running.setExecutor(threads);
      running.createContext(path, this::handle);
      running.start();
      server = running;
    }
    endpoints.put(endpoint.name(), endpoint);
    InetSocketAddress at = running.getAddress();
    return URI.create("http://127.0.0.1:" + at.getPort() + path + endpoint.name());
  }

  /** Lays an answer ready. */
  public void record(String model, String prompt, Recorded answer) {
    if (recorded.size() >= MAX_RECORDED) {
      recorded.clear();
    }
    recorded.put(key(model, prompt), answer);
  }

  private static String key(String model, String prompt) {
    return model + "\n" + prompt;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String[] parts = exchange.getRequestURI().getPath().substring(path.length()).split("/", 2);
      Endpoint endpoint = endpoints.get(parts[0]);
      byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES);
      Optional<String> prompt = prompt(new String(body, StandardCharsets.UTF_8));
      if (endpoint == null || prompt.isEmpty()) {
        send(exchange, 400, error("no such endpoint, or no prompt"));
        return;
      }
      int status = endpoint.options().count("status").orElse(200);
      if (status != 200) {
        send(exchange, status, error("the stub was told to answer so"));
        return;
      }
      Optional<Recorded> answer = answer(endpoint, prompt.get());
      if (answer.isEmpty()) {
        send(exchange, 404, error("nothing was recorded for this prompt"));
        return;
      }
      send(exchange, 200, completion(endpoint, answer.get()));
    }
  }

  private static Optional<String> prompt(String body) {
    try {
      return JsonObject.of("The request", JsonText.parse(body))
          .flatMap(request -> JsonObject.of("message", request.list("messages").getLast()))
          .flatMap(message -> message.text("content"));
    } catch (JsonText.Malformed | SextantException | java.util.NoSuchElementException wrong) {
      return Optional.empty();
    }
  }

  private Optional<Recorded> answer(Endpoint endpoint, String prompt) {
    if (endpoint.kind() == Endpoint.Kind.REPLAY) {
      return Optional.ofNullable(recorded.get(key(endpoint.remoteModel(), prompt)));
    }
    String text =
        endpoint
            .options()
            .text("answer")
            .orElse(ANSWER)
            .replace("{model}", endpoint.model())
            .replace("{prompt}", prompt);
    return Optional.of(new Recorded(text, Tokens.count(prompt), Tokens.count(text)));
  }

  private static String completion(Endpoint endpoint, Recorded answer) {
    Map<String, Object> usage = new LinkedHashMap<>();
    usage.put("prompt_tokens", answer.inputTokens());
    usage.put("completion_tokens", answer.outputTokens());
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("object", "chat.completion");
    body.put("model", endpoint.remoteModel());
    body.put(
        "choices",
        List.of(
            Map.of(
                "index",
                0,
                "finish_reason",
                "stop",
                "message",
                Map.of("role", "assistant", "content", answer.answer()))));
    body.put("usage", usage);
    return JsonText.write(body);
  }

  private static String error(String message) {
    return JsonText.write(Map.of("error", Map.of("message", message)));
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (server != null) {
      server.stop(0);
      server = null;
    }
    if (threads != null) {
      threads.shutdownNow();
      threads = null;
    }
  }
}
