package dev.sextant.engine.measure.stats;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/*
 * Times of two things that were measured in turn, in random order within each pair: what drifts
 * slowly meets both alike and leaves the ratio. The estimate is the median of the ratios, since one
 * ratio with a pause of a collector in it says nothing about the two. Neighbouring pairs may still
 * depend on one another, so the bootstrap draws blocks of them: H. R. Kunsch, The jackknife and the
 * bootstrap for general stationary observations, Annals of Statistics 17 (1989); the length of a
 * block is the cube root of the number of pairs. The blocks are laid round in a circle, so that all
 * pairs are drawn equally often.
 */
/** The ratio of the times of two things that were measured in pairs. */
public final class PairedRatio {
  /** How sure a verdict is: in 1 of 100 comparisons of equals, another than "cannot tell". */
  public static final double CONFIDENCE = 0.99;

  private static final int RESAMPLES = 1_000;
  private static final int LEAST_PAIRS = 10;

  private PairedRatio() {}

  /**
   * A comparison.
   *
   * @param ratio of the first's time to the second's, with its interval; NaN without pairs
   * @param pairs it rests on
   */
  public record Comparison(Interval ratio, Verdict verdict, int pairs) {}

  /**
   * Compares.
   *
   * @param first times of the first
   * @param second times of the second, as many, each measured beside the one of the same place
   * @param random draws the resamples
   */
  public static Comparison compare(long[] first, long[] second, RandomGenerator random) {
    if (first.length != second.length) {
      throw new IllegalArgumentException(
          "Pairs expected but there are " + first.length + " and " + second.length + " times.");
    }
    double[] logs = new double[first.length];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = Math.log((double) Math.max(1, first[i]) / Math.max(1, second[i]));
    }
    if (logs.length < LEAST_PAIRS) {
      double ratio = logs.length == 0 ? Double.NaN : Math.exp(Medians.of(logs.clone()));
      Interval open = new Interval(ratio, 0, Double.POSITIVE_INFINITY);
      return new Comparison(open, Verdict.CANNOT_TELL, logs.length);
    }
    double[] medians = new double[RESAMPLES];
    double[] drawn = new double[logs.length];
    int block = (int) Math.ceil(Math.cbrt(logs.length));
    for (int i = 0; i < RESAMPLES; i++) {
      for (int at = 0; at < drawn.length; at += block) {
        int from = random.nextInt(logs.length);
        for (int j = 0; j < block && at + j < drawn.length; j++) {
          drawn[at + j] = logs[(from + j) % logs.length];
        }
      }
      medians[i] = Medians.of(drawn);
    }
    Arrays.sort(medians);
    double tail = (1 - CONFIDENCE) / 2;
    Interval ratio =
        new Interval(
            Math.exp(Medians.of(logs)),
            Math.exp(medians[(int) (tail * RESAMPLES)]),
            Math.exp(medians[RESAMPLES - 1 - (int) (tail * RESAMPLES)]));
    return new Comparison(ratio, Verdict.of(ratio), logs.length);
  }
}
