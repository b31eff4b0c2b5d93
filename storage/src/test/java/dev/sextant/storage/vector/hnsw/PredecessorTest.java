package dev.sextant.storage.vector.hnsw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Metric;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs that go on from older ones, against graphs of the same rows built from nothing. */
class PredecessorTest {
  private static final int ROWS = 8_000;
  private static final int DIMS = 48;
  private static final int EF = 100;

  private final MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
  private final float[][] vectors = Fixtures.clustered(ROWS, DIMS, 1);
  private final float[][] queries = Fixtures.clustered(100, DIMS, 2);
  private final Random random = new Random(3);
  private final TreeSet<Integer> rows = new TreeSet<>();
  private long inserted;

  @ParameterizedTest
  @CsvSource({"COSINE,RABITQ,1", "L2,INT8,2", "COSINE,NONE,1", "INNER_PRODUCT,NONE,1"})
  void findsAsMuchAsOneBuiltFromNothing(Metric metric, Quantization quantization, int threads) {
    HnswParameters parameters = HnswParameters.of(metric).with(quantization);
    IntStream.range(0, ROWS / 2).forEach(row -> rows.add(random.nextInt(ROWS)));
    HnswSegment graph = build(parameters, null, new long[0], threads);
    for (int generation = 0; generation < 6; generation++) {
      TreeSet<Integer> same = new TreeSet<>(rows);
      for (int i = 0; i < ROWS / 50; i++) {
        int changed = random.nextInt(ROWS);
        vectors[changed] = vectors[random.nextInt(ROWS)].clone();
        vectors[changed][0] += 0.01f;
        same.remove(changed);
        int gone = random.nextInt(ROWS);
        rows.remove(gone);
        same.remove(gone);
        IntStream.range(0, 4).forEach(k -> rows.add(random.nextInt(ROWS)));
      }
      same.retainAll(rows);
      HnswSegment next = build(parameters, graph, rowids(same), threads);
      graph.close();
      graph = next;
      assertThat(inserted).isEqualTo(rows.size());
      assertThat(graph.rowids()).isEqualTo(rowids(rows));
    }
    long[][] answers = Fixtures.exact(vectors, queries, metric, rowids(rows));
    double recall = Fixtures.recall(graph, queries, answers, EF, RowFilter.all());
    graph.close();
    try (HnswSegment fresh = build(parameters, null, new long[0], threads)) {
      double wanted = Fixtures.recall(fresh, queries, answers, EF, RowFilter.all());
      assertThat(recall).isGreaterThan(wanted - 0.01);
    }
    assertThat(budget.used()).isZero();
  }

  /** Where little is left, and where nothing is. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 30, 79, 81, 100})
  void holdsAllRowsHoweverManyAreLeft(int percent) {
    HnswParameters parameters = HnswParameters.of(Metric.L2);
    IntStream.range(0, 2_000).forEach(rows::add);
    HnswSegment old = build(parameters, null, new long[0], 1);
    TreeSet<Integer> same = new TreeSet<>(rows);
    same.removeIf(row -> random.nextInt(100) >= percent);
    rows.clear();
    rows.addAll(same);
    IntStream.range(3_000, 3_500).forEach(rows::add);
    try (HnswSegment next = build(parameters, old, rowids(same), 1)) {
      old.close();
      long[][] answers = Fixtures.exact(vectors, queries, Metric.L2, rowids(rows));
      double recall = Fixtures.recall(next, queries, answers, EF, RowFilter.all());
      assertThat(recall).isGreaterThan(0.98);
    }
    assertThat(budget.used()).isZero();
  }

  /** Of a hundred rows or fewer, none of which may be above level 0. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 20, 100})
  void holdsAllRowsOfSmallGraphs(int size) {
    HnswParameters parameters = HnswParameters.of(Metric.COSINE);
    for (int round = 0; round < 20; round++) {
      rows.clear();
      IntStream.range(0, size).forEach(row -> rows.add(random.nextInt(ROWS)));
      HnswSegment old = build(parameters, null, new long[0], 1);
      TreeSet<Integer> same = new TreeSet<>(rows);
      IntStream.range(0, 1 + size / 10).forEach(row -> rows.add(random.nextInt(ROWS)));
      try (HnswSegment next = build(parameters, old, rowids(same), 1)) {
        old.close();
        long[][] answers = Fixtures.exact(vectors, queries, Metric.COSINE, rowids(rows));
        double recall = Fixtures.recall(next, queries, answers, EF, RowFilter.all());
        assertThat(recall).isGreaterThan(0.99);
      }
    }
  }

  private static long[] rowids(Set<Integer> rows) {
    return rows.stream().mapToLong(row -> 10L * row).toArray();
  }

  private HnswSegment build(
      HnswParameters parameters, @Nullable HnswSegment from, long[] same, int threads) {
    try (HnswBuilder builder = new HnswBuilder(parameters, DIMS, budget, Fixtures.simd())) {
      if (from != null) {
        builder.startFrom(from, same);
      }
      for (int row : rows) {
        builder.add(10L * row, vectors[row]);
      }
      return builder.build(
          7, new BuildOptions(threads, 42, (done, total) -> inserted = done, () -> false));
    }
  }
}
