package dev.sextant.storage.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelsAgreeTest {
  private static final long[] OFFSETS = {0, 4, 12, 60, 64, 1, 7};

  static IntStream sizes() {
    return IntStream.concat(
        IntStream.rangeClosed(1, 70), IntStream.of(127, 128, 384, 768, 1021, 4098, 16_000));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void everyKernelIsWithinItsErrorBound(int dims) {
    Random random = new Random(Vectors.seed(dims));
    for (Kernels kernels : Vectors.allKernels()) {
      for (long offset : OFFSETS) {
        compare(kernels, Vectors.gaussian(random, dims), Vectors.gaussian(random, dims), offset);
        compare(kernels, extreme(random, dims), extreme(random, dims), offset);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void blocksScoreEachRowAsAlone(int dims) {
    Random random = new Random(Vectors.seed(dims));
    int rows = 5;
    int stride = dims * Float.BYTES + 8;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment query = Vectors.segment(arena, Vectors.gaussian(random, dims), 0);
      MemorySegment data =
          Vectors.segment(arena, Vectors.gaussian(random, rows * stride / Float.BYTES), 0);
      RowBlock block = new RowBlock(data, 4, rows, stride, dims);
      for (Kernels kernels : Vectors.allKernels()) {
        float[] dot = new float[rows];
        float[] l2 = new float[rows];
        float[] l1 = new float[rows];
        kernels.dotBlock(query, block, dot);
        kernels.squaredL2Block(query, block, l2);
        kernels.l1Block(query, block, l1);
        for (int row = 0; row < rows; row++) {
          long offset = 4 + (long) row * stride;
          assertThat(dot[row]).isEqualTo(kernels.dot(query, data, offset, dims));
          assertThat(l2[row]).isEqualTo(kernels.squaredL2(query, data, offset, dims));
          assertThat(l1[row]).isEqualTo(kernels.l1(query, data, offset, dims));
        }
      }
    }
  }

  private static void compare(Kernels kernels, float[] a, float[] b, long offset) {
    int dims = a.length;
    double gamma = (dims + 4) * 0x1p-24 * 1.01;
    double underflow = dims * 0x1p-149;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment query = Vectors.segment(arena, a, 0);
      MemorySegment data = Vectors.segment(arena, b, offset);
      String what = kernels.name() + " at " + offset;
      double dot = -Metric.INNER_PRODUCT.distance(a, b);
      double dotError = gamma * Metric.norm(a) * Metric.norm(b) + underflow;
      assertThat(Math.abs(kernels.dot(query, data, offset, dims) - dot))
          .as(what)
          .isLessThanOrEqualTo(dotError);
      double l2 = Math.pow(Metric.L2.distance(a, b), 2);
      assertThat(Math.abs(kernels.squaredL2(query, data, offset, dims) - l2))
          .as(what)
          .isLessThanOrEqualTo(gamma * l2 + underflow);
      double l1 = Metric.L1.distance(a, b);
      assertThat(Math.abs(kernels.l1(query, data, offset, dims) - l1))
          .as(what)
          .isLessThanOrEqualTo(gamma * l1 + underflow);
    }
  }

  /** Numbers of very different size, subnormal ones and signed zeros among them. */
  private static float[] extreme(Random random, int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = Math.scalb((float) random.nextGaussian(), random.nextInt(180) - 150);
    }
    vector[random.nextInt(dims)] = -0.0f;
    return vector;
  }
}
