package dev.sextant.storage.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VectorStoreTest {
  private static final long LATEST = Long.MAX_VALUE;

  private final MemoryBudget budget = new MemoryBudget(64L << 20);
  private final Kernels kernels = KernelProvider.select("auto").kernels();
  private final VectorStore store = new VectorStore("docs.embedding", 3, budget, kernels);

  @AfterEach
  void leavesNoMemoryReserved() {
    store.close();
    assertThat(budget.used()).isZero();
  }

  @Test
  void aSnapshotKeepsSeeingItsVersions() {
    store.put(1, new float[] {1, 0, 0}, 10);
    store.put(1, new float[] {2, 0, 0}, 20);
    store.remove(1, 30);
    store.put(1, new float[] {3, 0, 0}, 40);
    assertThat(firstDistance(9)).isNaN();
    assertThat(firstDistance(10)).isEqualTo(1);
    assertThat(firstDistance(19)).isEqualTo(1);
    assertThat(firstDistance(20)).isEqualTo(2);
    assertThat(firstDistance(30)).isNaN();
    assertThat(firstDistance(LATEST)).isEqualTo(3);
    assertThat(store.rows()).isEqualTo(1);
    assertThat(store.dead()).isEqualTo(2);
    assertThat(store.dimensions()).isEqualTo(3);
  }

  @Test
  void tiesGoToTheLowestRowid() {
    for (long rowid : new long[] {5, -3, 9, 0, 7}) {
      store.put(rowid, new float[] {1, 1, 1}, 1);
    }
    SearchRequest request = SearchRequest.of(new float[3], Metric.L2, 3, 1);
    assertThat(store.search(request).rowids()).containsExactly(-3, 0, 5);
    assertThat(store.search(request.excluding(new long[] {0, -3})).rowids())
        .containsExactly(5, 7, 9);
    assertThat(store.search(request.among(new long[] {9, 7, 7, 100})).rowids())
        .containsExactly(7, 9);
  }

  @Test
  void zeroVectorsAreNoHitsByCosine() {
    store.put(1, new float[3], 1);
    store.put(2, new float[] {0, 0, 1}, 1);
    SearchRequest request = SearchRequest.of(new float[] {1, 0, 0}, Metric.COSINE, 5, 1);
    assertThat(store.search(request).rowids()).containsExactly(2);
    assertThat(store.search(SearchRequest.of(new float[3], Metric.COSINE, 5, 1)).size()).isZero();
  }

  /** The first half of the terms adds up to minus infinity in float32, all of them do not. */
  @Test
  void sumsThatOverflowFloat32AreDecidedInDouble() {
    int dims = 256;
    float[] query = new float[dims];
    Arrays.fill(query, 1e20f);
    float[] far = new float[dims];
    far[0] = -1;
    float[] near = new float[dims];
    Arrays.fill(near, 0, dims / 2, -1e20f);
    Arrays.fill(near, dims / 2, dims, 1.1e20f);
    for (Kernels each : Vectors.allKernels()) {
      try (VectorStore wide = new VectorStore("a.b", dims, budget, each)) {
        LongStream.range(0, 200).forEach(i -> wide.put(i, far, 1));
        wide.put(500, near, 1);
        for (Metric metric : new Metric[] {Metric.INNER_PRODUCT, Metric.COSINE}) {
          assertThat(wide.search(SearchRequest.of(query, metric, 1, 1)).rowids())
              .as("%s by %s", metric, each.name())
              .containsExactly(500);
        }
      }
    }
  }

  @Test
  void vectorsThatAreNotFiniteAreKeptOutAndCounted() {
    store.put(1, new float[] {1, 2, 3}, 1);
    store.put(1, new float[] {1, Float.NaN, 3}, 2);
    store.put(2, VectorCodec.encode(new float[] {Float.POSITIVE_INFINITY, 0, 0}), 3);
    store.putUnsearchable(3, 4);
    assertThat(store.unsearchable()).isEqualTo(3);
    assertThat(store.rows()).isZero();
    assertThat(firstDistance(LATEST)).isNaN();
    assertThat(store.contains(1, 1)).isTrue();
    assertThat(store.contains(1, 2)).isFalse();
    store.put(2, new float[] {1, 0, 0}, 5);
    store.remove(3, 6);
    assertThat(store.unsearchable()).isEqualTo(1);
    assertThat(firstDistance(LATEST)).isEqualTo(1);
  }

  @Test
  void refusesOtherDimensions() {
    assertFails(Kind.DIMENSIONS, () -> store.put(1, new float[4], 1));
    assertFails(Kind.DIMENSIONS, () -> store.put(1, new byte[13], 1));
    assertThatThrownBy(() -> store.search(SearchRequest.of(new float[4], Metric.L2, 1, 1)))
        .hasMessageStartingWith(
            "Vector column \"docs.embedding\" expects 3 dimensions but got 4. Use the model");
    float[] nan = {0, Float.NaN, 0};
    assertFails(Kind.INVALID_VECTOR, () -> store.search(SearchRequest.of(nan, Metric.L2, 1, 1)));
    assertFails(Kind.PARAMETER, () -> SearchRequest.of(nan, Metric.L2, -1, 1));
    assertFails(Kind.INVALID_VECTOR, () -> new VectorStore("a.b", 0, budget, kernels));
    assertThat(store.rows()).isZero();
  }

  @Test
  void seqsNeverFall() {
    store.remove(1, 5);
    assertThatThrownBy(() -> store.remove(1, 4)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFullBudgetChangesNothing() {
    MemoryBudget small = new MemoryBudget(3 << 20);
    try (VectorStore tight = new VectorStore("a.b", 384, small, kernels)) {
      float[] vector = Vectors.gaussian(new Random(1), 384);
      assertFails(
          Kind.RESOURCES, () -> LongStream.range(0, 3000).forEach(i -> tight.put(i, vector, i)));
      long rows = tight.rows();
      assertThat(rows).isPositive();
      assertFails(Kind.RESOURCES, () -> tight.put(0, vector, 5000));
      assertThat(tight.contains(0, LATEST)).isTrue();
      Hits hits = tight.search(SearchRequest.of(vector, Metric.L2, 5000, LATEST));
      assertThat(hits.size()).isEqualTo((int) rows);
      assertThat(small.used()).isEqualTo(tight.bytes());
    }
    assertThat(small.used()).isZero();
    MemoryBudget tiny = new MemoryBudget(100);
    assertFails(Kind.RESOURCES, () -> new VectorStore("a.b", 384, tiny, kernels));
    assertThat(tiny.used()).isZero();
  }

  @Test
  void aCancelledSearchStopsSoon() {
    LongStream.range(0, 100_000).forEach(i -> store.put(i, new float[] {i, 1, 2}, 1));
    AtomicInteger asked = new AtomicInteger();
    SearchRequest request =
        SearchRequest.of(new float[3], Metric.L2, 5, 1)
            .cancelledBy(() -> asked.incrementAndGet() == 3);
    assertFails(Kind.INTERRUPTED, () -> store.search(request));
    assertThat(asked).hasValue(3);
    assertThat(store.search(SearchRequest.of(new float[3], Metric.L2, 5, 1)).scanned())
        .isEqualTo(100_000);
  }

  @Test
  void countsOnlyWhatARestrictedSearchReads() {
    LongStream.range(0, 10_000).forEach(i -> store.put(i, new float[] {i, 1, 2}, 1));
    SearchRequest request = SearchRequest.of(new float[3], Metric.L2, 2, 1);
    Hits few = store.search(request.among(new long[] {9000, 17, 17, 20_000}));
    assertThat(few.rowids()).containsExactly(17, 9000);
    assertThat(few.scanned()).isEqualTo(2);
    assertThat(few.restricted()).isTrue();
    Hits many = store.search(request.among(LongStream.range(3000, 9000).toArray()));
    assertThat(many.rowids()).containsExactly(3000, 3001);
    assertThat(many.scanned()).isEqualTo(6000);
    assertThat(store.search(request.among(new long[0])).size()).isZero();
    assertThat(store.search(request).restricted()).isFalse();
  }

  @Test
  void afterCloseEveryCallSaysSo() {
    store.close();
    store.close();
    assertFails(Kind.CLOSED, () -> store.put(1, new float[3], 1));
    assertFails(Kind.CLOSED, () -> store.put(1, new byte[12], 1));
    assertFails(Kind.CLOSED, () -> store.putUnsearchable(1, 1));
    assertFails(Kind.CLOSED, () -> store.remove(1, 1));
    assertFails(Kind.CLOSED, () -> store.contains(1, 1));
    assertFails(Kind.CLOSED, () -> store.vector(1, 1));
    assertFails(Kind.CLOSED, () -> store.search(SearchRequest.of(new float[3], Metric.L2, 1, 1)));
  }

  private double firstDistance(long seq) {
    Hits hits = store.search(SearchRequest.of(new float[3], Metric.L2, 1, seq));
    return hits.size() == 0 ? Double.NaN : hits.distances()[0];
  }

  private static void assertFails(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(StorageException.class)
        .extracting(e -> ((StorageException) e).kind())
        .isEqualTo(kind);
  }
}
