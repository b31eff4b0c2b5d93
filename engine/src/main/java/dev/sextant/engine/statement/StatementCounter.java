package dev.sextant.engine.statement;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the executions of one statement. Times go to buckets, four for each power of two, so that
 * a quantile is right to a quarter. Counting allocates nothing. Any thread.
 */
public final class StatementCounter {
  private static final int STEPS = 4;
  private static final int STEP_BITS = 2;

  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong rows = new AtomicLong();
  private final AtomicLong total = new AtomicLong();
  private final AtomicLong least = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong greatest = new AtomicLong();
  private final AtomicLongArray times = new AtomicLongArray(STEPS * Long.SIZE);

  /**
   * What was counted; times in nanoseconds, to the last row.
   *
   * @param failures calls that failed, also counted as calls
   * @param p50 half of the calls took no longer, to a quarter
   */
  public record Report(
      long calls,
      long failures,
      long rows,
      long total,
      long least,
      long greatest,
      long p50,
      long p99) {}

  /** An execution has ended. */
  public void ended(long nanos, long rowCount) {
    long time = Math.max(0, nanos);
    rows.getAndAdd(rowCount);
    total.getAndAdd(time);
    times.getAndIncrement(bucket(time));
    if (time < least.get()) {
      least.accumulateAndGet(time, Math::min);
    }
    if (time > greatest.get()) {
      greatest.accumulateAndGet(time, Math::max);
    }
  }

  /** An execution has failed. */
  public void failed() {
    failures.getAndIncrement();
  }

  static int bucket(long nanos) {
    if (nanos < STEPS) {
      return (int) nanos;
    }
    int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    int step = (int) (nanos >>> (power - STEP_BITS)) & (STEPS - 1);
    return (power - STEP_BITS + 1) * STEPS + step;
  }

  /** The greatest number of a bucket. */
  static long top(int bucket) {
    if (bucket < STEPS) {
      return bucket;
    }
    int power = bucket / STEPS + STEP_BITS - 1;
    long width = 1L << (power - STEP_BITS);
    return (1L << power) + (bucket % STEPS + 1) * width - 1;
  }

  /** What was counted so far. */
  public Report report() {
    long[] counts = new long[times.length()];
    long calls = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = times.get(i);
      calls += counts[i];
    }
    return new Report(
        calls,
        failures.get(),
        rows.get(),
        total.get(),
        calls == 0 ? 0 : least.get(),
        greatest.get(),
        quantile(counts, calls, 0.5),
        quantile(counts, calls, 0.99));
  }

  private long quantile(long[] counts, long calls, double share) {
    long wanted = (long) Math.ceil(calls * share);
    long seen = 0;
    for (int bucket = 0; bucket < counts.length; bucket++) {
      seen += counts[bucket];
      if (seen >= wanted && seen > 0) {
        return Math.min(top(bucket), greatest.get());
      }
    }
    return 0;
  }
}
