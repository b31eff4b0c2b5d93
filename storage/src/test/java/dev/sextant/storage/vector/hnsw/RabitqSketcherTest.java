package dev.sextant.storage.vector.hnsw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Hits;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.SearchRequest;
import dev.sextant.storage.vector.Sketcher;
import dev.sextant.storage.vector.VectorStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A store with sketches against one without. */
class RabitqSketcherTest {
  private static final int ROWS = 3000;

  static Stream<Arguments> cases() {
    return Stream.of(Metric.COSINE, Metric.L2, Metric.INNER_PRODUCT)
        .flatMap(
            metric ->
                Stream.of(2, 17, 100, 384).map(dimensions -> Arguments.of(metric, dimensions)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void findsWhatAStoreWithoutSketchesFinds(Metric metric, int dimensions) {
    for (Kernels kernels : List.of(Fixtures.simd(), Fixtures.scalar())) {
      MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
      Random random = new Random(5);
      try (VectorStore plain = new VectorStore("plain", dimensions, budget, kernels);
          VectorStore sketched =
              new VectorStore(
                  "sketched", new RabitqSketcher(metric, dimensions, kernels), budget, kernels)) {
        fill(List.of(plain, sketched), Fixtures.clustered(ROWS, dimensions, 3), random);
        for (float[] query : Fixtures.clustered(40, dimensions, 4)) {
          for (int k : new int[] {1, 10, 200}) {
            SearchRequest all = SearchRequest.of(query, metric, k, 2);
            Hits nearest = same(plain, sketched, all);
            double radius = nearest.distances()[nearest.size() / 2];
            same(plain, sketched, SearchRequest.of(query, metric, ROWS, 2).within(radius));
            same(plain, sketched, all.among(random.longs(ROWS / 2, 0, ROWS).toArray()));
            same(plain, sketched, all.excluding(nearest.rowids()));
            same(plain, sketched, SearchRequest.of(query, metric, k, 1));
          }
        }
      }
      assertThat(budget.used()).isZero();
    }
  }

  /** Rows of many lengths, one of them zero; some change and some go in the second transaction. */
  private static void fill(List<VectorStore> stores, float[][] vectors, Random random) {
    for (int row = 0; row < ROWS; row++) {
      float length = row == 7 ? 0 : random.nextFloat() * 3;
      for (int d = 0; d < vectors[row].length; d++) {
        vectors[row][d] *= length;
      }
    }
    for (VectorStore store : stores) {
      for (int row = 0; row < ROWS; row++) {
        store.put(row, vectors[row], 1);
      }
      for (int row = 0; row < ROWS; row += 5) {
        store.remove(row, 2);
      }
      for (int row = 3; row < ROWS; row += 10) {
        store.put(row, vectors[ROWS - row], 2);
      }
    }
  }

  private static Hits same(VectorStore plain, VectorStore sketched, SearchRequest request) {
    Hits expected = plain.search(request);
    Hits found = sketched.search(request);
    assertThat(found.rowids()).isEqualTo(expected.rowids());
    assertThat(found.distances()).isEqualTo(expected.distances());
    assertThat(found.scanned()).isEqualTo(expected.scanned());
    return expected;
  }

  @Test
  void anotherMetricReadsAllRows() {
    MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
    Kernels kernels = Fixtures.simd();
    try (VectorStore plain = new VectorStore("plain", 8, budget, kernels);
        VectorStore sketched =
            new VectorStore(
                "sketched", new RabitqSketcher(Metric.COSINE, 8, kernels), budget, kernels)) {
      fill(List.of(plain, sketched), Fixtures.clustered(ROWS, 8, 3), new Random(5));
      float[] query = Fixtures.clustered(1, 8, 4)[0];
      same(plain, sketched, SearchRequest.of(query, Metric.L1, 10, 2));
    }
  }

  /** Without that the sketches would be of no use. */
  @Test
  void leavesMostRowsOut() {
    try (Arena arena = Arena.ofConfined()) {
      leavesMostRowsOut(arena);
    }
  }

  private static void leavesMostRowsOut(Arena arena) {
    Kernels kernels = Fixtures.simd();
    RabitqSketcher sketcher = new RabitqSketcher(Metric.COSINE, 384, kernels);
    float[][] vectors = Fixtures.clustered(ROWS, 384, 3);
    MemorySegment sketches =
        arena.allocate((long) (ROWS + RabitqSketcher.GROUP) * sketcher.bytes());
    for (int row = 0; row < ROWS; row++) {
      sketcher.place(sketcher.sketch(vectors[row]), sketches, row);
    }
    float[] query = Fixtures.clustered(1, 384, 4)[0];
    double[] distances = new double[ROWS];
    for (int row = 0; row < ROWS; row++) {
      distances[row] = Metric.COSINE.distance(query, vectors[row]);
    }
    double worst = java.util.Arrays.stream(distances).sorted().toArray()[10];
    var near = sketcher.near(query);
    int left = 0;
    for (int first = 0; first + 64 <= ROWS; first += 64) {
      left += Long.bitCount(near.among(new Sketcher.Rows(sketches, first, 64), worst));
    }
    assertThat(left).isBetween(11, ROWS / 5);
  }
}
