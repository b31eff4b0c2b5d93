package dev.sextant.storage.vector.hnsw;

import com.sun.management.OperatingSystemMXBean;
import dev.sextant.storage.vector.Metric;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Prints recall against queries a second of segments, without SQL around them, taking turns, on one
 * thread. {@code bin/sextant bench ann} compares with other libraries.
 *
 * <p>Arguments: nothing for the WordNet embeddings of the shared data; a number of rows for
 * synthetic clustered ones; or two files of little-endian float32 rows and queries, 384 dimensions,
 * unit length. {@code -Dpasses=} sets how many passes over the queries each point is the best of.
 */
final class AnnBench {
  static final int K = 10;
  private static final int DIMS = 384;
  private static final int[] EFS = {10, 16, 24, 32, 40, 56, 72, 88, 120, 160, 240};
  private static final double TARGET = 0.98;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final float[][] queries;
  private final long[][] answers;

  private AnnBench(float[][] queries, long[][] answers) {
    this.queries = queries;
    this.answers = answers;
  }

  private static final class Contender {
    final String name;
    final Supplier<SextantIndex> builder;
    final double[] recall = new double[EFS.length];
    final double[] cpuQps = new double[EFS.length];
    final double[] wallQps = new double[EFS.length];

    Contender(String name, Supplier<SextantIndex> builder) {
      this.name = name;
      this.builder = builder;
    }
  }

  public static void main(String[] args) throws IOException {
    float[][] rows;
    float[][] asked;
    if (args.length == 1) {
      rows = unit(Fixtures.clustered(Integer.parseInt(args[0]), DIMS, 1));
      asked = unit(Fixtures.clustered(500, DIMS, 2));
    } else {
      Path root = Path.of(System.getProperty("sextant.root", "."));
      Path folder = root.resolve("../shared/data/vectors");
      rows = read(args.length > 1 ? Path.of(args[0]) : folder.resolve("wordnet10k-base.f32"));
      asked = read(args.length > 1 ? Path.of(args[1]) : folder.resolve("wordnet10k-query.f32"));
    }
    long[][] exact = Fixtures.exact(rows, asked, Metric.COSINE, Fixtures.allRowids(rows.length));
    new AnnBench(asked, exact).run(rows);
  }

  private void run(float[][] rows) {
    List<Contender> contenders = new ArrayList<>();
    for (Quantization quantization : Quantization.values()) {
      String name = "sextant " + quantization.label();
      contenders.add(new Contender(name, () -> new SextantIndex(rows, quantization)));
    }
    List<SextantIndex> indexes = new ArrayList<>();
    for (Contender contender : contenders) {
      indexes.add(build(contender));
    }
    int passes = Integer.getInteger("passes", 5);
    for (int pass = 0; pass <= passes; pass++) {
      for (int e = 0; e < EFS.length; e++) {
        for (int i = 0; i < indexes.size(); i++) {
          measure(contenders.get(i), indexes.get(i), e);
        }
      }
    }
    contenders.forEach(AnnBench::print);
    indexes.forEach(SextantIndex::close);
  }

  private static SextantIndex build(Contender contender) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long wall = System.nanoTime();
    SextantIndex index = contender.builder.get();
    System.out.printf(
        Locale.ROOT,
        "%-16s built in %7.2f CPU-s, %7.2f s, %,13d bytes%n",
        contender.name,
        (system.getProcessCpuTime() - cpu) / 1e9,
        (System.nanoTime() - wall) / 1e9,
        index.bytes());
    return index;
  }

  private void measure(Contender contender, SextantIndex index, int e) {
    long cpu = threads.getCurrentThreadCpuTime();
    long wall = System.nanoTime();
    int[][] found = new int[queries.length][];
    for (int q = 0; q < queries.length; q++) {
      found[q] = index.search(queries[q], EFS[e]);
    }
    double cpuQps = queries.length * 1e9 / (threads.getCurrentThreadCpuTime() - cpu);
    double wallQps = queries.length * 1e9 / (System.nanoTime() - wall);
    contender.cpuQps[e] = Math.max(contender.cpuQps[e], cpuQps);
    contender.wallQps[e] = Math.max(contender.wallQps[e], wallQps);
    contender.recall[e] = recall(found);
  }

  private double recall(int[][] found) {
    long hits = 0;
    for (int q = 0; q < found.length; q++) {
      for (int row : found[q]) {
        for (long answer : answers[q]) {
          hits += answer == 10L * row ? 1 : 0;
        }
      }
    }
    return hits / (double) (K * found.length);
  }

  private static void print(Contender c) {
    System.out.printf("%n%-16s   ef  recall@10  QPS per CPU-s  QPS wall%n", c.name);
    for (int e = 0; e < EFS.length; e++) {
      System.out.printf(
          Locale.ROOT,
          "%-16s %4d  %9.4f  %13.0f  %8.0f%n",
          "",
          EFS[e],
          c.recall[e],
          c.cpuQps[e],
          c.wallQps[e]);
    }
    for (int e = 1; e < EFS.length; e++) {
      if (c.recall[e - 1] < TARGET && c.recall[e] >= TARGET) {
        double part = (TARGET - c.recall[e - 1]) / (c.recall[e] - c.recall[e - 1]);
        double qps = c.cpuQps[e - 1] + part * (c.cpuQps[e] - c.cpuQps[e - 1]);
        System.out.printf(Locale.ROOT, "%-16s at %.2f: %.0f QPS per core%n", c.name, TARGET, qps);
      }
    }
  }

  private static float[][] unit(float[][] vectors) {
    for (float[] vector : vectors) {
      float scale = (float) (1 / Metric.norm(vector));
      for (int d = 0; d < vector.length; d++) {
        vector[d] *= scale;
      }
    }
    return vectors;
  }

  private static float[][] read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      float[][] vectors = new float[(int) (channel.size() / (DIMS * Float.BYTES))][DIMS];
      for (float[] vector : vectors) {
        for (int d = 0; d < DIMS; d++) {
          vector[d] = bytes.getFloat();
        }
      }
      return vectors;
    }
  }
}
