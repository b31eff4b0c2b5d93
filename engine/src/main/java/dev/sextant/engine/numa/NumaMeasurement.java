package dev.sextant.engine.numa;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import dev.sextant.storage.numa.MemoryProbe;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.numa.Pin;
import dev.sextant.storage.numa.PlacedRegion;
import dev.sextant.storage.numa.Placement;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;

/** Measures memory of each node from the CPUs of each node, on a thread of its own. */
public final class NumaMeasurement {
  /** The smallest region that is measured: a page. */
  public static final long LEAST_BYTES = 4_096;

  /** The largest region that is measured. */
  public static final long MOST_BYTES = 1L << 30;

  /** The longest time that one of the two measurements of a pair may take. */
  public static final double MOST_SECONDS = 10;

  private static final double NANOS = 1e9;

  private final Placements placements;
  private final BooleanSupplier stopped;

  /**
   * A measurement.
   *
   * @param stopped asked now and then; says true where the statement was cancelled
   */
  public NumaMeasurement(Placements placements, BooleanSupplier stopped) {
    this.placements = placements;
    this.stopped = stopped;
  }

  /**
   * What memory is like from somewhere.
   *
   * @param latencyNanos of a load that depends on the one before
   * @param gigabytesPerSecond read in order, by one thread
   * @param placed where the memory was
   * @param pinned where the thread was
   */
  public record Row(
      int cpuNode,
      int memoryNode,
      double latencyNanos,
      double gigabytesPerSecond,
      Evidence placed,
      Evidence pinned) {}

  /**
   * Measures each pair of a node with allowed CPUs and one with allowed memory.
   *
   * @param bytes of memory, of one node at a time
   * @param seconds that each of the two measurements of a pair may take
   * @throws SextantException {@code 22023} beyond the limits, {@code 53000} without the memory,
   *     {@code 57014} where it was cancelled
   */
  public List<Row> run(long bytes, double seconds) throws InterruptedException {
    if (bytes < LEAST_BYTES || bytes > MOST_BYTES || seconds > MOST_SECONDS) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "MEASURE NUMA expects from %d to %d bytes and at most %.0f seconds but got %d and %s."
              .formatted(LEAST_BYTES, MOST_BYTES, MOST_SECONDS, bytes, seconds));
    }
    Topology topology = placements.machine().topology();
    List<Row> rows = new ArrayList<>();
    IdSet targets = topology.withMemory().intersect(topology.limits().nodes());
    for (int from : topology.withCpus().toList()) {
      IdSet cpus = topology.node(from).orElseThrow().cpus().intersect(topology.limits().cpus());
      if (!cpus.isEmpty()) {
        for (int to : targets.toList()) {
          rows.add(onThread(() -> pair(from, cpus, to, new Size(bytes, seconds))));
        }
      }
    }
    return rows;
  }

  private record Size(long bytes, double seconds) {}

  /** The thread is let go of by its end, whatever became of its CPUs. */
  private Row onThread(Callable<Row> work) throws InterruptedException {
    FutureTask<Row> task = new FutureTask<>(work);
    Thread thread = Thread.ofPlatform().name("sextant-measure").daemon().start(task);
    try {
      return task.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException("MEASURE NUMA failed.", failed.getCause());
    } finally {
      thread.join();
    }
  }

  private Row pair(int from, IdSet cpus, int to, Size size) {
    NumaMachine machine = placements.machine();
    String what = "measured memory";
    placements.budget().reserve(size.bytes(), "MEASURE NUMA");
    try (Pin pin = Pin.current(machine.kernel(), cpus, Enforcement.SOFT);
        PlacedRegion region =
            placements.place(what, size.bytes(), new Placement.Bind(to), Enforcement.SOFT)) {
      MemoryProbe probe = new MemoryProbe(region, System::nanoTime, stopped);
      long most = (long) (size.seconds() * NANOS);
      double latency = probe.latencyNanos(most);
      double bandwidth = probe.bandwidth(most);
      if (stopped.getAsBoolean()) {
        throw new SextantException(ErrorCode.CANCELLED, "MEASURE NUMA was cancelled.");
      }
      return new Row(from, to, latency, bandwidth, region.evidence(), pin.evidence());
    } finally {
      placements.budget().release(size.bytes());
    }
  }
}
