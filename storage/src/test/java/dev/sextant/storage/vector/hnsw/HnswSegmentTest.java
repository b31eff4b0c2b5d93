package dev.sextant.storage.vector.hnsw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Segments on disk and their edges. */
class HnswSegmentTest {
  private static final int DIMS = 24;

  @TempDir Path folder;

  @Test
  void marksTheRowsOfAnyIds() {
    Random random = new Random(9);
    float[][] vectors = Fixtures.clustered(1000, 4, 3);
    MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
    for (int gap : new int[] {1, 2, 1_000_000}) {
      try (HnswBuilder builder =
          new HnswBuilder(HnswParameters.of(Metric.L2), 4, budget, Fixtures.simd())) {
        long[] rowids = new long[vectors.length];
        long rowid = -5L * gap * vectors.length / 10;
        for (int i = 0; i < vectors.length; i++) {
          rowid += 1 + random.nextInt(gap);
          rowids[i] = rowid;
          builder.add(rowid, vectors[i]);
        }
        try (HnswSegment segment = builder.build(1, BuildOptions.threads(1))) {
          for (int run = 0; run < 200; run++) {
            long[] ids =
                random
                    .longs(random.nextInt(300), rowids[0] - 3, rowids[999] + 4)
                    .map(id -> random.nextBoolean() ? id : rowids[random.nextInt(1000)])
                    .sorted()
                    .distinct()
                    .toArray();
            long[] words = new long[16];
            segment.mark(ids, words);
            for (int ordinal = 0; ordinal < rowids.length; ordinal++) {
              boolean marked = (words[ordinal >>> 6] >>> ordinal & 1) != 0;
              assertThat(marked).isEqualTo(Arrays.binarySearch(ids, rowids[ordinal]) >= 0);
            }
          }
          long[] words = new long[16];
          segment.mark(new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, words);
          assertThat(words).containsOnly(0);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Quantization.class)
  void aFileAnswersAsTheSegmentItWasWrittenFrom(Quantization quantization) throws IOException {
    float[][] vectors = Fixtures.clustered(3000, DIMS, 3);
    MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
    Path file = folder.resolve("1.seg");
    HnswParameters parameters = new HnswParameters(Metric.L2, 8, 40, quantization);
    try (HnswSegment built = Fixtures.build(vectors, parameters, 1, budget)) {
      built.write(file);
      assertThat(Files.size(file)).isEqualTo(built.fileBytes());
      try (HnswSegment opened = HnswSegment.open(file, budget, Fixtures.simd());
          HnswSegment scalar = HnswSegment.open(file, budget, Fixtures.scalar());
          Searcher before = built.searcher();
          Searcher after = opened.searcher();
          Searcher byScalar = scalar.searcher()) {
        assertThat(opened.parameters()).isEqualTo(parameters);
        assertThat(opened.seq()).isEqualTo(7);
        assertThat(opened.rows()).isEqualTo(3000);
        assertThat(opened.ordinal(29_990)).isEqualTo(2999);
        assertThat(opened.ordinal(5)).isEqualTo(-1);
        assertThat(opened.rowid(17)).isEqualTo(170);
        for (float[] query : Fixtures.clustered(30, DIMS, 4)) {
          HnswHits expected = before.search(query, 5, 20, RowFilter.all());
          HnswHits got = after.search(query, 5, 20, RowFilter.all());
          assertThat(got.rowids()).isEqualTo(expected.rowids());
          assertThat(got.distances()).isEqualTo(expected.distances());
          assertThat(got.visited()).isPositive();
          HnswHits slow = byScalar.search(query, 5, 200, RowFilter.all());
          assertThat(slow.distances()[0]).isLessThanOrEqualTo(expected.distances()[0]);
        }
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    assertThat(budget.used()).isZero();
  }

  @Test
  void oneThreadBuildsTheSameFileAgain() throws IOException {
    float[][] vectors = Fixtures.clustered(2000, DIMS, 3);
    Path first = folder.resolve("a");
    Path second = folder.resolve("b");
    for (Path file : new Path[] {first, second}) {
      try (HnswSegment segment = Fixtures.build(vectors, HnswParameters.of(Metric.COSINE), 1)) {
        segment.write(file);
      }
    }
    assertThat(Files.mismatch(first, second)).isEqualTo(-1);
  }

  @ParameterizedTest
  @EnumSource(Quantization.class)
  void damageIsFoundAndNamed(Quantization quantization) throws IOException {
    float[][] vectors = Fixtures.clustered(300, DIMS, 5);
    Path file = folder.resolve("1.seg");
    HnswParameters parameters = new HnswParameters(Metric.COSINE, 4, 20, quantization);
    try (HnswSegment built = Fixtures.build(vectors, parameters, 1)) {
      built.write(file);
    }
    byte[] whole = Files.readAllBytes(file);
    long seed = Long.getLong("seed", 11);
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      Files.write(file, Arrays.copyOf(whole, random.nextInt(whole.length)));
      requireCorrupt(file);
    }
    int harmless = 0;
    for (int i = 0; i < 200; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      harmless += answersAsBefore(file, vectors[0]) ? 1 : 0;
    }
    assertThat(harmless).isLessThan(20);
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    requireCorrupt(file);
    byte[] foreign = whole.clone();
    foreign[0] ^= 1;
    Files.write(file, foreign);
    requireCorrupt(file);
  }

  @Test
  void anAbsentFileIsNamed() {
    Path file = folder.resolve("none.seg");
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("none.seg")
        .extracting(e -> ((StorageException) e).kind())
        .isEqualTo(Kind.CANNOT_OPEN);
  }

  @Test
  void aSegmentHandsOverItsRowsForAMerge() {
    float[][] vectors = Fixtures.clustered(500, DIMS, 6);
    HnswParameters parameters = HnswParameters.of(Metric.L2);
    MemoryBudget budget = new MemoryBudget(Fixtures.BUDGET);
    try (HnswSegment old = Fixtures.build(vectors, parameters, 1, budget);
        HnswBuilder builder = new HnswBuilder(parameters, DIMS, budget, Fixtures.simd())) {
      old.forEach(
          (rowid, vector) -> {
            assertThat(vector).isEqualTo(vectors[(int) rowid / 10]);
            if (rowid % 20 == 0) {
              builder.add(rowid, vector);
            }
          });
      try (HnswSegment merged = builder.build(8, BuildOptions.threads(1));
          Searcher searcher = merged.searcher()) {
        assertThat(merged.rows()).isEqualTo(250);
        assertThat(searcher.search(vectors[2], 1, 50, RowFilter.all()).rowids())
            .containsExactly(20);
        assertThat(merged.ordinal(10)).isEqualTo(-1);
      }
    }
    assertThat(budget.used()).isZero();
  }

  private static boolean answersAsBefore(Path file, float[] query) {
    try (HnswSegment segment = open(file);
        Searcher searcher = segment.searcher()) {
      assertThat(searcher.search(query, 1, 20, RowFilter.all()).rowids()).containsExactly(0);
      return true;
    } catch (StorageException e) {
      assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
      return false;
    }
  }

  private static void requireCorrupt(Path file) {
    assertThatThrownBy(() -> open(file).close())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is damaged: its ")
        .extracting(e -> ((StorageException) e).kind())
        .isEqualTo(Kind.CORRUPT);
  }

  private static HnswSegment open(Path file) {
    return HnswSegment.open(file, new MemoryBudget(Fixtures.BUDGET), Fixtures.simd());
  }
}
