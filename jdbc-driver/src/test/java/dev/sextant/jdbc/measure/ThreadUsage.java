package dev.sextant.jdbc.measure;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the operating system has accounted to the calling thread by now, read in other ways than the
 * engine's: getrusage by a call of its own, allocation and nanoseconds from the JVM.
 *
 * @param minor page faults without a disk
 * @param major page faults with one
 * @param voluntary switches
 * @param involuntary switches
 * @param cpuNanos on a CPU, by the JVM
 * @param allocated bytes on the heap, by the JVM
 */
record ThreadUsage(
    long minor, long major, long voluntary, long involuntary, long cpuNanos, long allocated) {
  private static final int RUSAGE_THREAD = 1;

  /** struct rusage of 64-bit Linux: two struct timeval, then fourteen numbers. */
  private static final int WORDS = 18;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** By getrusage. */
  @SuppressWarnings("restricted") // the documented type of getrusage
  static ThreadUsage now() {
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment usage = arena.allocate(ValueLayout.JAVA_LONG, WORDS);
      int result =
          (int)
              linker
                  .downcallHandle(
                      linker.defaultLookup().findOrThrow("getrusage"),
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                  .invokeExact(RUSAGE_THREAD, usage);
      if (result != 0) {
        throw new AssertionError("getrusage gave " + result);
      }
      return new ThreadUsage(
          usage.getAtIndex(ValueLayout.JAVA_LONG, 8),
          usage.getAtIndex(ValueLayout.JAVA_LONG, 9),
          usage.getAtIndex(ValueLayout.JAVA_LONG, 16),
          usage.getAtIndex(ValueLayout.JAVA_LONG, 17),
          THREADS.getCurrentThreadCpuTime(),
          THREADS.getCurrentThreadAllocatedBytes());
    } catch (Throwable failure) {
      throw new AssertionError("getrusage", failure);
    }
  }

  /**
   * By the files of the thread under {@code /proc}: see proc_pid_status(5) and proc_pid_stat(5).
   */
  static ThreadUsage ofFiles() {
    try {
      Path thread = Path.of("/proc/thread-self");
      String stat = Files.readString(thread.resolve("stat"));
      // Behind the name in parentheses the fields count from 3.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long voluntary = 0;
      long involuntary = 0;
      for (String line : Files.readAllLines(thread.resolve("status"))) {
        String number = line.substring(line.indexOf(':') + 1).strip();
        if (line.startsWith("voluntary_ctxt_switches")) {
          voluntary = Long.parseLong(number);
        } else if (line.startsWith("nonvoluntary_ctxt_switches")) {
          involuntary = Long.parseLong(number);
        }
      }
      return new ThreadUsage(
          Long.parseLong(fields[10 - 3]),
          Long.parseLong(fields[12 - 3]),
          voluntary,
          involuntary,
          THREADS.getCurrentThreadCpuTime(),
          THREADS.getCurrentThreadAllocatedBytes());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What came since an earlier reading. */
  ThreadUsage since(ThreadUsage earlier) {
    return new ThreadUsage(
        minor - earlier.minor,
        major - earlier.major,
        voluntary - earlier.voluntary,
        involuntary - earlier.involuntary,
        cpuNanos - earlier.cpuNanos,
        allocated - earlier.allocated);
  }

  /** Whether no count is above the other's. */
  boolean within(ThreadUsage most) {
    return minor <= most.minor
        && major <= most.major
        && voluntary <= most.voluntary
        && involuntary <= most.involuntary
        && cpuNanos <= most.cpuNanos
        && allocated <= most.allocated;
  }
}
