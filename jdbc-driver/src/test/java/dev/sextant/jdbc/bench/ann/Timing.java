package dev.sextant.jdbc.bench.ann;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Seconds of CPU and seconds on the clock, of this thread or of this process. */
final class Timing {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final boolean wholeProcess;
  private final long cpu;
  private final long wall;

  private Timing(boolean wholeProcess) {
    this.wholeProcess = wholeProcess;
    this.cpu = cpu(wholeProcess);
    this.wall = System.nanoTime();
  }

  /** Starts to measure this thread. */
  static Timing ofThread() {
    return new Timing(false);
  }

  /** Starts to measure all threads of the process, the compiler's and the collector's too. */
  static Timing ofProcess() {
    return new Timing(true);
  }

  private static long cpu(boolean wholeProcess) {
    return wholeProcess ? SYSTEM.getProcessCpuTime() : THREADS.getCurrentThreadCpuTime();
  }

  double cpuSeconds() {
    return (cpu(wholeProcess) - cpu) / 1e9;
  }

  double wallSeconds() {
    return (System.nanoTime() - wall) / 1e9;
  }

  /** One search. */
  interface Search {
    /** The numbers of the rows found. */
    int[] rows(float[] query) throws Exception;
  }

  /** Runs a search for each query on this thread. */
  static Contender.Found pass(float[][] queries, Search search) throws Exception {
    int[][] rows = new int[queries.length][];
    Timing timing = ofThread();
    for (int q = 0; q < queries.length; q++) {
      rows[q] = search.rows(queries[q]);
    }
    return new Contender.Found(rows, timing.cpuSeconds(), timing.wallSeconds());
  }
}
