package dev.sextant.storage.vector;

/**
 * How far two vectors are from each other; lower is nearer.
 *
 * <p>{@link #distance} is the distance that users see everywhere, whichever kernel found the row.
 * It sums in double precision, in four lanes that are added in a fixed order and without fused
 * operations, so that every JVM gives the same bits. No float32 input makes it overflow or
 * underflow.
 */
public enum Metric {
  /** Euclidean distance, {@code <->}. */
  L2,
  /** One minus the cosine of the angle, {@code <=>}; NaN if either vector is all zeros. */
  COSINE,
  /** The negative inner product, {@code <#>}. */
  INNER_PRODUCT,
  /** Taxicab distance, {@code <+>}. */
  L1;

  /**
   * The distance of {@code a} and {@code b}, which may come in either order.
   *
   * @throws dev.sextant.storage.StorageException of kind DIMENSIONS when their lengths differ
   */
  public double distance(float[] a, float[] b) {
    VectorCodec.requireDimensions(b, a.length, "Distance");
    return switch (this) {
      case L2 -> Math.sqrt(squaredL2(a, b));
      case COSINE -> cosine(a, b);
      // Not -dot(a, b), which would tell 0.0 from -0.0.
      case INNER_PRODUCT -> 0.0 - dot(a, b);
      case L1 -> l1(a, b);
    };
  }

  /**
   * {@link #distance} of {@code query} and {@code row} to the last bit, for a query that meets many
   * rows: {@code squaredNorm} is its {@link #squaredNorm}.
   */
  public double distance(float[] query, double squaredNorm, float[] row) {
    if (this != COSINE) {
      return distance(query, row);
    }
    VectorCodec.requireDimensions(row, query.length, "Distance");
    return cosine(query, squaredNorm, row);
  }

  /** The inner product of {@code a} with itself. */
  public static double squaredNorm(float[] a) {
    return dot(a, a);
  }

  /** The Euclidean length of {@code a}. */
  public static double norm(float[] a) {
    return Math.sqrt(dot(a, a));
  }

  private static double cosine(float[] a, float[] b) {
    return cosine(a, dot(a, a), b);
  }

  /** Both sums in one pass, each in the order of {@link #dot}. */
  private static double cosine(float[] a, double aa, float[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double n0 = 0;
    double n1 = 0;
    double n2 = 0;
    double n3 = 0;
    int i = 0;
    for (; i + 3 < b.length; i += 4) {
      double b0 = b[i];
      double b1 = b[i + 1];
      double b2 = b[i + 2];
      double b3 = b[i + 3];
      s0 += a[i] * b0;
      s1 += a[i + 1] * b1;
      s2 += a[i + 2] * b2;
      s3 += a[i + 3] * b3;
      n0 += b0 * b0;
      n1 += b1 * b1;
      n2 += b2 * b2;
      n3 += b3 * b3;
    }
    for (; i < b.length; i++) {
      double b0 = b[i];
      s0 += a[i] * b0;
      n0 += b0 * b0;
    }
    double product = aa * ((n0 + n1) + (n2 + n3));
    if (product == 0) {
      return Double.NaN;
    }
    double similarity = ((s0 + s1) + (s2 + s3)) / Math.sqrt(product);
    return 1.0 - Math.clamp(similarity, -1.0, 1.0);
  }

  private static double dot(float[] a, float[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      s0 += (double) a[i] * b[i];
      s1 += (double) a[i + 1] * b[i + 1];
      s2 += (double) a[i + 2] * b[i + 2];
      s3 += (double) a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      s0 += (double) a[i] * b[i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  private static double squaredL2(float[] a, float[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      double d0 = (double) a[i] - b[i];
      double d1 = (double) a[i + 1] - b[i + 1];
      double d2 = (double) a[i + 2] - b[i + 2];
      double d3 = (double) a[i + 3] - b[i + 3];
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    for (; i < a.length; i++) {
      double d = (double) a[i] - b[i];
      s0 += d * d;
    }
    return (s0 + s1) + (s2 + s3);
  }

  private static double l1(float[] a, float[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      s0 += Math.abs((double) a[i] - b[i]);
      s1 += Math.abs((double) a[i + 1] - b[i + 1]);
      s2 += Math.abs((double) a[i + 2] - b[i + 2]);
      s3 += Math.abs((double) a[i + 3] - b[i + 3]);
    }
    for (; i < a.length; i++) {
      s0 += Math.abs((double) a[i] - b[i]);
    }
    return (s0 + s1) + (s2 + s3);
  }
}
