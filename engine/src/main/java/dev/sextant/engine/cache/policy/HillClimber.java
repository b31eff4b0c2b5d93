package dev.sextant.engine.cache.policy;

/** Looks for the window's best size by the hit ratios of successive samples of requests. */
final class HillClimber {
  private static final double STEP_SHARE = 0.0625;
  private static final double STEP_FADING = 0.98;
  private static final double JUMP = 0.05;

  private double capacity;
  private double step;
  private double hitRatioBefore;
  private int hits;
  private int misses;
  private long change;

  /** Starts by narrowing the window. */
  HillClimber(long capacity) {
    this.capacity = capacity;
    this.step = -STEP_SHARE * capacity;
  }

  /** Goes on in a cache of another capacity. */
  void scale(double factor) {
    capacity *= factor;
    step *= factor;
    change = 0;
  }

  void hit() {
    hits++;
  }

  void miss() {
    misses++;
  }

  /**
   * By how much the window is to grow, negative where it is to shrink.
   *
   * @param sampleRequests how many requests make a sample
   */
  long advise(int sampleRequests) {
    int requests = hits + misses;
    if (requests >= sampleRequests) {
      double hitRatio = (double) hits / requests;
      double rise = hitRatio - hitRatioBefore;
      double amount = rise >= 0 ? step : -step;
      step =
          Math.abs(rise) >= JUMP
              ? Math.copySign(STEP_SHARE * capacity, amount)
              : STEP_FADING * amount;
      hitRatioBefore = hitRatio;
      hits = 0;
      misses = 0;
      change = (long) amount;
    }
    return change;
  }

  /** Keeps what could not be changed at once for the next time. */
  void leave(long rest) {
    change = rest;
  }
}
