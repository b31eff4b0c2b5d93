package dev.sextant.engine.embed;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.sqlite.SqliteConnection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models a database can embed with; each is loaded when it is first asked for. */
public final class EmbeddingModels implements AutoCloseable {

  /**
   * A row of {@code sextant.models}.
   *
   * @param name as {@code EMBED} takes it
   * @param method {@code shipped}, or what a definition says
   * @param dimensions length of its vectors
   * @param maxTokens tokens of a text that it reads; 0 where it does not say
   * @param source where it comes from
   * @param queryPrefix what EMBED_QUERY puts before a text
   * @param passagePrefix what EMBED_PASSAGE puts before a text
   * @param loaded whether it is in memory
   * @param isDefault whether {@code EMBED} without a model uses it
   */
  public record Entry(
      String name,
      String method,
      int dimensions,
      int maxTokens,
      String source,
      String queryPrefix,
      String passagePrefix,
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
  private final Path folder;
  private final Map<String, EmbeddingModel> loaded = new HashMap<>();
  private final Map<ModelDefinition, EmbeddingModel> defined = new HashMap<>();
  private boolean closed;

  /** As below, with definitions' paths relative to the working directory. */
  public EmbeddingModels(int threads) {
    this(threads, Path.of(""));
  }

  /**
   * A registry with nothing loaded.
   *
   * @param threads at most so many texts are embedded at once; 0 means one per core
   * @param folder what the paths of definitions are relative to
   */
  public EmbeddingModels(int threads, Path folder) {
    this(
        threads,
        folder,
        List.of(ShippedModel.ALL_MINILM_L6_V2, ShippedModel.BGE_SMALL_EN_V15),
        EmbeddingModels.class.getClassLoader());
  }

  EmbeddingModels(int threads, Path folder, List<ShippedModel> shipped, ClassLoader resources) {
    this.folder = folder;
    this.shipped = List.copyOf(shipped);
    this.resources = resources;
    this.pool =
        new EmbeddingPool(threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
  }

  /** The model that {@code EMBED} uses where none is named. */
  public EmbeddingModel defaultModel() {
    return model(shipped.getFirst());
  }

  /** The name of {@link #defaultModel()}, without loading it. */
  public String defaultName() {
    return shipped.getFirst().name();
  }

  /**
   * Length of a model's vectors, without loading it.
   *
   * @param connection sees the definitions
   * @throws SextantException {@code 22023} for an unknown name
   */
  public int dimensions(String name, SqliteConnection connection) {
    return shipped(name)
        .map(model -> model.shape().dimensions())
        .orElseGet(() -> defined(name, connection).dimensions());
  }

  /**
   * The model of that name, whatever its case, loaded if it is not; it stays the registry's.
   *
   * @param connection sees the definitions
   * @throws SextantException {@code 22023} for an unknown name, {@code 58000} where it cannot be
   *     loaded or is another than it was when it was defined
   */
  public EmbeddingModel model(String name, SqliteConnection connection) {
    return shipped(name).map(this::model).orElseGet(() -> model(defined(name, connection)));
  }

  private ModelDefinition defined(String name, SqliteConnection connection) {
    return ModelCatalog.find(connection, name).orElseThrow(() -> unknown(name, connection));
  }

  private SextantException unknown(String name, SqliteConnection connection) {
    List<String> names = new ArrayList<>(shipped.stream().map(ShippedModel::name).toList());
    ModelCatalog.all(connection).forEach(model -> names.add(model.name()));
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Unknown embedding model \""
            + name
            + "\": did you mean \""
            + Names.nearest(name, names)
            + "\"? SELECT name FROM sextant.models lists all.");
  }

  /** Whether a model of that name is shipped. */
  public boolean isShipped(String name) {
    return shipped(name).isPresent();
  }

  private Optional<ShippedModel> shipped(String name) {
    return shipped.stream().filter(model -> model.name().equalsIgnoreCase(name)).findFirst();
  }

  private EmbeddingModel model(ShippedModel wanted) {
    synchronized (loaded) {
      requireOpen(wanted.name());
      EmbeddingModel model = loaded.get(wanted.name());
      if (model == null) {
        model = load(wanted);
        loaded.put(wanted.name(), model);
      }
      return model;
    }
  }

  private void requireOpen(String name) {
    if (closed) {
      throw new SextantException(
          ErrorCode.CONNECTION_CLOSED,
          "Model \"" + name + "\" is closed with its database. Open the database again.");
    }
  }

  private EmbeddingModel model(ModelDefinition wanted) {
    synchronized (loaded) {
      requireOpen(wanted.name());
      EmbeddingModel known = defined.get(wanted);
      if (known != null) {
        return known;
      }
      EmbeddingModel model = load(wanted);
      if (!model.fingerprint().equals(wanted.fingerprint())) {
        model.close();
        throw new SextantException(
            ErrorCode.MODEL_FAILED,
            "Model \""
                + wanted.name()
                + "\" is another than it was when it was created: its files have changed. Put the"
                + " old ones back, or drop it, create it again and embed your texts anew.");
      }
      defined.put(wanted, model);
      return model;
    }
  }

  /**
   * Loads a model that is being defined.
   *
   * @return the definition with what loading it has shown
   * @throws SextantException {@code 58000} where it cannot be loaded
   */
  public ModelDefinition create(ModelDefinition wanted) {
    synchronized (loaded) {
      requireOpen(wanted.name());
      EmbeddingModel model = load(wanted);
      ModelDefinition definition = wanted.loaded(model);
      EmbeddingModel before = defined.putIfAbsent(definition, model);
      if (before != null) {
        model.close();
      }
      return definition;
    }
  }

  /** Frees a model that was dropped. */
  public void forget(ModelDefinition dropped) {
    EmbeddingModel model;
    synchronized (loaded) {
      model = defined.remove(dropped);
    }
    if (model != null) {
      model.close();
    }
  }

  /**
   * All models there are, the default first.
   *
   * @param connection sees the definitions
   */
  public List<Entry> report(SqliteConnection connection) {
    List<ModelDefinition> definitions = ModelCatalog.all(connection);
    synchronized (loaded) {
      List<Entry> entries = new ArrayList<>();
      for (ShippedModel model : shipped) {
        boolean isLoaded = loaded.containsKey(model.name());
        entries.add(entry(model.shape(), "shipped", model.artifact(), isLoaded));
      }
      for (ModelDefinition model : definitions) {
        boolean isLoaded = defined.containsKey(model);
        entries.add(entry(model.shape(), model.method().sqlName(), model.source(), isLoaded));
      }
      return entries;
    }
  }

  private Entry entry(ModelShape shape, String method, String source, boolean isLoaded) {
    return new Entry(
        shape.name(),
        method,
        shape.dimensions(),
        shape.maxTokens(),
        source,
        shape.queryPrefix(),
        shape.passagePrefix(),
        isLoaded,
        shape.name().equals(defaultName()));
  }

  private EmbeddingModel load(ModelDefinition wanted) {
    return switch (wanted.method()) {
      case ONNX -> {
        requireClasses(wanted.name(), missing());
        ModelFiles files = ModelFiles.of(wanted, folder);
        try {
          String json = Files.readString(files.tokenizer());
          yield new OnnxEmbeddingModel(
              wanted.shape(), Files.readAllBytes(files.graph()), json, pool);
        } catch (IOException | LinkageError failure) {
          throw cannotLoad(wanted.name(), files.graph().toString(), failure);
        }
      }
      case HTTP ->
          new HttpEmbeddingModel(wanted.http(), secret -> secret.read(System::getenv, folder));
    };
  }

  private EmbeddingModel load(ShippedModel model) {
    List<String> missing = missing();
    if (resources.getResource(model.modelResource()) == null
        || resources.getResource(model.tokenizerResource()) == null) {
      missing.add(model.artifact());
      missing.sort(null);
    }
    requireClasses(model.name(), missing);
    try {
      byte[] graph = read(model.modelResource());
      String json = new String(read(model.tokenizerResource()), StandardCharsets.UTF_8);
      return new OnnxEmbeddingModel(model.shape(), graph, json, pool);
    } catch (IOException | LinkageError failure) {
      throw cannotLoad(model.name(), model.artifact(), failure);
    }
  }

  private static SextantException cannotLoad(String name, String source, Throwable failure) {
    return new SextantException(
        ErrorCode.MODEL_FAILED,
        "Model \""
            + name
            + "\" cannot be loaded from "
            + source
            + ": "
            + failure
            + ". Its native code needs a writable java.io.tmpdir (\""
            + System.getProperty("java.io.tmpdir")
            + "\") and Linux, macOS or Windows on x86-64 or ARM64.",
        failure);
  }

  private static void requireClasses(String name, List<String> missing) {
    if (!missing.isEmpty()) {
      throw new SextantException(
          ErrorCode.MODEL_FAILED,
          "Model \""
              + name
              + "\" cannot be loaded: the class path lacks "
              + String.join(" and ", missing)
              + ". Add it, or use the full Sextant jar in place of the slim one.");
    }
  }

  /** The artifacts of the runtime that are not there. */
  private List<String> missing() {
    List<String> artifacts = new ArrayList<>();
    RUNTIME_CLASSES.forEach(
        (resource, artifact) -> {
          if (resources.getResource(resource) == null) {
            artifacts.add(artifact);
          }
        });
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
      defined.values().forEach(EmbeddingModel::close);
      defined.clear();
    }
  }
}
