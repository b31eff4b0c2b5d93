package dev.sextant.engine.measure;

import java.util.Locale;

/**
 * Something other than the query that took time of a sample.
 *
 * @param sample its number
 * @param nanos how much of the sample's time; 0 where the kernel does not tell
 * @param detail which pause, which method, how many faults
 */
public record Confounder(int sample, Kind kind, long nanos, String detail) {

  /** What took the time. */
  public enum Kind {
    /** A collector had stopped all threads. */
    GC_PAUSE,
    /** The thread waited for a collection that it had asked for. */
    GC_WAIT,
    /** All threads were stopped for something else. */
    SAFEPOINT,
    /** The thread waited for a collector to free memory. */
    ALLOCATION_STALL,
    /** The thread could run and had no CPU. */
    RUN_QUEUE,
    /** The control group's quota was used up. */
    THROTTLED,
    /** The thread waited: for a disk, for a lock, asleep. */
    WAIT,
    /** The thread had a CPU that served interrupts, or that a virtual machine's host took away. */
    INTERRUPTED,
    /** Memory was touched for the first time. */
    PAGE_FAULTS,
    /** Memory was read from a disk. */
    MAJOR_FAULTS,
    /** The thread moved to another CPU. */
    MIGRATION,
    /** Its compiled code had been given up. */
    DEOPTIMIZATION,
    /** Other threads of the process kept CPUs and caches busy, and this one ran slower. */
    SHARED_CPU;

    /** The name in SQL. */
    public String sqlName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
