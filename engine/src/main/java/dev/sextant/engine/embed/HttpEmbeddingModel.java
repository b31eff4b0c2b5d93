package dev.sextant.engine.embed;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.JsonText;
import dev.sextant.engine.http.Secret;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/*
 * Texts go in batches, one after the other. A server that is busy or broken for the moment (429,
 * 500, 502, 503, 504, no connection) is asked again after the time that it names, or after half a
 * second, one and two. One that does not answer in time is not asked again. Nothing follows a
 * redirection, which could carry the secret elsewhere.
 */
/**
 * A model behind an OpenAI-compatible {@code /v1/embeddings}. Errors are {@link SextantException}
 * of {@code 58000}, and never hold the secret.
 */
final class HttpEmbeddingModel implements EmbeddingModel {
  private static final Set<Integer> TRY_AGAIN = Set.of(429, 500, 502, 503, 504);
  private static final Set<Integer> REFUSED = Set.of(401, 403);
  private static final int ATTEMPTS = 4;
  private static final long FIRST_WAIT_MILLIS = 500;
  private static final long MAX_WAIT_SECONDS = 60;
  private static final long LOOK_MILLIS = 20;
  private static final int MAX_MESSAGE = 200;
  private static final long BYTES_PER_NUMBER = 40;
  private static final long BYTES_MORE = 1 << 20;

  private final Options options;
  private final String fingerprint;
  private final HttpClient client;
  private final Secrets secrets;
  private volatile boolean closed;

  /**
   * Where the model is and how it is asked.
   *
   * @param shape its name, dimensions and prefixes
   * @param url of the server, with or without {@code /embeddings}
   * @param model as the server calls it
   * @param batch texts in a request at most
   * @param timeout for a request
   * @param secret the bearer's token
   */
  record Options(
      ModelShape shape,
      URI url,
      String model,
      int batch,
      Duration timeout,
      Optional<Secret> secret) {}

  /** Reads secrets. */
  @FunctionalInterface
  interface Secrets {
    /** The secret itself. */
    String read(Secret secret);
  }

  HttpEmbeddingModel(Options options, Secrets secrets) {
    this.options = options;
    this.secrets = secrets;
    this.fingerprint = fingerprint(options);
    boolean plain = "http".equals(options.url().getScheme());
    this.client =
        HttpClient.newBuilder()
            .version(plain ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(options.timeout())
            .build();
  }

  private static String fingerprint(Options options) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ModelShape shape = options.shape();
      for (String field :
          List.of(
              "http",
              options.url().toString(),
              options.model(),
              Integer.toString(shape.dimensions()),
              Boolean.toString(shape.normalize()))) {
        byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  @Override
  public String name() {
    return options.shape().name();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int dimensions() {
    return options.shape().dimensions();
  }

  @Override
  public int maxTokens() {
    return 0;
  }

  @Override
  public String prefix(EmbedRole role) {
    return options.shape().prefix(role);
  }

  @Override
  public Embedding embed(String text) {
    return embedAll(List.of(text), EmbeddingWatch.NONE).getFirst();
  }

  @Override
  public List<Embedding> embedAll(List<String> texts, EmbeddingWatch watch) {
    List<Embedding> embeddings = new ArrayList<>(texts.size());
    while (embeddings.size() < texts.size()) {
      int from = embeddings.size();
      int to = Math.min(texts.size(), from + options.batch());
      for (float[] vector : request(texts.subList(from, to), watch)) {
        boolean scaled = options.shape().normalize();
        embeddings.add(new Embedding(scaled ? HttpAnswer.normalized(vector) : vector, 0, false));
      }
      watch.progress(embeddings.size(), texts.size());
    }
    return embeddings;
  }

  private List<float[]> request(List<String> texts, EmbeddingWatch watch) {
    Optional<String> token = options.secret().map(secrets::read);
    HttpRequest request = request(texts, token);
    long wait = FIRST_WAIT_MILLIS;
    for (int attempt = 1; ; attempt++) {
      SextantException failure;
      try {
        HttpResponse<String> response = send(request, texts.size(), watch);
        if (response.statusCode() == 200) {
          return HttpAnswer.vectors(response.body(), texts.size(), dimensions());
        }
        failure = refused(response, token);
        if (!TRY_AGAIN.contains(response.statusCode()) || attempt == ATTEMPTS) {
          throw failure;
        }
        wait = retryAfterMillis(response, wait, failure);
      } catch (HttpAnswer.Wrong wrong) {
        throw failed("sent an answer that " + wrong.getMessage(), null);
      } catch (ExecutionException noAnswer) {
        failure = failed("cannot be reached: " + reason(noAnswer), noAnswer);
        if (attempt == ATTEMPTS) {
          throw failure;
        }
      }
      pause(wait, watch);
      wait *= 2;
    }
  }

  private HttpRequest request(List<String> texts, Optional<String> token) {
    String input = texts.stream().map(JsonText::quoted).collect(Collectors.joining(","));
    String body =
        "{\"model\":"
            + JsonText.quoted(options.model())
            + ",\"encoding_format\":\"float\",\"input\":["
            + input
            + "]}";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(options.url())
            .timeout(options.timeout())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(body));
    token.ifPresent(secret -> authorize(request, secret));
    return request.build();
  }

  private void authorize(HttpRequest.Builder request, String secret) {
    try {
      request.header("Authorization", "Bearer " + secret);
    } catch (IllegalArgumentException notSent) {
      // Its message would show the secret.
      throw failed("cannot be asked: the secret has characters that no header may have", null);
    }
  }

  private HttpResponse<String> send(HttpRequest request, int texts, EmbeddingWatch watch)
      throws ExecutionException {
    long most = BYTES_MORE + texts * (long) dimensions() * BYTES_PER_NUMBER;
    CompletableFuture<HttpResponse<String>> response =
        client
            .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), most))
            .orTimeout(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
    return await(response, watch);
  }

  /** Waits, and looks now and then whether the caller still wants it. */
  private <T> T await(CompletableFuture<T> future, EmbeddingWatch watch) throws ExecutionException {
    while (true) {
      if (closed) {
        future.cancel(true);
        throw closedFailure();
      }
      if (watch.cancelled()) {
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
        Throwable cause = failure.getCause();
        if (cause instanceof TimeoutException
            || cause instanceof java.net.http.HttpTimeoutException) {
          throw failed("gave no answer within " + options.timeout().toSeconds() + " s", cause);
        }
        throw failure;
      }
    }
  }

  private void pause(long millis, EmbeddingWatch watch) {
    try {
      CompletableFuture<Boolean> over = new CompletableFuture<>();
      await(over.completeOnTimeout(true, millis, TimeUnit.MILLISECONDS), watch);
    } catch (ExecutionException impossible) {
      throw new IllegalStateException("a pause does not fail", impossible);
    }
  }

  /** The time that the server asks to wait. */
  private static long retryAfterMillis(
      HttpResponse<String> response, long otherwise, SextantException failure) {
    long seconds = retryAfterSeconds(response);
    if (seconds < 0) {
      return otherwise;
    }
    if (seconds > MAX_WAIT_SECONDS) {
      throw new SextantException(
          failure.code(),
          failure.getMessage() + " It asks to wait " + seconds + " s: try again then.",
          failure);
    }
    return seconds * 1000;
  }

  /** A number, or a date that is compared with the server's own clock; -1 for neither. */
  private static long retryAfterSeconds(HttpResponse<String> response) {
    String after = response.headers().firstValue("Retry-After").map(String::strip).orElse("");
    if (after.matches("\\d{1,9}")) {
      return Long.parseLong(after);
    }
    try {
      String now = response.headers().firstValue("Date").orElse("");
      DateTimeFormatter format = DateTimeFormatter.RFC_1123_DATE_TIME;
      Duration wait =
          Duration.between(ZonedDateTime.parse(now, format), ZonedDateTime.parse(after, format));
      return Math.max(0, wait.toSeconds());
    } catch (DateTimeParseException neither) {
      return -1;
    }
  }

  /** An address without what stands behind its path. */
  static String shown(URI url) {
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    return url.getScheme() + "://" + url.getHost() + port + url.getPath();
  }

  private SextantException refused(HttpResponse<String> response, Optional<String> token) {
    int status = response.statusCode();
    String said = "";
    if (!REFUSED.contains(status)) {
      String message = HttpAnswer.message(response.body());
      message = token.isPresent() ? message.replace(token.get(), "***") : message;
      said =
          message.isEmpty()
              ? ""
              : ": " + message.substring(0, Math.min(message.length(), MAX_MESSAGE));
    }
    String hint = REFUSED.contains(status) ? ". Check the secret" : "";
    return failed("answered with status " + status + said + hint, null);
  }

  private static String reason(ExecutionException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    String message = cause.getMessage();
    return cause.getClass().getSimpleName() + (message == null ? "" : ", " + message);
  }

  private SextantException failed(String what, @org.jspecify.annotations.Nullable Throwable cause) {
    return new SextantException(
        ErrorCode.MODEL_FAILED,
        "Model \"" + name() + "\" at " + shown(options.url()) + " " + what + ".",
        cause);
  }

  private static SextantException cancelled() {
    return new SextantException(
        ErrorCode.CANCELLED, "Embedding was cancelled before all texts were done.");
  }

  private SextantException closedFailure() {
    return new SextantException(
        ErrorCode.CONNECTION_CLOSED,
        "Model \"" + name() + "\" is closed: it was dropped, or its database was closed.");
  }

  /**
   * The address that is asked.
   *
   * @throws SextantException {@code 22023} for what is no address of a server, or holds a password
   */
  static URI address(String written) {
    URI url;
    try {
      url = URI.create(written.strip());
    } catch (IllegalArgumentException invalid) {
      throw wrongAddress();
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!Set.of("http", "https").contains(scheme)
        || url.getHost() == null
        || url.getUserInfo() != null
        || url.getFragment() != null) {
      throw wrongAddress();
    }
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    String stripped = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    String whole = stripped.endsWith("/embeddings") ? stripped : stripped + "/embeddings";
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return URI.create(scheme + "://" + url.getRawAuthority() + whole + query);
  }

  private static SextantException wrongAddress() {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Option url expects an address such as 'https://api.openai.com/v1', without a user.");
  }

  /** Calls under way end with an error. */
  @Override
  public void close() {
    closed = true;
    client.shutdownNow();
  }
}
