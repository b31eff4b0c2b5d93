package dev.sextant.engine.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/*
 * One resident session, many texts.
 *
 * Company. The int8 graph scales its activations by the largest value of the whole input tensor,
 * so in a batch a text's vector would depend on the other texts (cosine 0.99 to its own). Every
 * text is therefore one run with a batch of 1, without padding, on one thread; many texts are many
 * runs side by side. The same text gives the same bits, always.
 *
 * Threads. A session's run is safe from many threads. Each run computes on its calling thread
 * (intra-op threads 1, nothing spins). Parallelism is EmbeddingPool's.
 *
 * Closing. Freeing a session under a run would crash the process: runs hold the read lock, close
 * takes the write lock.
 */
/** A sentence encoder run by ONNX Runtime: its tokens' states are pooled into one vector. */
final class OnnxEmbeddingModel implements EmbeddingModel {

  private static final Set<String> KNOWN_INPUTS =
      Set.of("input_ids", "attention_mask", "token_type_ids");

  private final ModelShape model;
  private final int dimensions;
  private final EmbeddingPool pool;
  private final TextTokenizer tokenizer;
  private final String fingerprint;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * Loads a model.
   *
   * @param model its name and shape
   * @param graph the ONNX file's bytes
   * @param tokenizerJson the tokenizer's description
   * @param pool the threads that many texts are embedded on; stays the caller's
   * @throws SextantException {@code 58000} where the graph cannot be loaded or has another shape
   */
  OnnxEmbeddingModel(ModelShape model, byte[] graph, String tokenizerJson, EmbeddingPool pool) {
    this.model = model;
    this.pool = pool;
    this.fingerprint = fingerprint(model, graph, tokenizerJson);
    this.environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      environment.setTelemetry(false);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      this.session = environment.createSession(graph, options);
    } catch (OrtException failure) {
      throw failed("cannot be loaded", failure);
    }
    try {
      this.dimensions = checkShape();
      this.tokenizer = new TextTokenizer(tokenizerJson);
    } catch (OrtException | RuntimeException failure) {
      closeQuietly(session, failure);
      throw failure instanceof SextantException known ? known : failed("cannot be loaded", failure);
    }
  }

  /** Over the graph, the tokenizer, the window and how tokens become a vector. */
  private static String fingerprint(ModelShape model, byte[] graph, String tokenizerJson) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] tokenizer = tokenizerJson.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(8).putInt(graph.length).putInt(tokenizer.length).array());
      digest.update(graph);
      digest.update(tokenizer);
      String way = model.pooling().sqlName() + (model.normalize() ? ",l2," : ",none,");
      digest.update((way + model.maxTokens()).getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** The length of the vectors, once inputs and output are such as are known. */
  private int checkShape() throws OrtException {
    if (!KNOWN_INPUTS.containsAll(session.getInputNames())) {
      throw failed("takes the inputs " + session.getInputNames() + ", not " + KNOWN_INPUTS, null);
    }
    var output = session.getOutputInfo().values().iterator().next().getInfo();
    long[] shape = output instanceof TensorInfo tensor ? tensor.getShape() : new long[0];
    boolean pooled = model.pooling() == Pooling.NONE;
    long last = shape.length == (pooled ? 2 : 3) ? shape[shape.length - 1] : 0;
    if (last < 1 || (model.dimensions() > 0 && last != model.dimensions())) {
      String wanted = model.dimensions() > 0 ? Integer.toString(model.dimensions()) : "dimensions";
      throw failed(
          "gives the shape "
              + Arrays.toString(shape)
              + ", not ["
              + (pooled ? "texts, " : "texts, tokens, ")
              + wanted
              + "]",
          null);
    }
    return (int) last;
  }

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public int maxTokens() {
    return model.maxTokens();
  }

  @Override
  public String prefix(EmbedRole role) {
    return model.prefix(role);
  }

  @Override
  public Optional<TokenSplitter> tokenSplitter() {
    return Optional.of(this::tokenStarts);
  }

  private int[] tokenStarts(String text) {
    use.readLock().lock();
    try {
      requireOpen();
      return tokenizer.starts(text);
    } finally {
      use.readLock().unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new SextantException(
          ErrorCode.CONNECTION_CLOSED,
          "Model \"" + name() + "\" is closed: it was dropped, or its database was closed.");
    }
  }

  @Override
  public Embedding embed(String text) {
    use.readLock().lock();
    try {
      requireOpen();
      TextTokenizer.Tokens tokens = tokenizer.tokenize(text, model.maxTokens());
      float[] vector = run(tokens.ids());
      return new Embedding(vector, tokens.total(), tokens.total() > model.maxTokens());
    } catch (OrtException failure) {
      throw failed("failed on a text of " + text.length() + " characters", failure);
    } finally {
      use.readLock().unlock();
    }
  }

  @Override
  public List<Embedding> embedAll(List<String> texts, EmbeddingWatch watch) {
    return pool.embedAll(this, texts, watch);
  }

  private float[] run(long[] ids) throws OrtException {
    long[] shape = {1, ids.length};
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    Map<String, long[]> values =
        Map.of("input_ids", ids, "attention_mask", ones, "token_type_ids", new long[ids.length]);
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (String input : session.getInputNames()) {
        LongBuffer value = LongBuffer.wrap(values.getOrDefault(input, ids));
        inputs.put(input, OnnxTensor.createTensor(environment, value, shape));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        if (result.get(0) instanceof OnnxTensor states) {
          return pool(states.getFloatBuffer(), ids.length);
        }
        throw failed("gives no tensor", null);
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private float[] pool(FloatBuffer states, int tokens) {
    float[] token = new float[dimensions];
    double[] sum = new double[dimensions];
    int pooled = model.pooling() == Pooling.MEAN ? tokens : 1;
    for (int t = 0; t < pooled; t++) {
      states.get(token);
      for (int i = 0; i < dimensions; i++) {
        sum[i] += token[i];
      }
    }
    double square = 0;
    for (double value : sum) {
      square += value * value;
    }
    double scale = 1.0 / pooled;
    if (model.normalize()) {
      scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    }
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (sum[i] * scale);
    }
    return vector;
  }

  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      tokenizer.close();
      session.close();
    } catch (OrtException failure) {
      throw failed("cannot be closed", failure);
    } finally {
      use.writeLock().unlock();
    }
  }

  private static void closeQuietly(OrtSession session, Exception failure) {
    try {
      session.close();
    } catch (OrtException second) {
      failure.addSuppressed(second);
    }
  }

  private SextantException failed(String what, @org.jspecify.annotations.Nullable Exception cause) {
    String reason = cause == null ? "" : ": " + cause.getMessage();
    return new SextantException(
        ErrorCode.MODEL_FAILED, "Model \"" + model.name() + "\" " + what + reason + ".", cause);
  }
}
