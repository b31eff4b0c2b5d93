package dev.sextant.engine.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.embed.EmbeddingServer.Fault;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real server on the loopback. */
@Timeout(60)
class HttpEmbeddingModelTest {
  private static final String SECRET = "sk-verysecret123";

  @TempDir Path folder;
  private EmbeddingServer server;

  @BeforeEach
  void start() throws IOException {
    server = new EmbeddingServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpEmbeddingModel model(String... more) {
    Map<String, String> options = new HashMap<>();
    options.put("url", server.url());
    options.put("model", "text-embedding-test");
    options.put("dimensions", "4");
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    ModelDefinition definition = ModelDefinition.of("far", ModelDefinition.Method.HTTP, options);
    return new HttpEmbeddingModel(
        definition.http(),
        secret -> secret.read(name -> name.equals("KEY") ? SECRET : null, folder));
  }

  private static void assertFails(HttpEmbeddingModel model, String... contained) {
    assertThatThrownBy(() -> model.embed("text"))
        .isInstanceOfSatisfying(
            SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_FAILED))
        .hasMessageContainingAll(contained)
        .hasMessageContaining("Model \"far\" at http://127.0.0.1")
        .satisfies(
            e -> {
              for (Throwable t = e; t != null; t = t.getCause()) {
                assertThat(String.valueOf(t)).doesNotContain(SECRET);
              }
            });
  }

  @Test
  void textsGoInBatchesAndComeBackInOrder() {
    List<String> texts = IntStream.range(0, 25).mapToObj(i -> "text " + i).toList();
    try (HttpEmbeddingModel model = model("batch", "10", "normalize", "false")) {
      List<Embedding> embeddings = model.embedAll(texts);
      assertThat(server.batches).extracting(List::size).containsExactly(10, 10, 5);
      for (int i = 0; i < texts.size(); i++) {
        assertThat(embeddings.get(i).vector()).isEqualTo(EmbeddingServer.vector(texts.get(i)));
        assertThat(embeddings.get(i).truncated()).isFalse();
      }
      assertThat(server.paths).containsOnly("/v1/embeddings");
      assertThat(server.authorizations).containsOnly("null");
    }
  }

  @Test
  void vectorsAreScaledAndTextsArriveAsTheyAre() {
    String odd = "quote \" back \\ tab \t line \n zero \0 é 漢 😀";
    try (HttpEmbeddingModel model = model()) {
      float[] vector = model.embed(odd).vector();
      double square = 0;
      for (float value : vector) {
        square += value * value;
      }
      assertThat(Math.abs(square - 1)).isLessThan(1e-6);
      assertThat(server.batches).containsExactly(List.of(odd));
    }
  }

  @Test
  void theSecretIsSentAndReadAnew() throws IOException {
    try (HttpEmbeddingModel model = model("secret", "env:KEY")) {
      model.embed("a");
      assertThat(server.authorizations).containsExactly("Bearer " + SECRET);
    }
    Files.writeString(folder.resolve("key"), "from-a-file\n");
    try (HttpEmbeddingModel model = model("secret", "file:key")) {
      model.embed("a");
      Files.writeString(folder.resolve("key"), "rotated");
      model.embed("b");
      assertThat(server.authorizations).endsWith("Bearer from-a-file", "Bearer rotated");
    }
    for (String missing : List.of("env:NO_KEY", "file:no/key")) {
      try (HttpEmbeddingModel model = model("secret", missing)) {
        assertThatThrownBy(() -> model.embed("a"))
            .isInstanceOf(SextantException.class)
            .hasMessageContaining(missing.substring(missing.indexOf(':') + 1));
      }
    }
    assertThatThrownBy(() -> model("secret", SECRET))
        .isInstanceOf(SextantException.class)
        .hasMessageContaining("env:NAME")
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void aBusyServerIsAskedAgain() {
    server.failing(
        new Fault(429, "Retry-After: 0", "{\"error\": {\"message\": \"slow down\"}}"),
        new Fault(500, "", "oops"),
        new Fault(503, "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT", ""));
    try (HttpEmbeddingModel model = model()) {
      assertThat(model.embed("text").vector()).hasSize(4);
      assertThat(server.paths).hasSize(4);
    }
  }

  @Test
  void aServerThatStaysBusyIsGivenUp() {
    for (int i = 0; i < 5; i++) {
      server.failing(new Fault(429, "Retry-After: 0", "{\"error\": {\"message\": \"slow down\"}}"));
    }
    try (HttpEmbeddingModel model = model()) {
      assertFails(model, "status 429: slow down");
      assertThat(server.paths).hasSize(4);
    }
  }

  @Test
  void aLongWaitIsNotWaitedFor() {
    server.failing(new Fault(429, "Retry-After: 3600", ""));
    try (HttpEmbeddingModel model = model()) {
      assertFails(model, "status 429", "asks to wait 3600 s");
      assertThat(server.paths).hasSize(1);
    }
  }

  @Test
  void aRefusalIsNotRepeatedAndNeverShowsTheSecret() {
    server.failing(
        new Fault(401, "", "{\"error\": {\"message\": \"bad key " + SECRET + "\"}}"),
        new Fault(400, "", "{\"error\": {\"message\": \"no good: " + SECRET + "\"}}"),
        new Fault(302, "Location: http://127.0.0.1:1/elsewhere", ""));
    try (HttpEmbeddingModel model = model("secret", "env:KEY")) {
      assertFails(model, "status 401", "Check the secret");
      assertFails(model, "status 400: no good: ***");
      assertFails(model, "status 302");
      assertThat(server.paths).hasSize(3);
    }
  }

  @Test
  void aServerThatHangsIsLeft() {
    server.failing(new Fault(0, "", ""));
    try (HttpEmbeddingModel model = model("timeout", "1")) {
      assertFails(model, "gave no answer within 1 s");
      assertThat(server.paths).hasSize(1);
    }
  }

  @Test
  void wrongAnswersAreRefused() {
    String good = EmbeddingServer.item(0, new float[] {1, 2, 3, 4});
    Map<String, String> wrong =
        Map.of(
            "{\"data\": [",
            "is no JSON",
            "[]",
            "has no list \"data\"",
            "{\"data\": []}",
            "has 0 vectors for 1 texts",
            "{\"data\": [7]}",
            "has no object as item 1",
            "{\"data\": [" + good.replace("\"index\": 0", "\"index\": 1") + "]}",
            "index 1",
            "{\"data\": [" + good.replace(", 4.0]", "]") + "]}",
            "of 3 dimensions, not of 4",
            "{\"data\": [" + good.replace("4.0]", "null]") + "]}",
            "no number as element 4",
            "{\"data\": [" + good.replace("4.0]", "1e99]") + "]}",
            "no number as element 4",
            "[".repeat(100_000),
            "more than 64 levels");
    wrong.forEach(
        (body, message) -> {
          server.failing(new Fault(200, "", body));
          try (HttpEmbeddingModel model = model()) {
            assertFails(model, "sent an answer that", message);
          }
        });
  }

  @Test
  void nobodyThere() {
    server.close();
    try (HttpEmbeddingModel model = model()) {
      assertFails(model, "cannot be reached: ConnectException");
    }
  }

  @Test
  void cancellingEndsAWait() {
    server.failing(new Fault(0, "", ""));
    AtomicInteger looks = new AtomicInteger();
    try (HttpEmbeddingModel model = model()) {
      assertThatThrownBy(() -> model.embedAll(List.of("a"), () -> looks.incrementAndGet() > 3))
          .isInstanceOfSatisfying(
              SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }

  @Test
  void theFingerprintTellsModelsApart() {
    try (HttpEmbeddingModel model = model();
        HttpEmbeddingModel same = model("batch", "1", "secret", "env:KEY");
        HttpEmbeddingModel other = model("model", "another");
        HttpEmbeddingModel longer = model("normalize", "false")) {
      assertThat(model.fingerprint())
          .isEqualTo(same.fingerprint())
          .isNotEqualTo(other.fingerprint())
          .isNotEqualTo(longer.fingerprint());
    }
  }

  @Test
  void addresses() {
    assertThat(HttpEmbeddingModel.address("https://api.openai.com/v1/"))
        .hasToString("https://api.openai.com/v1/embeddings");
    assertThat(HttpEmbeddingModel.address("HTTP://host:1/v1/embeddings?api-version=2"))
        .hasToString("http://host:1/v1/embeddings?api-version=2");
    for (String wrong :
        List.of("ftp://host/v1", "host/v1", "https://user:pw@host/v1", "https://", "a b", "")) {
      assertThatThrownBy(() -> HttpEmbeddingModel.address(wrong))
          .as(wrong)
          .isInstanceOfSatisfying(
              SextantException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
          .hasMessageNotContaining("pw");
    }
  }
}
