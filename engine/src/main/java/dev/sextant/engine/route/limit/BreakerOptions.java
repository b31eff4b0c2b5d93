package dev.sextant.engine.route.limit;

import java.time.Duration;

/**
 * When a circuit breaker opens, and for how long.
 *
 * @param window which calls count
 * @param failurePercent the share of failures that opens it, above 0, at most 100
 * @param slowPercent the share of slow calls that opens it, above 0, at most 100
 * @param slowCall a call is slow where it takes longer
 * @param minimumCalls fewer calls than these open nothing
 * @param openTime how long it stays open
 * @param trialCalls how many calls are let through to try a target again
 */
public record BreakerOptions(
    Window window,
    double failurePercent,
    double slowPercent,
    Duration slowCall,
    int minimumCalls,
    Wait openTime,
    int trialCalls) {
  /** 60 seconds, 5 calls, half of them failed; 5 seconds doubling to 5 minutes; one trial call. */
  public static final BreakerOptions DEFAULT =
      new BreakerOptions(
          new Window(Window.Kind.SECONDS, 60),
          50,
          100,
          Duration.ofSeconds(60),
          5,
          new Wait(Duration.ofSeconds(5), 2, Duration.ofMinutes(5)),
          1);

  /** The most calls or seconds of a window. */
  public static final int MAX_WINDOW = 10_000;

  /**
   * Which calls count.
   *
   * @param kind the last calls, or those of the last seconds
   * @param size how many
   */
  public record Window(Kind kind, int size) {

    /** What a window is counted in. */
    public enum Kind {
      CALLS,
      SECONDS
    }

    /** Refuses windows without size. */
    public Window {
      if (size < 1 || size > MAX_WINDOW) {
        throw new IllegalArgumentException(
            "A window has 1 to " + MAX_WINDOW + " calls or seconds; got " + size);
      }
    }
  }

  /**
   * How long a breaker stays open: longer each time that a trial fails.
   *
   * @param first the first time
   * @param factor how much longer each further time
   * @param longest at most
   */
  public record Wait(Duration first, double factor, Duration longest) {
    /** Always the same time. */
    public static Wait constant(Duration time) {
      return new Wait(time, 1, time);
    }

    /** Refuses times that are none. */
    public Wait {
      if (first.isNegative() || longest.compareTo(first) < 0 || !(factor >= 1)) {
        throw new IllegalArgumentException(
            "A breaker waits a time not below 0, then not less; got "
                + first
                + ", times "
                + factor
                + ", at most "
                + longest);
      }
    }

    /** The time of an opening, the first being 1. */
    Duration of(int opening) {
      double millis = first.toMillis() * Math.pow(factor, opening - 1.0);
      return millis < longest.toMillis() ? Duration.ofMillis((long) millis) : longest;
    }
  }

  /** Refuses shares and counts outside their ranges. */
  public BreakerOptions {
    boolean good =
        failurePercent > 0
            && failurePercent <= 100
            && slowPercent > 0
            && slowPercent <= 100
            && minimumCalls > 0
            && trialCalls > 0
            && trialCalls <= MAX_WINDOW;
    if (!good) {
      throw new IllegalArgumentException(
          "A breaker needs shares above 0 and up to 100, and counts above 0; got "
              + failurePercent
              + " %, "
              + slowPercent
              + " %, "
              + minimumCalls
              + ", "
              + trialCalls);
    }
  }
}
