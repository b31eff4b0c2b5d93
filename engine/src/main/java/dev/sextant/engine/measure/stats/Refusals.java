package dev.sextant.engine.measure.stats;

import java.util.Locale;
import java.util.Optional;

/** When a number must not be given, and why. */
public final class Refusals {
  /** So few samples say nothing of the 99th percentile. */
  public static final int LEAST_FOR_P99 = 1_000;

  /** With so many samples disturbed, a tail is that of the disturbance. */
  public static final double MOST_DIRTY = 0.2;

  private static final double TAIL = 0.99;

  private Refusals() {}

  /**
   * Why a percentile is refused; empty where it is given.
   *
   * @param share such as 0.99
   * @param samples how many there are
   * @param dirtyShare how many of all samples were disturbed, from 0 to 1
   */
  public static Optional<String> of(double share, int samples, double dirtyShare) {
    if (samples == 0) {
      return Optional.of("no samples");
    }
    if (share < TAIL) {
      return Optional.empty();
    }
    if (samples < LEAST_FOR_P99) {
      return Optional.of(samples + " samples, fewer than " + LEAST_FOR_P99);
    }
    return dirtyShare > MOST_DIRTY
        ? Optional.of(
            String.format(
                Locale.ROOT, "%.0f %% of the samples disturbed, more than 20 %%", dirtyShare * 100))
        : Optional.empty();
  }
}
