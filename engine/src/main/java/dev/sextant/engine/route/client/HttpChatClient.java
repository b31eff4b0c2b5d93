package dev.sextant.engine.route.client;

import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.Endpoint.Kind;
import dev.sextant.engine.route.define.ErrorClass;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/*
 * One request, one answer: nothing is tried again here, since the loop around it decides what
 * follows a failure. Nothing follows a redirection, which could carry the secret elsewhere. The
 * body is limited, and the time is that of the whole answer, not of its first byte.
 */
/** Asks servers by HTTP, with OpenAI's chat completions or Anthropic's messages. */
public final class HttpChatClient implements ChatClient {
  private static final String ANTHROPIC_VERSION = "2023-06-01";
  private static final long LOOK_MILLIS = 20;
  private static final long MAX_BODY_BYTES = 16L << 20;
  private static final long MAX_RETRY_AFTER_SECONDS = 24 * 3600;

  private final HttpClient http;
  private final Function<Endpoint, URI> local;

  /**
   * A client.
   *
   * @param http makes the connections, and is closed with the client
   * @param local gives the addresses of endpoints of this process
   */
  public HttpChatClient(HttpClient http, Function<Endpoint, URI> local) {
    this.http = http;
    this.local = local;
  }

  /** What makes connections, as this client needs it. */
  public static HttpClient http() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(Endpoint.DEFAULT_TIMEOUT)
        .build();
  }

  @Override
  public ChatAnswer ask(ChatRequest request) throws ChatFailure {
    HttpResponse<String> response = send(request, prepared(request));
    int status = response.statusCode();
    if (status == 200) {
      return ChatFormat.answer(request.endpoint().kind(), response.body());
    }
    ErrorClass errorClass = ChatFormat.errorClass(status, response.body());
    String said = errorClass == ErrorClass.AUTH ? "" : ChatFormat.message(response.body());
    String shown = request.secret().map(secret -> said.replace(secret, "***")).orElse(said);
    throw new ChatFailure(
        errorClass,
        status,
        retryAfter(response),
        "answered with status "
            + status
            + (shown.isEmpty() ? "" : ": " + shown)
            + (errorClass == ErrorClass.AUTH ? ". Check the secret" : ""));
  }

  private URI address(Endpoint endpoint) {
    URI url = endpoint.url().orElseGet(() -> local.apply(endpoint));
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    String stripped = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    String end = ChatFormat.path(endpoint.kind());
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return URI.create(
        url.getScheme()
            + "://"
            + url.getRawAuthority()
            + (stripped.endsWith(end) ? stripped : stripped + end)
            + query);
  }

  private HttpRequest prepared(ChatRequest request) throws ChatFailure {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(address(request.endpoint()))
            .timeout(request.timeout())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(ChatFormat.body(request)));
    boolean anthropic = request.endpoint().kind() == Kind.ANTHROPIC;
    if (anthropic) {
      builder.header("anthropic-version", ANTHROPIC_VERSION);
    }
    if (request.secret().isPresent()) {
      try {
        builder.header(
            anthropic ? "x-api-key" : "Authorization",
            anthropic ? request.secret().get() : "Bearer " + request.secret().get());
      } catch (IllegalArgumentException notSent) {
        // Its message would show the secret.
        throw ChatFailure.of(
            ErrorClass.AUTH, "cannot be asked: the secret has characters that no header may have");
      }
    }
    return builder.build();
  }

  private HttpResponse<String> send(ChatRequest request, HttpRequest prepared) throws ChatFailure {
    CompletableFuture<HttpResponse<String>> future =
        http.sendAsync(prepared, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_BODY_BYTES))
            .orTimeout(request.timeout().toMillis(), TimeUnit.MILLISECONDS);
    while (true) {
      if (request.cancelled().getAsBoolean()) {
        future.cancel(true);
        throw cancelled();
      }
      try {
        return future.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        // Look again.
      } catch (InterruptedException stop) {
        future.cancel(true);
        Thread.currentThread().interrupt();
        throw cancelled();
      } catch (ExecutionException failure) {
        future.cancel(true);
        throw failure(request, failure.getCause());
      }
    }
  }

  private static ChatFailure cancelled() {
    return ChatFailure.of(ErrorClass.CANCELLED, "was not waited for: the call was cancelled");
  }

  private static ChatFailure failure(
      ChatRequest request, @org.jspecify.annotations.Nullable Throwable cause) {
    if (cause instanceof java.net.http.HttpConnectTimeoutException) {
      return ChatFailure.of(ErrorClass.CONNECT, "cannot be reached in time");
    }
    if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
      return ChatFailure.of(
          ErrorClass.TIMEOUT, "gave no answer within " + request.timeout().toMillis() + " ms");
    }
    if (cause instanceof java.net.ConnectException) {
      return ChatFailure.of(ErrorClass.CONNECT, "cannot be reached");
    }
    String what = cause == null ? "" : ": " + cause.getClass().getSimpleName();
    return cause instanceof IOException
        ? ChatFailure.of(ErrorClass.INVALID_RESPONSE, "broke off its answer" + what)
        : ChatFailure.of(ErrorClass.CONNECT, "cannot be asked" + what);
  }

  /** A number of seconds, or a date that is compared with the server's own clock. */
  private static Optional<Duration> retryAfter(HttpResponse<String> response) {
    String after = response.headers().firstValue("Retry-After").map(String::strip).orElse("");
    if (after.matches("\\d{1,9}")) {
      return Optional.of(limited(Duration.ofSeconds(Long.parseLong(after))));
    }
    try {
      String now = response.headers().firstValue("Date").orElse("");
      DateTimeFormatter format = DateTimeFormatter.RFC_1123_DATE_TIME;
      Duration wait =
          Duration.between(ZonedDateTime.parse(now, format), ZonedDateTime.parse(after, format));
      return Optional.of(wait.isNegative() ? Duration.ZERO : limited(wait));
    } catch (DateTimeParseException neither) {
      return Optional.empty();
    }
  }

  private static Duration limited(Duration wait) {
    return wait.toSeconds() > MAX_RETRY_AFTER_SECONDS
        ? Duration.ofSeconds(MAX_RETRY_AFTER_SECONDS)
        : wait;
  }

  /** Calls under way end with an error. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
