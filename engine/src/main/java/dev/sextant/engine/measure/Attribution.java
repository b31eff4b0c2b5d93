package dev.sextant.engine.measure;

import dev.sextant.engine.measure.Confounder.Kind;
import dev.sextant.engine.measure.events.Happening;
import dev.sextant.storage.probe.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/*
 * A sample's time is time on a CPU and time off it. Each part that is more than the baseline's is
 * laid to what the counters and events tell, one after the other, never more than there is, so that
 * the parts do not exceed the excess. Off the CPU: pauses of a collector (which take no time of a
 * thread that is in native code, hence the bound), collections waited for, other safepoints,
 * stalls, the quota, the run queue; what is left was a wait, or, where the thread never gave up its
 * CPU, time that interrupts or the host of a virtual machine took. On it: page faults, at what they
 * cost where the instrument touched memory itself; then, in samples that are notably slower, code
 * that was given up and ran interpreted; then other threads of the process, which share caches,
 * memory and, on SMT, the core itself, and leave cold caches where they took turns on it. The
 * kernel does not tell the time of a fault or of a shared core, so these two are estimates with an
 * upper bound, and come last: a thread whose core another shares has half of it at least, so it
 * loses at most half of the time that the others ran; and others that ran for a small part of the
 * sample only are not to blame. What a query computes more in one run than in others stays
 * unexplained, unless the threads of others ran beside it: then it cannot be told from a slowdown.
 */
/** Tells what took the time of samples. */
final class Attribution {
  /** A sample that is slower by less is not worth an explanation. */
  private static final double NOTABLE = 0.1;

  /** A confounder of less, as a share of an undisturbed sample, does not make a sample dirty. */
  private static final double NEGLIGIBLE = 0.005;

  private static final long LEAST_NANOS = 1_000;

  /**
   * A fault may cost so many times what it cost the instrument: in a virtual machine a first touch
   * may fault on the host too.
   */
  private static final double FAULT_SPREAD = 6;

  private final Samples samples;
  private final @Nullable Overlaps overlaps;
  private final long overhead;
  private final double faultNanos;

  /**
   * Attribution.
   *
   * @param overlaps null where the JVM's events are not known
   * @param overhead CPU time of the probes in each sample
   * @param faultNanos what a page fault costs
   */
  Attribution(Samples samples, @Nullable Overlaps overlaps, long overhead, double faultNanos) {
    this.samples = samples;
    this.overlaps = overlaps;
    this.overhead = overhead;
    this.faultNanos = faultNanos;
  }

  /**
   * What was found of a sample.
   *
   * @param excess time beyond that of an undisturbed sample
   * @param explained share of the excess that confounders took; NaN where it is not worth asking
   */
  record Found(boolean dirty, long excess, double explained, List<Confounder> confounders) {}

  /** What took the time of a sample. */
  Found of(int sample, Baseline base) {
    Parts parts = new Parts(sample, base);
    parts.offCpu();
    parts.onCpu();
    parts.counted();
    long told = parts.found.stream().mapToLong(Confounder::nanos).sum();
    double explained = parts.notable ? Math.min(1, (double) told / parts.excess) : Double.NaN;
    return new Found(!parts.found.isEmpty(), parts.excess, explained, parts.found);
  }

  /** The parts of one sample's time. */
  private final class Parts {
    private final int sample;
    private final Baseline base;
    private final long excess;
    private final boolean notable;
    private final long threshold;
    private final List<Confounder> found = new ArrayList<>();

    Parts(int sample, Baseline base) {
      this.sample = sample;
      this.base = base;
      this.excess = samples.wall(sample) - base.wall();
      this.notable = excess > Math.max(LEAST_NANOS, NOTABLE * base.wall());
      this.threshold = Math.max(LEAST_NANOS, (long) (NEGLIGIBLE * base.wall()));
    }

    private long overlap(Happening.Kind kind) {
      return overlaps == null ? 0 : overlaps.nanos(kind, sample);
    }

    private String detail(Happening.Kind kind) {
      return overlaps == null ? "" : overlaps.details(kind, sample);
    }

    /** Lays time to a kind, as far as there is any left; gives what remains. */
    private long lay(long left, Kind kind, long nanos, String detail) {
      long part = Math.min(left, nanos);
      if (part <= 0 || (part < threshold && kind != Kind.GC_PAUSE)) {
        return left;
      }
      found.add(new Confounder(sample, kind, part, detail));
      return left - part;
    }

    void offCpu() {
      long off = Baseline.off(samples, sample, overhead);
      long pause = overlap(Happening.Kind.GC_PAUSE);
      long left = lay(off, Kind.GC_PAUSE, pause, detail(Happening.Kind.GC_PAUSE));
      left =
          lay(
              left,
              Kind.GC_WAIT,
              overlap(Happening.Kind.GC_CYCLE) - pause,
              detail(Happening.Kind.GC_CYCLE));
      left =
          lay(
              left,
              Kind.ALLOCATION_STALL,
              overlap(Happening.Kind.ALLOCATION_STALL),
              detail(Happening.Kind.ALLOCATION_STALL));
      long others = overlap(Happening.Kind.SAFEPOINT) - pause;
      left = lay(left, Kind.SAFEPOINT, others, "safepoint without a collection");
      long throttled = samples.orZero(Counter.THROTTLED_NANOS, sample);
      left = lay(left, Kind.THROTTLED, throttled, "the control group's quota was used up");
      long queue = samples.orZero(Counter.RUN_QUEUE_NANOS, sample);
      long switches = samples.orZero(Counter.INVOLUNTARY_SWITCHES, sample);
      left = lay(left, Kind.RUN_QUEUE, queue, switches + " involuntary switches");
      if (samples.get(Counter.CPU_NANOS, sample) == Counter.MISSING) {
        return; // What is left may have been spent on a CPU.
      }
      long waits = samples.get(Counter.VOLUNTARY_SWITCHES, sample);
      if (waits == 0) {
        lay(left, Kind.INTERRUPTED, left - base.off(), "on a CPU that did not run the thread");
      } else {
        long more = samples.orZero(Counter.VOLUNTARY_SWITCHES, sample) - base.waits();
        lay(left, Kind.WAIT, left - base.off(), Math.max(0, more) + " voluntary switches");
      }
    }

    void onCpu() {
      long left = Baseline.cpu(samples, sample, overhead) - base.cpu();
      if (left <= 0) {
        return;
      }
      long faults = samples.orZero(Counter.MINOR_FAULTS, sample) - base.faults();
      long cost = (long) (faults * faultNanos * FAULT_SPREAD);
      left = lay(left, Kind.PAGE_FAULTS, cost, faults + " faults without a disk");
      if (!notable) {
        return;
      }
      if (overlap(Happening.Kind.DEOPTIMIZATION) > 0
          || (overlaps != null && overlaps.deoptimizations(sample) > 0)) {
        left = lay(left, Kind.DEOPTIMIZATION, left, detail(Happening.Kind.DEOPTIMIZATION));
      }
      long others = Baseline.others(samples, sample) - base.others();
      if (others <= NOTABLE * samples.wall(sample)) {
        return;
      }
      lay(
          left,
          Kind.SHARED_CPU,
          others / 2,
          String.format(Locale.ROOT, "%.3f ms of other threads", others / 1e6));
    }

    /** What has no time of its own. */
    void counted() {
      long major = samples.orZero(Counter.MAJOR_FAULTS, sample);
      if (major > 0) {
        found.add(new Confounder(sample, Kind.MAJOR_FAULTS, 0, major + " faults with a disk"));
      }
      if (samples.migrated(sample)) {
        found.add(new Confounder(sample, Kind.MIGRATION, 0, "to another CPU"));
      }
    }
  }
}
