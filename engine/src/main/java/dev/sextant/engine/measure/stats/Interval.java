package dev.sextant.engine.measure.stats;

/**
 * An estimate and the interval that it is known to.
 *
 * @param low where the interval begins
 * @param high where it ends
 */
public record Interval(double estimate, double low, double high) {
  /** Whether the interval holds a value. */
  public boolean holds(double value) {
    return low <= value && value <= high;
  }

  /** The same interval of numbers so many times as large. */
  public Interval times(double factor) {
    return new Interval(estimate * factor, low * factor, high * factor);
  }
}
