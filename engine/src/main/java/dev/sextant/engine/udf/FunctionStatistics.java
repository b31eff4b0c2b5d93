package dev.sextant.engine.udf;

import dev.sextant.udf.UdfException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What calls of functions have cost, since the database was opened. Any thread. */
public final class FunctionStatistics {
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();

  /**
   * What the calls of one function have cost.
   *
   * @param calls of any number of rows
   * @param p50Nanos half of the calls took no longer, to an eighth
   * @param traps calls that the function itself, or a limit, ended
   * @param kills calls that were ended from outside
   */
  public record Report(
      long calls, long rows, long p50Nanos, long p99Nanos, long fuel, long traps, long kills) {}

  /** The counter of a signature. */
  Counter of(String signature) {
    return counters.computeIfAbsent(signature, s -> new Counter());
  }

  /** All that was called, by signature. */
  public Map<String, Report> report() {
    Map<String, Report> all = new TreeMap<>();
    counters.forEach((signature, counter) -> all.put(signature, counter.report()));
    return all;
  }

  /**
   * Counts the calls of one function. Their times go to buckets, eight for each power of two, so
   * that a quantile is right to an eighth.
   */
  static final class Counter {
    private static final int STEPS = 8;
    private static final int STEP_BITS = 3;

    private final LongAdder rows = new LongAdder();
    private final LongAdder fuel = new LongAdder();
    private final LongAdder traps = new LongAdder();
    private final LongAdder kills = new LongAdder();
    private final AtomicLongArray times = new AtomicLongArray(STEPS * Long.SIZE);

    void called(int batch, long nanos) {
      rows.add(batch);
      times.incrementAndGet(bucket(Math.max(0, nanos)));
    }

    void used(long more) {
      fuel.add(more);
    }

    void failed(UdfException.Failure why) {
      switch (why) {
        case TIME, WORKER, DENIED -> kills.increment();
        case TRAP, FUEL, MEMORY, OUTPUT, STACK -> traps.increment();
        case DEFINITION, HOST, QUARANTINED, CANCELLED -> {
          // Nothing ran.
        }
      }
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

    private long quantile(long[] counts, long total, double share) {
      long wanted = (long) Math.ceil(total * share);
      long seen = 0;
      for (int bucket = 0; bucket < counts.length; bucket++) {
        seen += counts[bucket];
        if (seen >= wanted && seen > 0) {
          return top(bucket);
        }
      }
      return 0;
    }

    Report report() {
      long[] counts = new long[times.length()];
      long calls = 0;
      for (int i = 0; i < counts.length; i++) {
        counts[i] = times.get(i);
        calls += counts[i];
      }
      return new Report(
          calls,
          rows.sum(),
          quantile(counts, calls, 0.5),
          quantile(counts, calls, 0.99),
          fuel.sum(),
          traps.sum(),
          kills.sum());
    }
  }
}
