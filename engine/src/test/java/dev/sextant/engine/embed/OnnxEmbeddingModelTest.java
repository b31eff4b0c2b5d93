package dev.sextant.engine.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.sqlite.SqliteConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OnnxEmbeddingModelTest {

  private static final List<String> TEXTS =
      List.of(
          "cat",
          "a young cat",
          "How do plants turn sunlight into sugar?",
          "The bank raised its interest rate by half a point.",
          "We sat on the bank of the river and watched the boats.",
          "any of various plants of the genus Sempervivum",
          "  leading, trailing   and   inner   spaces  ",
          "line one\nline two\tand a tab",
          "Don't stop: it's 12:30, 3.14 or $1,000.00 (approx.)!",
          "UPPER and lower and MiXeD",
          "naïve café, Ångström, Zürich, señor",
          "Привет, мир",
          "漢字とひらがな",
          "مرحبا بالعالم",
          "smile 😀 and flag 🇨🇭",
          "SELECT id FROM docs ORDER BY embedding <=> ? LIMIT 5",
          "https://example.org/path?query=value&other=1",
          "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
          "{\"key\": [1, 2, 3], \"nested\": {\"a\": null}}",
          "x",
          "the quick brown fox jumps over the lazy dog ".repeat(5),
          "one two three four five six seven eight nine ten ".repeat(12));

  private EmbeddingModels models;
  private EmbeddingModel model;

  @BeforeAll
  void load() {
    models = new EmbeddingModels(4);
    model = models.defaultModel();
  }

  @AfterAll
  void close() {
    models.close();
  }

  @Test
  void vectorsEqualTheModelPublishersOwnEmbedder(@TempDir Path nativeFolder) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("DJL_CACHE_DIR", nativeFolder.toString());
    var oracle = new AllMiniLmL6V2QuantizedEmbeddingModel();
    for (String text : TEXTS) {
      Embedding embedding = model.embed(text);
      assertThat(embedding.truncated()).as(text).isFalse();
      assertThat(embedding.vector())
          .as(text)
          .containsExactly(oracle.embed(text).content().vector(), within(1e-5f));
    }
  }

  @Test
  void theOtherShippedModelEqualsItsPublishersToo(@TempDir Path nativeFolder) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("DJL_CACHE_DIR", nativeFolder.toString());
    var oracle = new BgeSmallEnV15QuantizedEmbeddingModel();
    try (var connection =
        SqliteConnection.open(
            new SqliteConnection.OpenOptions(Optional.empty(), "rwc", "full", 0))) {
      EmbeddingModel bge = models.model("bge-small-en-v15", connection);
      for (String text : TEXTS) {
        assertThat(bge.embed(text).vector())
            .as(text)
            .containsExactly(oracle.embed(text).content().vector(), within(1e-5f));
      }
    }
  }

  @Test
  void manyTextsGiveTheBitsOfOneByOne() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      texts.addAll(TEXTS);
      texts.add("");
      texts.add("word ".repeat(300));
    }
    List<Embedding> all = model.embedAll(texts);
    assertThat(all).hasSameSizeAs(texts);
    for (int i = 0; i < texts.size(); i++) {
      Embedding one = model.embed(texts.get(i));
      assertThat(all.get(i).vector()).as(texts.get(i)).isEqualTo(one.vector());
      assertThat(all.get(i).tokens()).isEqualTo(one.tokens());
    }
  }

  @Test
  void vectorsHaveUnitLength() {
    for (Embedding embedding : model.embedAll(List.of("", "a", "\ud800 lone half", "x\0y"))) {
      double square = 0;
      for (float value : embedding.vector()) {
        square += value * value;
      }
      assertThat(embedding.vector()).hasSize(384);
      assertThat(square).isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void meaningIsNearerThanSpelling() {
    double kitten = cosine("cat", "kitten");
    assertThat(kitten).isGreaterThan(cosine("cat", "car")).isGreaterThan(0.5);
  }

  @Test
  void aTextBeyondTheWindowIsCutAndSaysSo() {
    Embedding whole = model.embed("word ".repeat(254));
    assertThat(whole.tokens()).isEqualTo(256);
    assertThat(whole.truncated()).isFalse();
    Embedding cut = model.embed("word ".repeat(254) + "and a rest that is not seen");
    assertThat(cut.tokens()).isEqualTo(263);
    assertThat(cut.truncated()).isTrue();
    assertThat(cut.vector()).isEqualTo(whole.vector());
  }

  @Test
  void noTextsGiveNoVectors() {
    assertThat(model.embedAll(List.of())).isEmpty();
  }

  @Test
  void cancellingStopsBetweenTexts() {
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger last = new AtomicInteger();
    EmbeddingWatch watch =
        new EmbeddingWatch() {
          @Override
          public boolean cancelled() {
            return looks.incrementAndGet() > 10;
          }

          @Override
          public void progress(int done, int total) {
            last.set(done);
          }
        };
    List<String> texts = java.util.Collections.nCopies(10_000, "a text of some length");
    assertThatThrownBy(() -> model.embedAll(texts, watch))
        .isInstanceOfSatisfying(
            SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    assertThat(last.get()).isLessThanOrEqualTo(10);
    assertThat(looks.get()).isLessThan(20);
  }

  @Test
  void interruptingTheCallerCancelsAndKeepsTheFlag() {
    Thread.currentThread().interrupt();
    List<String> texts = java.util.Collections.nCopies(10_000, "a text of some length");
    assertThatThrownBy(() -> model.embedAll(texts))
        .isInstanceOfSatisfying(
            SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void progressEndsAtTheTotal() {
    List<String> seen = new ArrayList<>();
    model.embedAll(
        TEXTS,
        new EmbeddingWatch() {
          @Override
          public boolean cancelled() {
            return false;
          }

          @Override
          public void progress(int done, int total) {
            seen.add(done + "/" + total);
          }
        });
    assertThat(seen).last().isEqualTo(TEXTS.size() + "/" + TEXTS.size());
  }

  @Test
  void aWatcherThatFailsEndsTheCall() {
    EmbeddingWatch watch =
        new EmbeddingWatch() {
          @Override
          public boolean cancelled() {
            return false;
          }

          @Override
          public void progress(int done, int total) {
            throw new IllegalStateException("enough");
          }
        };
    for (List<String> texts : List.of(List.of("one"), TEXTS)) {
      assertThatThrownBy(() -> model.embedAll(texts, watch)).hasMessage("enough");
    }
    assertThat(model.embedAll(List.of("two", "three"))).hasSize(2);
  }

  @Test
  void closingUnderACallEndsItWithAnError() throws InterruptedException {
    var own = new EmbeddingModels(2);
    EmbeddingModel ownModel = own.defaultModel();
    var started = new java.util.concurrent.CountDownLatch(1);
    var closer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    started.await();
                    own.close();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    EmbeddingWatch watch =
        () -> {
          started.countDown();
          return false;
        };
    List<String> texts = java.util.Collections.nCopies(100_000, "a text of some length");
    assertThatThrownBy(() -> ownModel.embedAll(texts, watch))
        .isInstanceOfSatisfying(
            SextantException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_CLOSED));
    closer.join();
  }

  private double cosine(String left, String right) {
    float[] a = model.embed(left).vector();
    float[] b = model.embed(right).vector();
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
    }
    return dot;
  }
}
