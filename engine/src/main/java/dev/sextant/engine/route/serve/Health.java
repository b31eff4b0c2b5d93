package dev.sextant.engine.route.serve;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;

/*
 * Sums that halve every ten minutes, so that what was long ago counts little and a target that got
 * better gets its calls back. The time of an answer is that of successes alone: a failure that
 * comes fast must not look fast.
 */
/** How an endpoint has done lately. Not safe for use by several threads. */
final class Health {
  private static final double HALF_LIFE_MILLIS = Duration.ofMinutes(10).toMillis();

  /** What is older is not looked at when a database is opened. */
  static final Duration MEMORY = Duration.ofMinutes(60);

  private long at;
  private double successes;
  private double failures;
  private double latencySum;
  private double tokenSum;

  Health(Instant now) {
    this.at = now.toEpochMilli();
  }

  void succeeded(Instant now, long latencyMillis, long outputTokens) {
    decay(now);
    successes++;
    latencySum += latencyMillis;
    tokenSum += outputTokens;
  }

  void failed(Instant now) {
    decay(now);
    failures++;
  }

  private void decay(Instant now) {
    long millis = now.toEpochMilli();
    if (millis > at) {
      double factor = Math.pow(0.5, (millis - at) / HALF_LIFE_MILLIS);
      successes *= factor;
      failures *= factor;
      latencySum *= factor;
      tokenSum *= factor;
      at = millis;
    }
  }

  /** Calls that succeeded, old ones counting less. */
  double successes(Instant now) {
    decay(now);
    return successes;
  }

  /** Calls that failed, old ones counting less. */
  double failures(Instant now) {
    decay(now);
    return failures;
  }

  /** The mean time of successes; empty without any. */
  OptionalDouble latencyMillis() {
    return successes > 1e-6 ? OptionalDouble.of(latencySum / successes) : OptionalDouble.empty();
  }

  /** The mean length of answers; empty without any. */
  OptionalDouble outputTokens() {
    return successes > 1e-6 ? OptionalDouble.of(tokenSum / successes) : OptionalDouble.empty();
  }
}
