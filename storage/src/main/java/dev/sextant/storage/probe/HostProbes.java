package dev.sextant.storage.probe;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 * Offsets into struct rusage and struct timespec are those of 64-bit Linux, from
 * include/uapi/linux/resource.h and include/uapi/linux/time.h. /proc/<pid>/task/<tid>/schedstat
 * holds nanoseconds on a CPU, nanoseconds waiting for one, and time slices: see
 * Documentation/scheduler/sched-stats.rst. A thread waits for a CPU only when it was switched
 * away from one, so the file is read again only where the switches have changed; for that they are
 * read before it. The thread's own time comes last, so that it holds as little of the reading as
 * can be. The kernel adds all threads up for the process's clock, so it is read once a millisecond,
 * and the thread's with it: else a short sample would be charged with the thread's own time since.
 */
/** What this machine counts of threads. */
public final class HostProbes {
  private static final int RUSAGE_THREAD = 1;
  private static final int RUSAGE_BYTES = 144;
  private static final int MINOR_FAULTS_AT = 64;
  private static final int MAJOR_FAULTS_AT = 72;
  private static final int VOLUNTARY_AT = 128;
  private static final int INVOLUNTARY_AT = 136;

  private static final int PROCESS_CLOCK = 2;
  private static final int THREAD_CLOCK = 3;
  private static final long NANOS = 1_000_000_000L;

  private final Path proc;
  private final CpuQuota quota;
  private final LongSupplier nanoTime = System::nanoTime;
  private @Nullable LibraryCalls linked;

  /**
   * Probes of a machine.
   *
   * @param proc usually {@code /proc}
   * @param cgroups usually {@code /sys/fs/cgroup}
   */
  public HostProbes(Path proc, Path cgroups) {
    this.proc = proc;
    this.quota = new CpuQuota(proc, cgroups);
  }

  /** Probes of the machine that this process runs on. */
  public static HostProbes host() {
    return new HostProbes(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
  }

  /** The quota of CPU time that this process has. */
  public CpuQuota quota() {
    return quota;
  }

  /** All that can be read, in the order of reading. */
  public List<ProbeSource> sources() {
    return List.of(
        new ProbeSource("cgroup cpu.stat", List.of(Counter.THROTTLED_NANOS), this::throttling),
        new ProbeSource(
            "getrusage",
            List.of(
                Counter.MINOR_FAULTS,
                Counter.MAJOR_FAULTS,
                Counter.VOLUNTARY_SWITCHES,
                Counter.INVOLUNTARY_SWITCHES),
            this::usage),
        new ProbeSource("schedstat", List.of(Counter.RUN_QUEUE_NANOS), this::runQueue),
        new ProbeSource("sched_getcpu", List.of(Counter.CPU), this::cpu),
        new ProbeSource("ThreadMXBean", List.of(Counter.ALLOCATED_BYTES), HostProbes::allocated),
        new ProbeSource(
            "clock_gettime", List.of(Counter.OTHER_CPU_NANOS, Counter.CPU_NANOS), this::clocks));
  }

  private synchronized LibraryCalls calls() throws UnavailableException {
    if (linked == null) {
      linked = LibraryCalls.link();
    }
    return linked;
  }

  private Facility throttling() throws UnavailableException {
    Path file = quota.statistics();
    if (quota.isUnlimited()) {
      return new Constant(Counter.THROTTLED_NANOS, 0);
    }
    KeptFile kept = new KeptFile(calls(), file);
    byte[] nanos = "throttled_time".getBytes(StandardCharsets.US_ASCII);
    byte[] micros = "throttled_usec".getBytes(StandardCharsets.US_ASCII);
    boolean inMicros = kept.behind(micros) >= 0;
    byte[] word = inMicros ? micros : nanos;
    if (kept.behind(word) < 0) {
      kept.close();
      throw new UnavailableException(file + " does not tell for how long it throttled");
    }
    return new FileFacility(kept, Counter.THROTTLED_NANOS) {
      @Override
      long value(KeptFile file) {
        return file.number(file.behind(word)) * (inMicros ? 1000 : 1);
      }
    };
  }

  private Facility runQueue() throws UnavailableException {
    KeptFile kept = new KeptFile(calls(), proc.resolve("thread-self/schedstat"));
    if (kept.number(0) <= 0) {
      kept.close();
      throw new UnavailableException("the kernel keeps no scheduler statistics");
    }
    return new FileFacility(kept, Counter.RUN_QUEUE_NANOS) {
      private long switches = Counter.MISSING;
      private long waited;

      @Override
      public void read(long[] into) {
        long voluntary = into[Counter.VOLUNTARY_SWITCHES.slot()];
        long now = voluntary + into[Counter.INVOLUNTARY_SWITCHES.slot()];
        if (voluntary == Counter.MISSING || now != switches) {
          super.read(into);
          waited = into[Counter.RUN_QUEUE_NANOS.slot()];
          switches = now;
        } else {
          into[Counter.RUN_QUEUE_NANOS.slot()] = waited;
        }
      }

      @Override
      long value(KeptFile file) {
        return file.number(file.behindBlank(0));
      }
    };
  }

  private Facility usage() throws UnavailableException {
    LibraryCalls calls = calls();
    Arena arena = Arena.ofConfined();
    MemorySegment usage = arena.allocate(RUSAGE_BYTES, Long.BYTES);
    return new Facility() {
      @Override
      public void read(long[] into) {
        if (calls.getrusage(RUSAGE_THREAD, usage) == 0) {
          into[Counter.MINOR_FAULTS.slot()] = usage.get(ValueLayout.JAVA_LONG, MINOR_FAULTS_AT);
          into[Counter.MAJOR_FAULTS.slot()] = usage.get(ValueLayout.JAVA_LONG, MAJOR_FAULTS_AT);
          into[Counter.VOLUNTARY_SWITCHES.slot()] = usage.get(ValueLayout.JAVA_LONG, VOLUNTARY_AT);
          into[Counter.INVOLUNTARY_SWITCHES.slot()] =
              usage.get(ValueLayout.JAVA_LONG, INVOLUNTARY_AT);
        }
      }

      @Override
      public void close() {
        arena.close();
      }
    };
  }

  private Facility cpu() throws UnavailableException {
    LibraryCalls calls = calls();
    return new Facility() {
      @Override
      public void read(long[] into) {
        into[Counter.CPU.slot()] = calls.schedGetcpu();
      }

      @Override
      public void close() {}
    };
  }

  private static Facility allocated() throws UnavailableException {
    if (ModuleLayer.boot().findModule("jdk.management").isEmpty()) {
      throw new UnavailableException(
          "this JVM does not count what threads allocate: module jdk.management is missing");
    }
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
        || !threads.isThreadAllocatedMemorySupported()) {
      throw new UnavailableException("this JVM does not count what threads allocate");
    }
    if (!threads.isThreadAllocatedMemoryEnabled()) {
      throw new UnavailableException("counting what threads allocate is switched off");
    }
    return new Facility() {
      @Override
      public void read(long[] into) {
        into[Counter.ALLOCATED_BYTES.slot()] = threads.getCurrentThreadAllocatedBytes();
      }

      @Override
      public void close() {}
    };
  }

  private Facility clocks() throws UnavailableException {
    LibraryCalls calls = calls();
    Arena arena = Arena.ofConfined();
    MemorySegment time = arena.allocate(2 * Long.BYTES, Long.BYTES);
    return new Facility() {
      private long otherNanos = others();
      private long readAt = nanoTime.getAsLong();

      @Override
      public void read(long[] into) {
        long now = nanoTime.getAsLong();
        if (now - readAt >= Counter.OTHER_CPU_EVERY_NANOS) {
          otherNanos = others();
          readAt = now;
        }
        into[Counter.OTHER_CPU_NANOS.slot()] = otherNanos;
        into[Counter.CPU_NANOS.slot()] = clock(THREAD_CLOCK);
      }

      private long others() {
        long process = clock(PROCESS_CLOCK);
        long own = clock(THREAD_CLOCK);
        boolean known = process != Counter.MISSING && own != Counter.MISSING;
        return known ? process - own : Counter.MISSING;
      }

      private long clock(int number) {
        return calls.clockGettime(number, time) == 0
            ? time.get(ValueLayout.JAVA_LONG, 0) * NANOS
                + time.get(ValueLayout.JAVA_LONG, Long.BYTES)
            : Counter.MISSING;
      }

      @Override
      public void close() {
        arena.close();
      }
    };
  }

  /** A counter that cannot change. */
  private record Constant(Counter counter, long value) implements Facility {
    @Override
    public void read(long[] into) {
      into[counter.slot()] = value;
    }

    @Override
    public void close() {}
  }

  /** A counter in a file. */
  private abstract static class FileFacility implements Facility {
    private final KeptFile file;
    private final Counter counter;

    FileFacility(KeptFile file, Counter counter) {
      this.file = file;
      this.counter = counter;
    }

    abstract long value(KeptFile file);

    @Override
    public void read(long[] into) {
      into[counter.slot()] = file.reread() ? value(file) : Counter.MISSING;
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
