package dev.sextant.storage.vector.hnsw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Metric;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two segments searched one after the other, the second with what the first has found. */
class HorizonTest {
  private static final int ROWS = 12_000;
  private static final int IN_SECOND = 4_000;
  private static final int K = 10;
  private static final int EF = 60;

  private record Recall(double share, long scored) {}

  @ParameterizedTest
  @EnumSource(Quantization.class)
  void theHorizonSparesWorkAndKeepsTheRecall(Quantization quantization) {
    for (Metric metric : new Metric[] {Metric.COSINE, Metric.L2, Metric.INNER_PRODUCT}) {
      float[][] vectors = Fixtures.clustered(ROWS, 64, 3);
      float[][] queries = Fixtures.clustered(200, 64, 4);
      long[][] answers = Fixtures.exact(vectors, queries, metric, Fixtures.allRowids(ROWS));
      HnswParameters parameters = new HnswParameters(metric, 12, 80, quantization);
      MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
      try (HnswSegment first = part(vectors, 0, ROWS - IN_SECOND, parameters, budget);
          HnswSegment second = part(vectors, ROWS - IN_SECOND, ROWS, parameters, budget);
          HnswSegment whole = part(vectors, 0, ROWS, parameters, budget)) {
        Recall without = recall(first, second, queries, answers, false);
        Recall with = recall(first, second, queries, answers, true);
        double inOneGraph = Fixtures.recall(whole, queries, answers, EF, RowFilter.all());
        assertThat(with.share()).isGreaterThan(inOneGraph - 0.002);
        assertThat(with.scored()).isLessThan(without.scored() * 8 / 10);
      }
      assertThat(budget.used()).isZero();
    }
  }

  private static HnswSegment part(
      float[][] vectors, int from, int to, HnswParameters parameters, MemoryBudget budget) {
    try (HnswBuilder builder =
        new HnswBuilder(parameters, vectors[0].length, budget, Fixtures.simd())) {
      for (int row = from; row < to; row++) {
        builder.add(10L * row, vectors[row]);
      }
      return builder.build(7, BuildOptions.threads(1));
    }
  }

  /** The recall of both together, and the rows scored in the second. */
  private static Recall recall(
      HnswSegment first,
      HnswSegment second,
      float[][] queries,
      long[][] answers,
      boolean withHorizon) {
    long found = 0;
    long scored = 0;
    try (Searcher one = first.searcher();
        Searcher other = second.searcher()) {
      for (int q = 0; q < queries.length; q++) {
        HnswHits near = one.search(queries[q], K, EF, RowFilter.all());
        assertThat(near.horizon()).isLessThan(Float.POSITIVE_INFINITY);
        other.within(withHorizon ? near.horizon() : Float.POSITIVE_INFINITY);
        HnswHits rest = other.search(queries[q], K, EF, RowFilter.all());
        scored += rest.scored();
        Set<Long> all = new HashSet<>();
        for (HnswHits hits : new HnswHits[] {near, rest}) {
          Arrays.stream(hits.rowids()).forEach(all::add);
        }
        found += Arrays.stream(answers[q]).filter(all::contains).count();
      }
    }
    return new Recall((double) found / (queries.length * K), scored);
  }

  @ParameterizedTest
  @EnumSource(Quantization.class)
  void whatIsNearerThanAllBeforeIsFound(Quantization quantization) {
    float[][] vectors = Fixtures.clustered(6_000, 64, 3);
    float[] query = Fixtures.clustered(1, 64, 9)[0];
    for (int row = 5_000; row < 5_030; row++) {
      for (int d = 0; d < query.length; d++) {
        vectors[row][d] = query[d] + 0.01f * vectors[row][d];
      }
    }
    HnswParameters parameters = new HnswParameters(Metric.COSINE, 12, 80, quantization);
    MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
    try (HnswSegment first = part(vectors, 0, 3_000, parameters, budget);
        HnswSegment second = part(vectors, 3_000, 6_000, parameters, budget);
        Searcher one = first.searcher();
        Searcher other = second.searcher()) {
      other.within(one.search(query, K, EF, RowFilter.all()).horizon());
      for (long rowid : other.search(query, K, EF, RowFilter.all()).rowids()) {
        assertThat(rowid).isBetween(50_000L, 50_290L);
      }
    }
  }
}
