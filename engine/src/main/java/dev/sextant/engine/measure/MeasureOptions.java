package dev.sextant.engine.measure;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;

/**
 * How to measure.
 *
 * @param runs how many samples of each query at most
 * @param forNanos how long at most; 0 for as long as the runs take
 * @param warmUp runs before the first sample; {@link #AUTO} to leave out the samples before the
 *     steady state
 * @param intervalNanos from one sample's due time to the next; 0 to run without a schedule
 * @param seed of the order within pairs and of the bootstrap
 */
public record MeasureOptions(int runs, long forNanos, int warmUp, long intervalNanos, long seed) {
  /** Stands for a warm-up that is found. */
  public static final int AUTO = -1;

  /** Samples taken where nothing else is said. */
  public static final int DEFAULT_RUNS = 1_000;

  /** The most samples that a measurement takes. */
  public static final int MAX_RUNS = 100_000;

  private static final long MAX_NANOS = 3_600_000_000_000L;

  /** Checks the numbers. */
  public MeasureOptions {
    require(runs >= 1 && runs <= MAX_RUNS, "RUNS", "from 1 to " + MAX_RUNS, runs);
    require(warmUp >= AUTO && warmUp <= MAX_RUNS, "WARMUP", "from 0 to " + MAX_RUNS, warmUp);
    require(forNanos >= 0 && forNanos <= MAX_NANOS, "FOR", "at most an hour", forNanos);
    require(
        intervalNanos >= 0 && intervalNanos <= MAX_NANOS,
        "INTERVAL",
        "at most an hour",
        intervalNanos);
  }

  private static void require(boolean met, String what, String expected, long got) {
    if (!met) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "MEASURE: " + what + " expects " + expected + " but got " + got + ".");
    }
  }

  /** Samples of one query, back to back, warm-up found. */
  public static MeasureOptions runs(int runs) {
    return new MeasureOptions(runs, 0, AUTO, 0, 1);
  }
}
