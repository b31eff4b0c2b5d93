package dev.sextant.storage.vector;

import dev.sextant.storage.memory.MemoryBudget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Prints how fast exact searches read memory, against a plain sum over as much memory.
 *
 * <p>The time is the least thread CPU time of many passes, which take turns so that all meet the
 * same conditions. Arguments: rows, dimensions, passes.
 */
final class ScanBench {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int K = 10;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final int rows;
  private final int dims;
  private double sink;

  private ScanBench(int rows, int dims) {
    this.rows = rows;
    this.dims = dims;
  }

  /** One measured thing and its best pass so far. */
  private static final class Case {
    final String name;
    final Runnable pass;
    long bestNanos = Long.MAX_VALUE;

    Case(String name, Runnable pass) {
      this.name = name;
      this.pass = pass;
    }
  }

  public static void main(String[] args) {
    int rows = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
    int dims = args.length > 1 ? Integer.parseInt(args[1]) : 384;
    int passes = args.length > 2 ? Integer.parseInt(args[2]) : 200;
    new ScanBench(rows, dims).run(passes);
  }

  private void run(int passes) {
    MemoryBudget budget = new MemoryBudget(4L << 30);
    List<Case> cases = new ArrayList<>();
    try (Arena arena = Arena.ofShared();
        VectorStore simd = store(budget, KernelProvider.select("simd").kernels());
        VectorStore scalar = store(budget, KernelProvider.select("scalar").kernels())) {
      long bytes = (long) rows * dims * Float.BYTES;
      MemorySegment flat = arena.allocate(bytes, 64);
      flat.fill((byte) 1);
      cases.add(new Case("sum of plain memory", () -> sink += sum(flat)));
      for (Metric metric : Metric.values()) {
        cases.add(search("simd", simd, metric));
        cases.add(search("scalar", scalar, metric));
        cases.add(searches("8 queries, simd", simd, metric));
        cases.add(searches("8 queries, scalar", scalar, metric));
      }
      for (int pass = 0; pass < passes; pass++) {
        cases.forEach(this::measure);
      }
      for (Case c : cases) {
        System.out.printf(
            Locale.ROOT,
            "%-34s %8.3f ms %8.2f GB/s %8.1f ns/row%n",
            c.name,
            c.bestNanos / 1e6,
            bytes / (double) c.bestNanos,
            c.bestNanos / (double) rows);
      }
    }
    System.out.println("check " + sink);
  }

  private void measure(Case c) {
    long start = threads.getCurrentThreadCpuTime();
    c.pass.run();
    c.bestNanos = Math.min(c.bestNanos, threads.getCurrentThreadCpuTime() - start);
  }

  private Case search(String name, VectorStore store, Metric metric) {
    float[] query = Vectors.gaussian(new Random(7), dims);
    SearchRequest request = SearchRequest.of(query, metric, K, 1);
    return new Case(name + " " + metric, () -> sink += store.search(request).distances()[0]);
  }

  private Case searches(String name, VectorStore store, Metric metric) {
    Random random = new Random(7);
    List<SearchRequest> requests = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      requests.add(SearchRequest.of(Vectors.gaussian(random, dims), metric, K, 1));
    }
    return new Case(
        name + " " + metric, () -> sink += store.search(requests).getLast().distances()[0]);
  }

  private VectorStore store(MemoryBudget budget, Kernels kernels) {
    VectorStore store = new VectorStore("bench.v", dims, budget, kernels);
    Random random = new Random(42);
    for (int row = 0; row < rows; row++) {
      store.put(row, Vectors.gaussian(random, dims), 1);
    }
    return store;
  }

  private static float sum(MemorySegment memory) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int vector = SPECIES.vectorByteSize();
    long end = memory.byteSize() - 4L * vector;
    for (long p = 0; p <= end; p += 4L * vector) {
      s0 = s0.add(load(memory, p));
      s1 = s1.add(load(memory, p + vector));
      s2 = s2.add(load(memory, p + 2L * vector));
      s3 = s3.add(load(memory, p + 3L * vector));
    }
    return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
  }

  private static FloatVector load(MemorySegment memory, long offset) {
    return FloatVector.fromMemorySegment(SPECIES, memory, offset, ByteOrder.LITTLE_ENDIAN);
  }
}
