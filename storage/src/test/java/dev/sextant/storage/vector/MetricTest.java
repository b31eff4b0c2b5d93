package dev.sextant.storage.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sextant.storage.StorageException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MetricTest {
  private static final float[] A = {1, 2, 3, 4, 5};
  private static final float[] B = {2, -1, 0, 4, 1};

  @Test
  void meansWhatPgvectorMeans() {
    assertThat(Metric.L2.distance(A, B)).isEqualTo(Math.sqrt(35));
    assertThat(Metric.INNER_PRODUCT.distance(A, B)).isEqualTo(-21);
    assertThat(Metric.L1.distance(A, B)).isEqualTo(11);
    assertThat(Metric.COSINE.distance(A, B))
        .isCloseTo(1 - 21 / Math.sqrt(55.0 * 22), within(1e-15));
    assertThat(Metric.norm(A)).isEqualTo(Math.sqrt(55));
  }

  @Test
  void isSymmetricAndZeroForEqualVectors() {
    Random random = new Random(Vectors.seed(3));
    for (int dims = 1; dims < 100; dims++) {
      float[] a = Vectors.gaussian(random, dims);
      float[] b = Vectors.gaussian(random, dims);
      for (Metric metric : Metric.values()) {
        assertThat(metric.distance(a, b)).isEqualTo(metric.distance(b, a));
      }
      assertThat(Metric.L2.distance(a, a.clone())).isZero();
      assertThat(Metric.L1.distance(a, a.clone())).isZero();
      assertThat(Metric.COSINE.distance(a, a.clone())).isZero();
    }
  }

  @Test
  void bearsTheLargestAndTheSmallestNumbers() {
    float[] large = {Float.MAX_VALUE, -Float.MAX_VALUE};
    float[] small = {Float.MIN_VALUE, -Float.MIN_VALUE};
    for (Metric metric : Metric.values()) {
      assertThat(metric.distance(large, small)).isFinite();
    }
    assertThat(Metric.COSINE.distance(large, small)).isZero();
    assertThat(Metric.COSINE.distance(large, new float[] {1, 1})).isEqualTo(1);
  }

  @Test
  void zeroVectorsHaveNoAngleAndNoNegativeZero() {
    float[] zero = new float[5];
    assertThat(Metric.COSINE.distance(A, zero)).isNaN();
    assertThat(Metric.COSINE.distance(zero, A)).isNaN();
    assertThat(Double.doubleToLongBits(Metric.INNER_PRODUCT.distance(A, zero))).isZero();
  }

  @Test
  void refusesOtherDimensions() {
    assertThatThrownBy(() -> Metric.L2.distance(A, new float[4]))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("Distance expects 5 dimensions but got 4.");
  }
}
