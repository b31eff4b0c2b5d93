package dev.sextant.jdbc.bench.cache;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.bench.Timing;
import dev.sextant.jdbc.shell.Glosses;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/*
 * As it ships, langchain4j leaves the number of threads of a run to ONNX Runtime, which takes one
 * for each core of the machine, fixes them to cores, whatever cores the process was given, and lets
 * them spin. Its constructor takes a session too: with one of one thread a run it is comparable
 * on one thread, and it is the better peer for many texts.
 */
/** Texts a second of our embedder and of langchain4j's, which runs the same model file. */
final class EmbedBench {
  private static final int ROUNDS = 5;
  private static final String GRAPH = "all-minilm-l6-v2-q.onnx";
  private static final String TOKENIZER = "all-minilm-l6-v2-q-tokenizer.json";

  private final List<String> texts;
  private final List<TextSegment> segments;

  /** An embedder that gives the last text's vector. */
  private interface Embedder {
    float[] embedAll();
  }

  /** Texts a second by the clock, and microseconds of CPU a text. */
  record Rate(double perSecond, double cpuMicros) {}

  /** langchain4j's embedder, each run on the thread that asks for it. */
  private static final class OneThreadEach extends AbstractInProcessEmbeddingModel {
    private final OnnxBertBiEncoder encoder;

    OneThreadEach(OrtSession session, InputStream tokenizer, Executor threads) {
      super(threads);
      this.encoder =
          new OnnxBertBiEncoder(
              OrtEnvironment.getEnvironment(), session, tokenizer, PoolingMode.MEAN);
    }

    @Override
    protected OnnxBertBiEncoder model() {
      return encoder;
    }
  }

  private EmbedBench(int count) throws IOException {
    List<String> all = new ArrayList<>(Glosses.texts());
    Collections.shuffle(all, new Random(42));
    this.texts = List.copyOf(all.subList(0, Math.min(all.size(), count)));
    this.segments = texts.stream().map(TextSegment::from).toList();
  }

  /** Measures on one thread and on two. */
  static void run(int texts, CacheReport report, Figures figures) throws Exception {
    report.embedding(texts);
    EmbedBench bench = new EmbedBench(texts);
    for (int threads = 1; threads <= 2; threads++) {
      List<Rate> rates = bench.rates(threads);
      double ours = rates.getFirst().perSecond();
      double theirs =
          threads == 1
              ? rates.get(1).perSecond()
              : Math.max(rates.get(1).perSecond(), rates.get(2).perSecond());
      String suffix = threads == 1 ? "" : "_" + threads;
      report.embedded(threads, rates, ours / theirs);
      figures.add("embed_ratio" + suffix, ours / theirs);
      figures.add("embed_texts_per_s" + suffix, ours);
    }
  }

  /** Ours, langchain4j's with a thread for each run, langchain4j's as it ships. */
  private List<Rate> rates(int threads) throws OrtException, IOException {
    try (EmbeddingModels models = new EmbeddingModels(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session =
              OrtEnvironment.getEnvironment().createSession(resource(GRAPH), options);
          InputStream tokenizer = new java.io.ByteArrayInputStream(resource(TOKENIZER))) {
        return measure(
            List.of(
                () -> models.defaultModel().embedAll(texts).getLast().vector(),
                embedder(new OneThreadEach(session, tokenizer, executor)),
                embedder(new AllMiniLmL6V2QuantizedEmbeddingModel(executor))));
      }
    }
  }

  private Embedder embedder(EmbeddingModel model) {
    return () -> model.embedAll(segments).content().getLast().vector();
  }

  private static byte[] resource(String name) throws IOException {
    ClassLoader loader = AllMiniLmL6V2QuantizedEmbeddingModel.class.getClassLoader();
    try (InputStream in = loader.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("no \"" + name + "\" on the class path");
      }
      return in.readAllBytes();
    }
  }

  /** Medians of rounds in which the embedders take turns. */
  private List<Rate> measure(List<Embedder> embedders) {
    double[][] seconds = new double[embedders.size()][ROUNDS];
    double[][] cpu = new double[embedders.size()][ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      float[] first = new float[0];
      for (int i = 0; i < embedders.size(); i++) {
        Timing timing = Timing.ofProcess();
        float[] vector = embedders.get(i).embedAll();
        if (round >= 0) {
          seconds[i][round] = timing.wallSeconds();
          cpu[i][round] = timing.cpuSeconds();
        }
        first = i == 0 ? vector : first;
        requireSame(first, vector);
      }
    }
    List<Rate> rates = new ArrayList<>();
    for (int i = 0; i < embedders.size(); i++) {
      Arrays.sort(seconds[i]);
      Arrays.sort(cpu[i]);
      rates.add(
          new Rate(texts.size() / seconds[i][ROUNDS / 2], 1e6 * cpu[i][ROUNDS / 2] / texts.size()));
    }
    return rates;
  }

  private static void requireSame(float[] our, float[] their) {
    double dot = 0;
    for (int i = 0; i < our.length; i++) {
      dot += our[i] * their[i];
    }
    if (dot < 0.98) {
      throw new IllegalStateException("the embedders disagree: cosine " + dot);
    }
  }
}
