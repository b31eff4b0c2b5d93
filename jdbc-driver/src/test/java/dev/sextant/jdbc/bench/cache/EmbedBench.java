package dev.sextant.jdbc.bench.cache;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.shell.Glosses;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Texts a second of our embedder and of langchain4j's, which runs the same model file. */
public final class EmbedBench {
  private static final int ROUNDS = 5;

  private EmbedBench() {}

  /** Measures in a process for each number of cores. */
  static void run(int texts, CacheReport report, Figures figures)
      throws IOException, InterruptedException {
    report.embedding(texts);
    int most = Math.min(2, Runtime.getRuntime().availableProcessors());
    for (int cores = 1; cores <= most; cores++) {
      double[] rates = inProcess(texts, cores);
      report.embedded(cores, rates[0], rates[1]);
      figures.add("embed_ratio" + (cores == 1 ? "" : "_" + cores), rates[0] / rates[1]);
      figures.add("embed_texts_per_s" + (cores == 1 ? "" : "_" + cores), rates[0]);
    }
  }

  private static double[] inProcess(int texts, int cores) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("taskset", "-c", cores == 1 ? "0" : "0-" + (cores - 1)));
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(EmbedBench.class.getName(), Integer.toString(texts), Integer.toString(cores)));
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String[] lines =
        new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .strip()
            .split("\n", -1);
    if (child.waitFor() != 0) {
      throw new IOException("the process that embeds failed");
    }
    String[] rates = lines[lines.length - 1].split(" ", -1);
    return new double[] {Double.parseDouble(rates[0]), Double.parseDouble(rates[1])};
  }

  /** Embeds; prints our rate and theirs. */
  public static void main(String[] args) throws Exception {
    int cores = Integer.parseInt(args[1]);
    List<String> texts = new ArrayList<>(Glosses.texts());
    Collections.shuffle(texts, new Random(42));
    List<String> some = texts.subList(0, Math.min(texts.size(), Integer.parseInt(args[0])));
    List<TextSegment> segments = some.stream().map(TextSegment::from).toList();
    double[] ours = new double[ROUNDS];
    double[] theirs = new double[ROUNDS];
    try (EmbeddingModels models = new EmbeddingModels(cores);
        ExecutorService threads = Executors.newFixedThreadPool(cores)) {
      EmbeddingModel other = new AllMiniLmL6V2QuantizedEmbeddingModel(threads);
      for (int round = -1; round < ROUNDS; round++) {
        long start = System.nanoTime();
        float[] our = models.defaultModel().embedAll(some).getLast().vector();
        long between = System.nanoTime();
        float[] their = other.embedAll(segments).content().getLast().vector();
        long end = System.nanoTime();
        requireSame(our, their);
        if (round >= 0) {
          ours[round] = 1e9 * some.size() / (between - start);
          theirs[round] = 1e9 * some.size() / (end - between);
        }
      }
    }
    Arrays.sort(ours);
    Arrays.sort(theirs);
    System.out.println(ours[ROUNDS / 2] + " " + theirs[ROUNDS / 2]);
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
