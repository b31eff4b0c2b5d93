package dev.sextant.storage.vector;

/*
 * Why leaving a row out on its float32 score never changes an answer.
 *
 * Let u = 2^-24, n the dimensions, g = (n+4)u / (1 - (n+4)u), S the exact sum of a row in real
 * numbers and f the kernel's result. Whatever the order of its additions, and fused or not, a sum
 * of n terms rounds each term at most n times after its first rounding [1, sections 3.1 and 4.2].
 * Products may also underflow, by at most 2^-150 each, in all less than A = n * 2^-149. So
 *
 *   dot        |f - S| <= g * sum|q_i x_i| + A <= g * |q| |x| + A        (Cauchy-Schwarz)
 *   squaredL2  f <= S (1 + g) + A      all terms are positive; subtracting rounds once more
 *   l1         f <= S (1 + g) + A      likewise
 *
 * Metric.distance, called D below, and the norms are double sums of the same terms: their relative
 * error is under 16,010 * 2^-52 < 4e-12 of |q| |x| (dot) or of S (others). SLACK is 25 times that,
 * which also covers the few double roundings made here.
 *
 * With W the distance of the worst hit kept, a row may be left out if surely D > W:
 *
 *   INNER_PRODUCT  f < -W - (g + SLACK) |q| |x| - A
 *   COSINE         f < (1 - W - g - SLACK) |q| |x| - A
 *   L2             f > W^2 (1 + SLACK) (1 + g) + A
 *   L1             f > W   (1 + SLACK) (1 + g) + A
 *
 * Each is sign * f < slope * |x| + intercept, which is what excludes() computes. A row with D = W
 * always stays in, since a tie may go to it.
 *
 * Overflow. A sum of positive terms that overflows to infinity is at least 2^128 without overflow,
 * above any finite float, so L2 and L1 stay right while their right-hand side is below
 * Float.MAX_VALUE; above it nothing is excluded. A dot cannot overflow while |q| |x| is below
 * Float.MAX_VALUE / 2; if some row is longer than that, nothing is excluded. NaN is never excluded
 * because comparisons with it are false.
 *
 * [1] N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002.
 */
/** Tells, from a row's float32 score, that its double distance is above the worst hit's. */
final class Cutoff {
  private static final double UNIT_ROUNDOFF = 0x1p-24;
  private static final double LEAST_PRODUCT = 0x1p-149;
  private static final double SLACK = 1e-10;

  private final Metric metric;
  private final double queryNorm;
  private final double relativeError;
  private final double underflow;
  private final boolean mayOverflow;
  private final double sign;
  private double slope;
  private double intercept;

  /** Excludes nothing until {@link #set}. {@code maxNorm} is the length of the longest row. */
  Cutoff(Metric metric, float[] query, double maxNorm) {
    this.metric = metric;
    queryNorm = Metric.norm(query);
    double roundings = (query.length + 4) * UNIT_ROUNDOFF;
    relativeError = roundings / (1 - roundings);
    underflow = query.length * LEAST_PRODUCT;
    boolean dot = metric == Metric.COSINE || metric == Metric.INNER_PRODUCT;
    mayOverflow = dot && queryNorm * maxNorm > Float.MAX_VALUE / 2;
    sign = dot ? 1 : -1;
    set(Double.POSITIVE_INFINITY);
  }

  /** From now on excludes rows that are farther than {@code worst}. */
  void set(double worst) {
    slope = 0;
    intercept = Double.NEGATIVE_INFINITY;
    if (mayOverflow || worst == Double.POSITIVE_INFINITY) {
      return;
    }
    switch (metric) {
      case INNER_PRODUCT -> {
        slope = -(relativeError + SLACK) * queryNorm;
        intercept = -worst - underflow;
      }
      case COSINE -> {
        slope = (1 - worst - relativeError - SLACK) * queryNorm;
        intercept = -underflow;
      }
      case L2 -> excludeAbove(worst * Math.abs(worst)); // Below 0 only where nothing is near.
      case L1 -> excludeAbove(worst);
    }
  }

  /** Whether a row of length {@code norm} that the kernel scored {@code score} cannot be a hit. */
  boolean excludes(float score, double norm) {
    return sign * score < slope * norm + intercept;
  }

  /**
   * One bit for each of {@code count} rows, set unless it cannot be a hit; their norms start at
   * {@code from}.
   */
  long survivors(float[] scores, double[] norms, int from, int count) {
    double rowSign = sign;
    double rowSlope = slope;
    double rowIntercept = intercept;
    long mask = 0;
    for (int i = 0; i < count; i++) {
      if (!(rowSign * scores[i] < rowSlope * norms[from + i] + rowIntercept)) {
        mask |= 1L << i;
      }
    }
    return mask;
  }

  private void excludeAbove(double sum) {
    double bound = sum * (1 + SLACK) * (1 + relativeError) + underflow;
    intercept = bound < Float.MAX_VALUE ? -bound : Double.NEGATIVE_INFINITY;
  }
}
