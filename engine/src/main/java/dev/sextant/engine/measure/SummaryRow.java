package dev.sextant.engine.measure;

import org.jspecify.annotations.Nullable;

/**
 * A line of a measurement's summary. Times are milliseconds.
 *
 * @param query {@code a}, {@code b} or {@code a/b}
 * @param metric what the line is about, with its unit
 * @param all of all samples of the steady state; null where it is refused or says nothing
 * @param clean of those among them that nothing disturbed
 * @param note a word in place of a number, or why there is none
 */
public record SummaryRow(String query, String metric, Value all, Value clean, String note) {

  /** A number and its interval; each null where there is none. */
  public record Value(@Nullable Double estimate, @Nullable Double low, @Nullable Double high) {
    /** No number. */
    public static final Value NONE = new Value(null, null, null);

    /** A number without an interval. */
    public static Value of(double number) {
      return Double.isFinite(number) ? new Value(number, null, null) : NONE;
    }

    /** A number with its interval. */
    public static Value of(dev.sextant.engine.measure.stats.Interval interval) {
      return new Value(
          finite(interval.estimate()), finite(interval.low()), finite(interval.high()));
    }

    private static @Nullable Double finite(double number) {
      return Double.isFinite(number) ? number : null;
    }
  }
}
