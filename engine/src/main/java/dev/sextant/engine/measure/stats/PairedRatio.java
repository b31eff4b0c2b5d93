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
    for (int i = 0; i < RESAMPLES; i++) {
      medians[i] = median(logs, random);
    }
    Arrays.sort(medians);
    Interval ratio = interval(Math.exp(Medians.of(logs)), medians);
    return new Comparison(ratio, Verdict.of(ratio), logs.length);
  }

  /**
   * Compares medians of times that were not taken in pairs, as of two measurements. What drifts
   * between the two is not seen, so the interval is too small where the machine was another.
   */
  public static Comparison unpaired(long[] first, long[] second, RandomGenerator random) {
    double[] a = logs(first);
    double[] b = logs(second);
    double estimate = Math.exp(Medians.of(a.clone()) - Medians.of(b.clone()));
    if (a.length < LEAST_PAIRS || b.length < LEAST_PAIRS) {
      Interval open = new Interval(estimate, 0, Double.POSITIVE_INFINITY);
      return new Comparison(open, Verdict.CANNOT_TELL, Math.min(a.length, b.length));
    }
    double[] ratios = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      ratios[i] = median(a, random) - median(b, random);
    }
    Arrays.sort(ratios);
    Interval ratio = interval(estimate, ratios);
    return new Comparison(ratio, Verdict.of(ratio), Math.min(a.length, b.length));
  }

  private static double[] logs(long[] times) {
    return Arrays.stream(times).mapToDouble(t -> Math.log((double) Math.max(1, t))).toArray();
  }

  /** The median of a resample. */
  private static double median(double[] values, RandomGenerator random) {
    double[] drawn = new double[values.length];
    draw(values, drawn, random);
    return Medians.of(drawn);
  }

  private static void draw(double[] values, double[] drawn, RandomGenerator random) {
    int block = (int) Math.ceil(Math.cbrt(values.length));
    for (int at = 0; at < drawn.length; at += block) {
      int from = random.nextInt(values.length);
      for (int j = 0; j < block && at + j < drawn.length; j++) {
        drawn[at + j] = values[(from + j) % values.length];
      }
    }
  }

  /** The interval of sorted logarithms. */
  private static Interval interval(double estimate, double[] sorted) {
    int tail = (int) ((1 - CONFIDENCE) / 2 * RESAMPLES);
    return new Interval(estimate, Math.exp(sorted[tail]), Math.exp(sorted[RESAMPLES - 1 - tail]));
  }
}
