package dev.sextant.engine.embed;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The models a database can embed with; each is loaded when it is first asked for. */
public final class EmbeddingModels implements AutoCloseable {

  /**
   * A row of {@code sextant.models}.
   *
   * @param name as {@code EMBED} takes it
   * @param dimensions length of its vectors
   * @param maxTokens tokens of a text that it reads
   * @param source where it comes from
   * @param loaded whether it is in memory
   * @param isDefault whether {@code EMBED} without a model uses it
   */
  public record Entry(
      String name,
      int dimensions,
      int maxTokens,
      String source,
      boolean loaded,
      boolean isDefault) {}

  private static final Map<String, String> RUNTIME_CLASSES =
      Map.of(
          "ai/onnxruntime/OrtEnvironment.class", "com.microsoft.onnxruntime:onnxruntime",
          "ai/djl/huggingface/tokenizers/jni/TokenizersLibrary.class",
              "ai.djl.huggingface:tokenizers");

  private final List<ShippedModel> shipped;
  private final ClassLoader resources;
  private final EmbeddingPool pool;
  private final Map<String, EmbeddingModel> loaded = new HashMap<>();
  private boolean closed;

  /**
   * A registry with nothing loaded.
   *
   * @param threads at most so many texts are embedded at once; 0 means one per core
   */
  public EmbeddingModels(int threads) {
    this(threads, List.of(ShippedModel.ALL_MINILM_L6_V2), EmbeddingModels.class.getClassLoader());
  }

  EmbeddingModels(int threads, List<ShippedModel> shipped, ClassLoader resources) {
    this.shipped = List.copyOf(shipped);
    this.resources = resources;
    this.pool =
        new EmbeddingPool(threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
  }

  /** The model that {@code EMBED} uses where none is named. */
  public EmbeddingModel defaultModel() {
    return model(shipped.getFirst().name());
  }

  /** The name of {@link #defaultModel()}, without loading it. */
  public String defaultName() {
    return shipped.getFirst().name();
  }

  /**
   * Length of a model's vectors, without loading it.
   *
   * @throws SextantException {@code 22023} for an unknown name
   */
  public int dimensions(String name) {
    return find(name).dimensions();
  }

  /**
   * The model of that name, whatever its case, loaded if it is not; it stays the registry's.
   *
   * @throws SextantException {@code 22023} for an unknown name, {@code 58000} where it cannot be
   *     loaded
   */
  public EmbeddingModel model(String name) {
    ShippedModel wanted = find(name);
    synchronized (loaded) {
      if (closed) {
        throw new SextantException(
            ErrorCode.CONNECTION_CLOSED,
            "Model \"" + name + "\" is closed with its database. Open the database again.");
      }
      EmbeddingModel model = loaded.get(wanted.name());
      if (model == null) {
        model = load(wanted);
        loaded.put(wanted.name(), model);
      }
      return model;
    }
  }

  /** All models there are, the default first. */
  public List<Entry> report() {
    synchronized (loaded) {
      return shipped.stream()
          .map(
              model ->
                  new Entry(
                      model.name(),
                      model.dimensions(),
                      model.maxTokens(),
                      model.artifact(),
                      loaded.containsKey(model.name()),
                      model.name().equals(defaultName())))
          .toList();
    }
  }

  private ShippedModel find(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    List<String> names = shipped.stream().map(ShippedModel::name).toList();
    return shipped.stream()
        .filter(model -> model.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new SextantException(
                    ErrorCode.INVALID_PARAMETER,
                    "Unknown embedding model \""
                        + name
                        + "\": did you mean \""
                        + Names.nearest(wanted, names)
                        + "\"? SELECT name FROM sextant.models lists all."));
  }

  private EmbeddingModel load(ShippedModel model) {
    List<String> missing = missing(model);
    if (!missing.isEmpty()) {
      throw new SextantException(
          ErrorCode.MODEL_FAILED,
          "Model \""
              + model.name()
              + "\" cannot be loaded: the class path lacks "
              + String.join(" and ", missing)
              + ". Add it, or use the full Sextant jar in place of the slim one.");
    }
    try {
      byte[] graph = read(model.modelResource());
      String json = new String(read(model.tokenizerResource()), StandardCharsets.UTF_8);
      return new OnnxEmbeddingModel(model, graph, json, pool);
    } catch (IOException | LinkageError failure) {
      throw new SextantException(
          ErrorCode.MODEL_FAILED,
          "Model \""
              + model.name()
              + "\" cannot be loaded from "
              + model.artifact()
              + ": "
              + failure
              + ". Its native code needs a writable java.io.tmpdir (\""
              + System.getProperty("java.io.tmpdir")
              + "\") and Linux, macOS or Windows on x86-64 or ARM64.",
          failure);
    }
  }

  private List<String> missing(ShippedModel model) {
    List<String> artifacts = new ArrayList<>();
    RUNTIME_CLASSES.forEach(
        (resource, artifact) -> {
          if (resources.getResource(resource) == null) {
            artifacts.add(artifact);
          }
        });
    if (resources.getResource(model.modelResource()) == null
        || resources.getResource(model.tokenizerResource()) == null) {
      artifacts.add(model.artifact());
    }
    artifacts.sort(null);
    return artifacts;
  }

  private byte[] read(String resource) throws IOException {
    try (InputStream in = resources.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("no resource \"" + resource + "\"");
      }
      return in.readAllBytes();
    }
  }

  /** Waits for texts being embedded, then frees the models and threads. */
  @Override
  public void close() {
    synchronized (loaded) {
      closed = true;
      pool.close();
      loaded.values().forEach(EmbeddingModel::close);
      loaded.clear();
    }
  }
}
