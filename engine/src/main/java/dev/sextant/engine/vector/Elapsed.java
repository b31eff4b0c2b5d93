package dev.sextant.engine.vector;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The time since a moment. */
public final class Elapsed {
  private final InstantSource clock;
  private final Instant start;

  private Elapsed(InstantSource clock) {
    this.clock = clock;
    this.start = clock.instant();
  }

  /** The time from now on. */
  public static Elapsed by(InstantSource clock) {
    return new Elapsed(clock);
  }

  /** Nanoseconds; 0 where the clock was set back. */
  public long nanos() {
    return Math.max(0, Duration.between(start, clock.instant()).toNanos());
  }

  /** Milliseconds. */
  public double millis() {
    return nanos() / 1e6;
  }
}
