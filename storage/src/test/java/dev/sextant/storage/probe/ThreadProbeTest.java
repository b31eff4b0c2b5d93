package dev.sextant.storage.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counters agree with what the kernel writes elsewhere, and say why they are missing. */
class ThreadProbeTest {
  @TempDir Path folder;

  private static long[] reading(ThreadProbe probe) {
    long[] values = new long[ThreadProbe.SLOTS];
    probe.read(values);
    return values;
  }

  private static long delta(long[] before, long[] after, Counter counter) {
    return after[counter.slot()] - before[counter.slot()];
  }

  /** A number of a line such as "voluntary_ctxt_switches: 12". */
  private static long status(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.substring(name.length() + 1).strip());
      }
    }
    throw new AssertionError("no " + name);
  }

  @Test
  void switchesAreThoseOfTheKernelsStatus() throws IOException {
    try (ThreadProbe probe = ThreadProbe.open(HostProbes.host().sources())) {
      long voluntary = status("voluntary_ctxt_switches");
      long[] before = reading(probe);
      for (int i = 0; i < 100; i++) {
        LockSupport.parkNanos(1_000_000);
      }
      long[] after = reading(probe);
      long counted = status("voluntary_ctxt_switches") - voluntary;
      long probed = delta(before, after, Counter.VOLUNTARY_SWITCHES);
      assertThat(probed).isBetween(100L, counted);
      assertThat(delta(before, after, Counter.CPU_NANOS)).isPositive();
      assertThat(delta(before, after, Counter.OTHER_CPU_NANOS)).isNotNegative();
      assertThat(delta(before, after, Counter.RUN_QUEUE_NANOS)).isNotNegative();
    }
  }

  @Test
  void faultsAreCountedWhereMemoryIsTouchedFirst() {
    Kernel kernel = Kernel.host();
    long bytes = 16L << 20;
    try (ThreadProbe probe = ThreadProbe.open(HostProbes.host().sources())) {
      Reply region = kernel.map(bytes);
      long[] before = reading(probe);
      kernel.touch(region.value(), bytes);
      long[] touched = reading(probe);
      kernel.touch(region.value(), bytes);
      long[] again = reading(probe);
      kernel.unmap(region.value(), bytes);
      // With transparent huge pages a fault covers 2 MiB, without them 4 KiB.
      assertThat(delta(before, touched, Counter.MINOR_FAULTS)).isGreaterThanOrEqualTo(8);
      assertThat(delta(touched, again, Counter.MINOR_FAULTS)).isLessThan(8);
    }
  }

  @Test
  void aReadingAllocatesNothing() {
    try (ThreadProbe probe = ThreadProbe.open(HostProbes.host().sources())) {
      long[] values = new long[ThreadProbe.SLOTS];
      for (int i = 0; i < 20_000; i++) {
        probe.read(values);
      }
      long[] before = reading(probe);
      for (int i = 0; i < 1_000; i++) {
        probe.read(values);
      }
      assertThat(values[Counter.ALLOCATED_BYTES.slot()])
          .isLessThan(before[Counter.ALLOCATED_BYTES.slot()] + 16_000);
    }
  }

  @Test
  void whatIsMissingSaysWhy() {
    List<ProbeSource> lacking =
        HostProbes.host().sources().stream()
            .map(s -> s.name().equals("getrusage") ? s.lacking("taken away") : s)
            .toList();
    try (ThreadProbe probe = ThreadProbe.open(lacking)) {
      long[] values = reading(probe);
      assertThat(values[Counter.MINOR_FAULTS.slot()]).isEqualTo(Counter.MISSING);
      assertThat(values[Counter.CPU_NANOS.slot()]).isPositive();
      assertThat(probe.missing())
          .containsEntry(Counter.VOLUNTARY_SWITCHES, "getrusage: taken away");
    }
  }

  @Test
  void aMachineWithoutProcHasNoRunQueueAndNoQuota() {
    HostProbes probes = new HostProbes(folder.resolve("proc"), folder.resolve("cgroup"));
    try (ThreadProbe probe = ThreadProbe.open(probes.sources())) {
      Map<Counter, String> missing = new EnumMap<>(probe.missing());
      assertThat(missing.get(Counter.RUN_QUEUE_NANOS)).contains("schedstat cannot be read");
      assertThat(missing.get(Counter.THROTTLED_NANOS)).contains("cgroup cannot be read");
      assertThat(reading(probe)[Counter.RUN_QUEUE_NANOS.slot()]).isEqualTo(Counter.MISSING);
    }
  }

  @Test
  void throttlingIsReadOfTheInnermostGroupWithAQuota() throws Exception {
    Path proc = Files.createDirectories(folder.resolve("proc"));
    Files.createDirectories(proc.resolve("self"));
    Files.writeString(proc.resolve("self/cgroup"), "0::/outer/inner\n");
    Path inner = Files.createDirectories(folder.resolve("cgroup/outer/inner"));
    Files.writeString(inner.resolve("cpu.max"), "max 100000\n");
    Files.writeString(inner.resolve("cpu.stat"), "usage_usec 1\nthrottled_usec 1\n");
    Path outer = inner.resolveSibling(".").normalize();
    Files.writeString(outer.resolve("cpu.max"), "50000 100000\n");
    Files.writeString(
        outer.resolve("cpu.stat"), "usage_usec 9\nnr_throttled 3\nthrottled_usec 77\n");
    HostProbes probes = new HostProbes(proc, folder.resolve("cgroup"));
    assertThat(probes.quota().describe()).isEqualTo("50000 100000");
    try (ThreadProbe probe = ThreadProbe.open(probes.sources())) {
      assertThat(reading(probe)[Counter.THROTTLED_NANOS.slot()]).isEqualTo(77_000);
    }
  }

  @Test
  void oldGroupsTellInNanoseconds() throws Exception {
    Path proc = Files.createDirectories(folder.resolve("proc"));
    Files.createDirectories(proc.resolve("self"));
    Files.writeString(proc.resolve("self/cgroup"), "2:cpu,cpuacct:/a\n0::/\n");
    Path group = Files.createDirectories(folder.resolve("cgroup/cpu,cpuacct/a"));
    Files.writeString(group.resolve("cpu.cfs_quota_us"), "20000\n");
    Files.writeString(group.resolve("cpu.stat"), "nr_periods 5\nthrottled_time 1234567\n");
    HostProbes probes = new HostProbes(proc, folder.resolve("cgroup"));
    try (ThreadProbe probe = ThreadProbe.open(probes.sources())) {
      assertThat(reading(probe)[Counter.THROTTLED_NANOS.slot()]).isEqualTo(1_234_567);
    }
  }
}
