package dev.sextant.storage.vector.hnsw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sextant.storage.vector.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How much of the exact answer a search finds, at fixed seeds. */
class HnswRecallTest {
  private static final int ROWS = 12_000;
  private static final int DIMS = 96;
  private static final int EF = 100;
  private static final double ENOUGH = 0.98;

  private final float[][] vectors = Fixtures.clustered(ROWS, DIMS, 1);
  private final float[][] queries = Fixtures.clustered(100, DIMS, 2);

  @ParameterizedTest
  @CsvSource({
    "L2,NONE", "L2,INT8", "L2,RABITQ",
    "COSINE,NONE", "COSINE,INT8", "COSINE,RABITQ",
    "INNER_PRODUCT,NONE", "INNER_PRODUCT,INT8", "INNER_PRODUCT,RABITQ"
  })
  void findsNearlyAllOnClusteredRows(Metric metric, Quantization quantization) {
    long[][] answers = Fixtures.exact(vectors, queries, metric, Fixtures.allRowids(ROWS));
    HnswParameters parameters = HnswParameters.of(metric).with(quantization);
    try (HnswSegment segment = Fixtures.build(vectors, parameters, 2)) {
      // The inner product is no metric, and the graph takes longer ways to its nearest.
      int ef = metric == Metric.INNER_PRODUCT ? 2 * EF : EF;
      double recall = Fixtures.recall(segment, queries, answers, ef, RowFilter.all());
      assertThat(recall).isGreaterThanOrEqualTo(ENOUGH);
    }
  }

  @ParameterizedTest
  @EnumSource(Quantization.class)
  void findsNearlyAllOnWordnet(Quantization quantization) throws IOException {
    Path folder = Path.of(System.getProperty("sextant.root"), "..", "shared", "data", "vectors");
    if (!Files.isDirectory(folder)) {
      System.out.println("skipped: no " + folder.normalize());
    }
    assumeTrue(Files.isDirectory(folder), () -> "skipped: no " + folder.normalize());
    float[][] base = read(folder.resolve("wordnet10k-base.f32"), 10_000);
    float[][] asked = read(folder.resolve("wordnet10k-query.f32"), 200);
    long[][] answers = Fixtures.exact(base, asked, Metric.COSINE, Fixtures.allRowids(base.length));
    HnswParameters parameters = HnswParameters.of(Metric.COSINE).with(quantization);
    try (HnswSegment segment = Fixtures.build(base, parameters, 1)) {
      double recall = Fixtures.recall(segment, asked, answers, EF, RowFilter.all());
      System.out.println(quantization + " on WordNet at ef " + EF + ": recall " + recall);
      assertThat(recall).isGreaterThanOrEqualTo(ENOUGH);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,NONE",
    "10,NONE",
    "50,NONE",
    "2500,NONE",
    "1,INT8",
    "10,INT8",
    "50,INT8",
    "2500,INT8",
    "1,RABITQ",
    "3,RABITQ",
    "10,RABITQ",
    "50,RABITQ",
    "2500,RABITQ"
  })
  void filtersReturnAllThatMatch(int every, Quantization quantization) {
    int matching = (ROWS + every - 1) / every;
    long[] rowids = new long[matching];
    long[] words = new long[(ROWS + 63) / 64];
    for (int i = 0; i < matching; i++) {
      int ordinal = i * every;
      rowids[i] = 10L * ordinal;
      words[ordinal / 64] |= 1L << (ordinal % 64);
    }
    long[][] answers = Fixtures.exact(vectors, queries, Metric.COSINE, rowids);
    HnswParameters parameters = HnswParameters.of(Metric.COSINE).with(quantization);
    try (HnswSegment segment = Fixtures.build(vectors, parameters, 2)) {
      RowFilter byOrdinal = RowFilter.ordinals(words);
      RowFilter byRowid = RowFilter.rowids(rowid -> rowid % (10L * every) == 0);
      assertThat(Fixtures.recall(segment, queries, answers, EF, byOrdinal))
          .isGreaterThanOrEqualTo(ENOUGH);
      assertThat(Fixtures.recall(segment, queries, answers, EF, byRowid))
          .isGreaterThanOrEqualTo(ENOUGH);
    }
  }

  @Test
  void aFilterFarFromTheQueryStillReturnsAllThatMatch() {
    float[][] rows = vectors.clone();
    for (int i = 0; i < ROWS / 2; i++) {
      rows[i] = rows[i].clone();
      for (int d = 0; d < DIMS; d++) {
        rows[i][d] += 50;
      }
    }
    long[] near = Arrays.copyOfRange(Fixtures.allRowids(ROWS), ROWS / 2, ROWS / 2 + 4000);
    long[][] answers = Fixtures.exact(rows, queries, Metric.L2, near);
    float[][] far = Arrays.copyOf(rows, 20);
    long[][] farAnswers = Fixtures.exact(rows, far, Metric.L2, near);
    try (HnswSegment segment = Fixtures.build(rows, HnswParameters.of(Metric.L2), 2)) {
      RowFilter filter = RowFilter.rowids(rowid -> Arrays.binarySearch(near, rowid) >= 0);
      assertThat(Fixtures.recall(segment, queries, answers, EF, filter)).isGreaterThan(ENOUGH);
      assertThat(Fixtures.recall(segment, far, farAnswers, EF, filter)).isGreaterThan(ENOUGH);
    }
  }

  @Test
  void threadsBuildAsGoodAGraphAsOne() {
    long[][] answers = Fixtures.exact(vectors, queries, Metric.COSINE, Fixtures.allRowids(ROWS));
    HnswParameters parameters = HnswParameters.of(Metric.COSINE);
    try (HnswSegment one = Fixtures.build(vectors, parameters, 1);
        HnswSegment many = Fixtures.build(vectors, parameters, 4)) {
      double alone = Fixtures.recall(one, queries, answers, 40, RowFilter.all());
      double together = Fixtures.recall(many, queries, answers, 40, RowFilter.all());
      assertThat(together).isGreaterThanOrEqualTo(alone - 0.015);
    }
  }

  private static float[][] read(Path file, int rows) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    float[][] vectors = new float[rows][384];
    for (float[] vector : vectors) {
      bytes.asFloatBuffer().get(vector);
      bytes.position(bytes.position() + vector.length * Float.BYTES);
    }
    return vectors;
  }
}
