package dev.sextant.jdbc.shell;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/**
 * Where output goes.
 *
 * @param out the stream
 * @param terminal whether a line can be drawn over
 * @param nanoTime the clock of rates and elapsed times
 */
record Screen(PrintStream out, boolean terminal, LongSupplier nanoTime) {

  /** Milliseconds since a reading of the clock. */
  double millisSince(long start) {
    return (nanoTime.getAsLong() - start) / 1e6;
  }
}
