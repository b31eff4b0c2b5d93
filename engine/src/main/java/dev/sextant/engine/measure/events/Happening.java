package dev.sextant.engine.measure.events;

/**
 * Something that the JVM did.
 *
 * @param start nanoseconds on the events' clock
 * @param end the same; as {@code start} for what takes no time
 * @param detail which collector's pause, which method
 */
public record Happening(Kind kind, long start, long end, String detail) {

  /** What it was. */
  public enum Kind {
    /** A collector stopped all threads. */
    GC_PAUSE,
    /** A collection that the program asked for, from its start to its end. */
    GC_CYCLE,
    /** All threads were stopped, for whatever reason. */
    SAFEPOINT,
    /** The measured thread waited for a collector to free memory. */
    ALLOCATION_STALL,
    /** A method was compiled, beside the program. */
    COMPILATION,
    /** Compiled code of the measured thread was given up, until it was compiled again. */
    DEOPTIMIZATION
  }
}
