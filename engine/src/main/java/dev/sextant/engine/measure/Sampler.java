package dev.sextant.engine.measure;

import dev.sextant.engine.measure.events.EventWatch;
import dev.sextant.storage.probe.ThreadProbe;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 * The reading behind a sample is the one before the next, so that each costs one. What lies
 * between, adding the sample to its columns and making the next run ready, counts towards the
 * next, whose time on the clock does not hold it. After a pause between samples there is a reading
 * of its own.
 */
/** Takes samples, one after the other. One thread. */
final class Sampler {
  private static final long SPIN_NANOS = 100_000;
  private static final long PARK_NANOS = 100_000_000;

  private final ThreadProbe probe;
  private final @Nullable EventWatch watch;
  private final LongSupplier nanoTime;
  private final CacheCounts cache;
  private final Samples samples = new Samples();
  private final long origin;
  private long[] before = new long[ThreadProbe.SLOTS];
  private long[] after = new long[ThreadProbe.SLOTS];

  Sampler(ThreadProbe probe, @Nullable EventWatch watch, Measurer.Tools tools) {
    this.probe = probe;
    this.watch = watch;
    this.nanoTime = tools.nanoTime();
    this.cache = tools.cache();
    this.origin = nanoTime.getAsLong();
    probe.read(before);
  }

  Samples samples() {
    return samples;
  }

  /** Nanoseconds since the measurement began. */
  long now() {
    return nanoTime.getAsLong() - origin;
  }

  /**
   * Waits until a moment and reads the counters anew.
   *
   * @param cancelled is asked several times a second
   * @return false where it was cancelled
   */
  boolean waitUntil(long moment, BooleanSupplier cancelled) {
    for (long left = moment - now(); left > 0; left = moment - now()) {
      if (left > SPIN_NANOS) {
        if (cancelled.getAsBoolean()) {
          return false;
        }
        LockSupport.parkNanos(Math.min(left - SPIN_NANOS, PARK_NANOS));
      } else {
        Thread.onSpinWait();
      }
    }
    fresh();
    return true;
  }

  /** Reads the counters, so that nothing before now counts. */
  void fresh() {
    probe.read(before);
  }

  /** Takes one sample. */
  void sample(Subject subject, int number, int run) {
    subject.prepare(Math.max(0, run));
    long hits = cache.hits().getAsLong();
    long misses = cache.misses().getAsLong();
    if (watch != null) {
      watch.begin();
    }
    long start = nanoTime.getAsLong();
    long rows = subject.run();
    long end = nanoTime.getAsLong();
    if (watch != null) {
      watch.end();
    }
    probe.read(after);
    if (watch != null) {
      watch.commit();
    }
    samples.add(
        new Samples.Taken(
            number,
            run,
            start - origin,
            end - start,
            rows,
            cache.hits().getAsLong() - hits,
            cache.misses().getAsLong() - misses),
        before,
        after);
    long[] read = before;
    before = after;
    after = read;
  }
}
