package dev.sextant.engine.measure.stats;

import java.util.Arrays;

/*
 * The bootstrap distribution of an order statistic needs no resampling. The k-th smallest of n
 * values drawn from a sample of n is at most its j-th smallest with the probability that at least k
 * of n draws fall among the j smallest: P(Bin(n, j/n) >= k). So the interval is exact and needs no
 * seed. A. D. Hutson and M. D. Ernst, The exact bootstrap mean and variance of an L-estimator,
 * Journal of the Royal Statistical Society B 62 (2000).
 */
/** Percentiles of a sample, each a value of the sample: the nearest rank. */
public final class Percentiles {
  private final long[] sorted;

  private Percentiles(long[] sorted) {
    this.sorted = sorted;
  }

  /** Of values in any order. */
  public static Percentiles of(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Percentiles(sorted);
  }

  /** How many values there are. */
  public int count() {
    return sorted.length;
  }

  /** The least value. */
  public long least() {
    return sorted[0];
  }

  /** The greatest value. */
  public long greatest() {
    return sorted[sorted.length - 1];
  }

  /** The mean. */
  public double mean() {
    return Arrays.stream(sorted).average().orElse(Double.NaN);
  }

  private int rank(double share) {
    return Math.clamp((long) Math.ceil(share * sorted.length), 1, sorted.length);
  }

  /**
   * The value that a share of the sample does not exceed.
   *
   * @param share from 0 to 1
   */
  public long at(double share) {
    return sorted[rank(share) - 1];
  }

  /**
   * A percentile with the interval that the bootstrap gives it.
   *
   * @param confidence such as 0.95
   */
  public Interval interval(double share, double confidence) {
    int rank = rank(share);
    double tail = (1 - confidence) / 2;
    return new Interval(
        sorted[rank - 1], sorted[index(rank, tail) - 1], sorted[index(rank, 1 - tail) - 1]);
  }

  /** The least j whose value the bootstrapped order statistic does not exceed so probably. */
  private int index(int rank, double probability) {
    int low = 1;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Binomial.atLeast(rank, sorted.length, (double) middle / sorted.length) >= probability) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
