package dev.sextant.storage.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  void blocksScoreEachRowWithinItsErrorBound(int dims) {
    compareBlock(dims, dims * Float.BYTES);
    compareBlock(dims, dims * Float.BYTES + 8);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void blocksOfQueriesScoreEachPairWithinItsErrorBound(int dims) {
    Random random = new Random(Vectors.seed(dims));
    VectorLayout layout = VectorLayout.of(dims);
    int rows = 5;
    int padded = layout.paddedDimensions();
    for (int count = 1; count <= QueryBlock.MOST; count += 1 + random.nextInt(3)) {
      List<float[]> queries = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        queries.add(Vectors.gaussian(random, dims));
      }
      float[] all = new float[rows * padded];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(Vectors.gaussian(random, dims), 0, all, row * padded, dims);
      }
      try (Arena arena = Arena.ofConfined()) {
        QueryBlock block = new QueryBlock(queries, layout, arena);
        MemorySegment data = Vectors.segment(arena, all, 64);
        RowBlock rowBlock = new RowBlock(data, 64, rows, layout.strideBytes(), padded);
        for (Kernels kernels : Vectors.allKernels()) {
          float[][] dot = new float[QueryBlock.MOST][rows];
          float[][] l2 = new float[QueryBlock.MOST][rows];
          float[][] l1 = new float[QueryBlock.MOST][rows];
          kernels.dotBlocks(block, rowBlock, dot);
          kernels.squaredL2Blocks(block, rowBlock, l2);
          kernels.l1Blocks(block, rowBlock, l1);
          for (int pair = 0; pair < count * rows; pair++) {
            int query = pair / rows;
            int row = pair % rows;
            float[] b = Arrays.copyOfRange(all, row * padded, row * padded + dims);
            float[] scores = {dot[query][row], l2[query][row], l1[query][row]};
            compare(kernels.name() + " query " + query, queries.get(query), b, scores);
          }
        }
      }
    }
  }

  private static void compareBlock(int dims, int stride) {
    Random random = new Random(Vectors.seed(dims));
    int rows = 5;
    float[] a = Vectors.gaussian(random, dims);
    float[] all = Vectors.gaussian(random, rows * stride / Float.BYTES);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment query = Vectors.segment(arena, a, 0);
      RowBlock block = new RowBlock(Vectors.segment(arena, all, 4), 4, rows, stride, dims);
      for (Kernels kernels : Vectors.allKernels()) {
        float[] dot = new float[rows];
        float[] l2 = new float[rows];
        float[] l1 = new float[rows];
        kernels.dotBlock(query, block, dot);
        kernels.squaredL2Block(query, block, l2);
        kernels.l1Block(query, block, l1);
        for (int row = 0; row < rows; row++) {
          int from = row * stride / Float.BYTES;
          float[] b = Arrays.copyOfRange(all, from, from + dims);
          float[] scores = {dot[row], l2[row], l1[row]};
          compare(kernels.name() + " row " + row, a, b, scores);
        }
      }
    }
  }

  private static void compare(Kernels kernels, float[] a, float[] b, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment query = Vectors.segment(arena, a, 0);
      MemorySegment data = Vectors.segment(arena, b, offset);
      float[] scores = {
        kernels.dot(query, data, offset, a.length),
        kernels.squaredL2(query, data, offset, a.length),
        kernels.l1(query, data, offset, a.length)
      };
      compare(kernels.name() + " at " + offset, a, b, scores);
    }
  }

  /** Asserts that dot, L2 squared and L1 are what rounding allows. */
  private static void compare(String what, float[] a, float[] b, float[] scores) {
    double gamma = (a.length + 4) * 0x1p-24 * 1.01;
    double underflow = a.length * 0x1p-149;
    double dot = -Metric.INNER_PRODUCT.distance(a, b);
    double dotError = gamma * Metric.norm(a) * Metric.norm(b) + underflow;
    assertThat(Math.abs(scores[0] - dot)).as(what).isLessThanOrEqualTo(dotError);
    double l2 = Math.pow(Metric.L2.distance(a, b), 2);
    assertThat(Math.abs(scores[1] - l2)).as(what).isLessThanOrEqualTo(gamma * l2 + underflow);
    double l1 = Metric.L1.distance(a, b);
    assertThat(Math.abs(scores[2] - l1)).as(what).isLessThanOrEqualTo(gamma * l1 + underflow);
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
