package dev.sextant.storage.vector.hnsw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Metric;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HnswEdgesTest {
  private static final int DIMS = 8;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Quantization.class)
  void noRowsAndOneRow(Quantization quantization) {
    float[] one = {1, 2, 3, 4, 5, 6, 7, 8};
    HnswParameters parameters = HnswParameters.of(Metric.L2).with(quantization);
    for (float[][] vectors : new float[][][] {{}, {one}}) {
      Path file = folder.resolve(vectors.length + ".seg");
      try (HnswSegment built = Fixtures.build(vectors, parameters, 2)) {
        built.write(file);
      }
      MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
      try (HnswSegment segment = HnswSegment.open(file, budget, Fixtures.simd());
          Searcher searcher = segment.searcher()) {
        HnswHits hits = searcher.search(one, 5, 10, RowFilter.all());
        assertThat(hits.rowids()).isEqualTo(new long[vectors.length]);
        assertThat(hits.distances()).isEqualTo(new double[vectors.length]);
        assertThat(searcher.search(one, 0, 10, RowFilter.all()).size()).isZero();
        assertThat(searcher.search(one, 3, 10, RowFilter.rowids(r -> false)).size()).isZero();
        assertThat(searcher.search(one, 3, 10, RowFilter.ordinals(new long[0])).size()).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 3000})
  void moreThanThereAreReturnsAllInOrder(int rows) {
    float[][] vectors = Fixtures.clustered(rows, DIMS, 1);
    try (HnswSegment segment = Fixtures.build(vectors, HnswParameters.of(Metric.L2), 1);
        Searcher searcher = segment.searcher()) {
      HnswHits hits = searcher.search(vectors[7], rows + 5, 10, RowFilter.all());
      assertThat(hits.size()).isEqualTo(rows);
      assertThat(hits.distances()).isSorted();
      assertThat(hits.rowids()[0]).isEqualTo(70);
      assertThat(Arrays.stream(hits.rowids()).distinct().count()).isEqualTo(rows);
    }
  }

  @ParameterizedTest
  @EnumSource(Quantization.class)
  void duplicatesComeInTheOrderOfRowids(Quantization quantization) {
    float[][] vectors = Fixtures.clustered(2000, DIMS, 1);
    for (int i = 500; i < 520; i++) {
      vectors[i] = vectors[500];
    }
    HnswParameters parameters = HnswParameters.of(Metric.COSINE).with(quantization);
    try (HnswSegment segment = Fixtures.build(vectors, parameters, 2);
        Searcher searcher = segment.searcher()) {
      HnswHits hits = searcher.search(vectors[500], 20, 64, RowFilter.all());
      long[] expected = new long[20];
      Arrays.setAll(expected, i -> 5000L + 10L * i);
      assertThat(hits.rowids()).isEqualTo(expected);
    }
  }

  @Test
  void bitsBeyondTheRowsAreIgnored() {
    float[][] vectors = Fixtures.clustered(70, DIMS, 1);
    long[] words = {0, 1L << 5 | 1L << 6, -1};
    try (HnswSegment segment = Fixtures.build(vectors, HnswParameters.of(Metric.L2), 1);
        Searcher searcher = segment.searcher()) {
      HnswHits hits = searcher.search(vectors[0], 10, 10, RowFilter.ordinals(words));
      assertThat(hits.rowids()).containsExactly(690);
    }
  }

  @Test
  void rowsThatAreAllTheSameAreAllFound() {
    float[][] vectors = new float[2000][];
    Arrays.fill(vectors, new float[] {1, 1, 1, 1, 1, 1, 1, 1});
    for (Metric metric : HnswLayout.METRICS) {
      try (HnswSegment segment = Fixtures.build(vectors, HnswParameters.of(metric), 2);
          Searcher searcher = segment.searcher()) {
        assertThat(searcher.search(vectors[0], 50, 60, RowFilter.all()).size()).isEqualTo(50);
      }
    }
  }

  @Test
  void zerosHaveNoCosineButADistance() {
    float[][] vectors = Fixtures.clustered(100, DIMS, 1);
    vectors[3] = new float[DIMS];
    try (HnswSegment cosine = Fixtures.build(vectors, HnswParameters.of(Metric.COSINE), 1);
        Searcher searcher = cosine.searcher()) {
      assertThat(cosine.rows()).isEqualTo(99);
      assertThat(searcher.search(vectors[3], 5, 10, RowFilter.all()).size()).isZero();
    }
    try (HnswSegment l2 = Fixtures.build(vectors, HnswParameters.of(Metric.L2), 1);
        Searcher searcher = l2.searcher()) {
      assertThat(searcher.search(vectors[3], 1, 10, RowFilter.all()).rowids()).containsExactly(30);
    }
  }

  @Test
  void badArgumentsAreNamed() {
    requireKind(Kind.PARAMETER, () -> HnswParameters.of(Metric.L1), "vector_l1_ops");
    requireKind(Kind.PARAMETER, () -> new HnswParameters(Metric.L2, 1, 10, Quantization.NONE), "m");
    requireKind(
        Kind.PARAMETER,
        () -> new HnswParameters(Metric.L2, 16, 15, Quantization.NONE),
        "ef_construction");
    requireKind(Kind.PARAMETER, () -> Quantization.parse("pq"), "\"pq\"");
    requireKind(Kind.PARAMETER, () -> BuildOptions.threads(0), "threads");
    MemoryBudget budget = new MemoryBudget(1 << 20);
    HnswParameters parameters = HnswParameters.of(Metric.L2);
    try (HnswBuilder builder = new HnswBuilder(parameters, DIMS, budget, Fixtures.simd())) {
      builder.add(5, new float[DIMS]);
      requireKind(Kind.PARAMETER, () -> builder.add(5, new float[DIMS]), "ascending");
      requireKind(Kind.DIMENSIONS, () -> builder.add(6, new float[DIMS - 1]), "dimensions");
      requireKind(Kind.RESOURCES, () -> builder.expect(1 << 20), "memory_limit");
      HnswSegment segment = builder.build(1, BuildOptions.threads(1));
      requireKind(Kind.CLOSED, () -> builder.add(9, new float[DIMS]), "closed");
      float[] query = new float[DIMS];
      try (Searcher searcher = segment.searcher()) {
        requireKind(Kind.PARAMETER, () -> searcher.search(query, -1, 1, RowFilter.all()), "k");
        requireKind(Kind.PARAMETER, () -> searcher.search(query, 1, 0, RowFilter.all()), "ef");
        segment.close();
        requireKind(Kind.CLOSED, () -> searcher.search(query, 1, 1, RowFilter.all()), "closed");
        requireKind(Kind.CLOSED, segment::searcher, "closed");
      }
    }
    assertThat(budget.used()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aBuildTellsItsProgressAndCanBeCancelled(int threads) {
    float[][] vectors = Fixtures.clustered(5000, DIMS, 1);
    MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
    HnswParameters parameters = HnswParameters.of(Metric.L2);
    AtomicLong last = new AtomicLong();
    try (HnswBuilder builder = new HnswBuilder(parameters, DIMS, budget, Fixtures.simd())) {
      for (int row = 0; row < vectors.length; row++) {
        builder.add(row, vectors[row]);
      }
      BuildOptions options =
          new BuildOptions(threads, 1, (done, total) -> last.set(done), () -> last.get() > 2000);
      requireKind(Kind.INTERRUPTED, () -> builder.build(1, options), "cancelled");
      assertThat(last.get()).isBetween(2001L, 4000L);
    }
    assertThat(budget.used()).isZero();
  }

  private static void requireKind(Kind kind, ThrowingCallable call, String word) {
    assertThatThrownBy(call)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(word)
        .extracting(e -> ((StorageException) e).kind())
        .isEqualTo(kind);
  }
}
