package dev.sextant.engine.measure;

import dev.sextant.engine.measure.stats.Medians;
import dev.sextant.storage.probe.Counter;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * What an undisturbed sample of a query is like: medians, in nanoseconds and counts.
 *
 * @param off time not on a CPU
 * @param others CPU time of other threads of the process
 */
record Baseline(long wall, long cpu, long off, long faults, long waits, long others) {
  private static final int LEAST = 5;

  /** One that a sample of nothing but an injected disturbance is compared with. */
  static final Baseline NOTHING = new Baseline(0, 0, 0, 0, 0, 0);

  /**
   * That of some samples.
   *
   * @param chosen their numbers
   * @param overhead of the probes, in CPU time of each sample
   */
  static Baseline of(Samples samples, int[] chosen, long overhead) {
    int[] calm = IntStream.of(chosen).filter(i -> isCalm(samples, i)).toArray();
    int[] used = calm.length >= LEAST ? calm : chosen;
    return new Baseline(
        median(used, i -> samples.wall(i) - kept(samples, i, overhead)),
        median(used, i -> cpu(samples, i, overhead)),
        median(used, i -> off(samples, i, overhead) - kept(samples, i, overhead)),
        median(used, i -> samples.orZero(Counter.MINOR_FAULTS, i)),
        median(used, i -> samples.orZero(Counter.VOLUNTARY_SWITCHES, i)),
        median(used, i -> others(samples, i)));
  }

  /** Time for which a sample was kept from a CPU, which on a busy machine all samples are. */
  private static long kept(Samples samples, int i, long overhead) {
    long kept =
        samples.orZero(Counter.RUN_QUEUE_NANOS, i) + samples.orZero(Counter.THROTTLED_NANOS, i);
    return Math.min(kept, off(samples, i, overhead));
  }

  private static boolean isCalm(Samples samples, int i) {
    return samples.orZero(Counter.INVOLUNTARY_SWITCHES, i) == 0
        && samples.orZero(Counter.MAJOR_FAULTS, i) == 0
        && !samples.migrated(i);
  }

  private static long median(int[] chosen, IntToLongFunction value) {
    double[] values =
        IntStream.of(chosen).mapToDouble(i -> (double) value.applyAsLong(i)).toArray();
    return values.length == 0 ? 0 : (long) Medians.of(values);
  }

  /** A sample's CPU time without that of the probes; 0 where that is unknown. */
  static long cpu(Samples samples, int i, long overhead) {
    long read = samples.get(Counter.CPU_NANOS, i);
    return read == Counter.MISSING ? 0 : Math.clamp(read - overhead, 0, samples.wall(i));
  }

  /** A sample's time without its CPU time; all of it where that is unknown. */
  static long off(Samples samples, int i, long overhead) {
    return samples.wall(i) - cpu(samples, i, overhead);
  }

  /** CPU time of other threads meanwhile; 0 where the sample is too short to tell. */
  static long others(Samples samples, int i) {
    boolean told = samples.wall(i) >= Counter.OTHER_CPU_EVERY_NANOS;
    return told ? Math.max(0, samples.orZero(Counter.OTHER_CPU_NANOS, i)) : 0;
  }
}
