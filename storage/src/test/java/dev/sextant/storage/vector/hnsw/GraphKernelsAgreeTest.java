package dev.sextant.storage.vector.hnsw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.Sketcher;
import dev.sextant.storage.vector.hnsw.GraphKernels.Batch;
import dev.sextant.storage.vector.hnsw.GraphKernels.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphKernelsAgreeTest {
  private static final int ROWS = 9;

  private final GraphKernels simd = GraphKernels.of(Fixtures.simd());
  private final GraphKernels scalar = GraphKernels.of(Fixtures.scalar());

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 192, 384, 512, 576, 1024, 1088, 16_000})
  void codes(int stride) {
    Random random = new Random(stride);
    short[] query = new short[stride];
    try (Arena arena = Arena.ofConfined()) {
      Rows rows = new Rows(arena.allocate((long) ROWS * stride, 64), stride);
      for (int extreme = 0; extreme < 2; extreme++) {
        for (int i = 0; i < stride; i++) {
          query[i] = code(random, extreme);
        }
        for (long i = 0; i < rows.data().byteSize(); i++) {
          rows.data().set(ValueLayout.JAVA_BYTE, i, (byte) code(random, extreme));
        }
        Batch fast = batch();
        Batch slow = batch();
        simd.codeDots(query, rows, fast);
        scalar.codeDots(query, rows, slow);
        assertThat(fast.scores).isEqualTo(slow.scores);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 192, 2048})
  void bits(int stride) {
    Random random = new Random(stride);
    int words = stride / Long.BYTES;
    long[] query = random.longs(5L * words).toArray();
    try (Arena arena = Arena.ofConfined()) {
      Rows rows = new Rows(arena.allocate((long) ROWS * stride, 64), stride);
      for (long i = 0; i < rows.data().byteSize(); i++) {
        rows.data().set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
      }
      Batch fast = batch();
      Batch slow = batch();
      simd.bitDots(query, rows, fast);
      scalar.bitDots(query, rows, slow);
      assertThat(fast.scores).isEqualTo(slow.scores);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32, 64, 80, 384, 400, 1040})
  void floats(int dims) {
    Random random = new Random(dims);
    float[] query = new float[dims];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate((long) ROWS * dims * Float.BYTES, 64);
      Rows rows = new Rows(data, dims * Float.BYTES);
      for (int i = 0; i < dims; i++) {
        query[i] = (float) random.nextGaussian();
      }
      for (long i = 0; i < data.byteSize(); i += Float.BYTES) {
        data.set(FloatScorer.FLOAT, i, (float) random.nextGaussian());
      }
      Batch fast = batch();
      Batch slow = batch();
      simd.dots(query, rows, fast);
      scalar.dots(query, rows, slow);
      compare(fast, slow);
      simd.squaredL2s(query, rows, fast);
      scalar.squaredL2s(query, rows, slow);
      compare(fast, slow);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 100, 384, 2000})
  void sketches(int dimensions) {
    for (Metric metric : List.of(Metric.COSINE, Metric.L2, Metric.INNER_PRODUCT)) {
      RabitqSketcher byVectors = new RabitqSketcher(metric, dimensions, Fixtures.simd());
      RabitqSketcher byScalars = new RabitqSketcher(metric, dimensions, Fixtures.scalar());
      float[][] rows = Fixtures.clustered(64, dimensions, 5);
      float[] query = Fixtures.clustered(1, dimensions, 6)[0];
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment sketches = arena.allocate(128L * byVectors.bytes(), 64);
        for (int row = 0; row < 64; row++) {
          byVectors.place(byVectors.sketch(rows[row]), sketches, 64 + row);
        }
        for (int count = 1; count <= 64; count += 9) {
          Sketcher.Rows block = new Sketcher.Rows(sketches, 64, count);
          for (float[] row : rows) {
            double worst = metric.distance(query, row);
            assertThat(byVectors.near(query).among(block, worst))
                .isEqualTo(byScalars.near(query).among(block, worst));
          }
        }
      }
    }
  }

  private static void compare(Batch fast, Batch slow) {
    for (int i = 0; i < fast.count; i++) {
      assertThat(Math.abs(fast.scores[i] - slow.scores[i])).isLessThan(1e-3f);
    }
  }

  private static short code(Random random, int extreme) {
    return (short) (extreme == 1 ? Int8Codec.MAX_CODE : random.nextInt(-Int8Codec.MAX_CODE, 64));
  }

  private static Batch batch() {
    Batch batch = new Batch(16);
    for (int i = 0; i < ROWS; i++) {
      batch.ordinals[i] = ROWS - 1 - i;
    }
    batch.count = ROWS;
    return batch;
  }
}
