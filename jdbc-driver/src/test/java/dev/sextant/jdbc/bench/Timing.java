package dev.sextant.jdbc.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Seconds of CPU and seconds on the clock, of this thread or of this process. */
public final class Timing {
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
  public static Timing ofThread() {
    return new Timing(false);
  }

  /** Starts to measure all threads of the process, the compiler's and the collector's too. */
  public static Timing ofProcess() {
    return new Timing(true);
  }

  private static long cpu(boolean wholeProcess) {
    return wholeProcess ? SYSTEM.getProcessCpuTime() : THREADS.getCurrentThreadCpuTime();
  }

  /** CPU time since the start. */
  public double cpuSeconds() {
    return (cpu(wholeProcess) - cpu) / 1e9;
  }

  /** Time on the clock since the start. */
  public double wallSeconds() {
    return (System.nanoTime() - wall) / 1e9;
  }
}
