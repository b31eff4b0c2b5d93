package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.topology.ThreadReader;
import dev.sextant.storage.numa.topology.Topology;
import dev.sextant.storage.numa.topology.TopologyReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The machine that a database runs on. Read when it is first asked for, and again when {@link
 * #rediscover} is called; the files and the kernel are not touched before.
 */
public final class NumaMachine {
  private final Path sys;
  private final Path proc;
  private final Supplier<Kernel> source;
  private @Nullable Kernel kernel;
  private @Nullable Topology topology;
  private @Nullable List<Capability> capabilities;

  /**
   * A machine.
   *
   * @param sys usually {@code /sys}
   * @param proc usually {@code /proc}
   * @param kernel gives the system calls, once
   */
  public NumaMachine(Path sys, Path proc, Supplier<Kernel> kernel) {
    this.sys = sys;
    this.proc = proc;
    this.source = kernel;
  }

  /** The machine that this process runs on. */
  public static NumaMachine host() {
    return new NumaMachine(Path.of("/sys"), Path.of("/proc"), Kernel::host);
  }

  /** What it was when it was last read. */
  public synchronized Topology topology() {
    if (topology == null) {
      topology = new TopologyReader(sys, proc).read();
    }
    return topology;
  }

  /** Reads it again, and tries the calls again when they are next asked for; gives the topology. */
  public synchronized Topology rediscover() {
    topology = null;
    capabilities = null;
    return topology();
  }

  /** Its system calls. */
  public synchronized Kernel kernel() {
    if (kernel == null) {
      kernel = source.get();
    }
    return kernel;
  }

  /** Which calls work, each tried once. */
  public synchronized List<Capability> capabilities() {
    if (capabilities == null) {
      capabilities = new CapabilityTrial(kernel(), topology().limits().nodes()).run();
    }
    return capabilities;
  }

  /** The threads of this process now. */
  public ThreadReader.Threads threads() {
    return new ThreadReader(sys, proc).read(kernel().threadId().value());
  }

  /** The node that the calling thread runs on now; empty where the kernel does not tell. */
  public OptionalInt currentNode() {
    Kernel.Location location = kernel().location();
    return location.reply().ok() ? OptionalInt.of(location.node()) : OptionalInt.empty();
  }

  /** What the kernel counts of its nodes, read now. */
  public List<NodeCounter> counters() {
    List<NodeCounter> all = new ArrayList<>();
    for (int node : topology().online().toList()) {
      Path file = sys.resolve("devices/system/node/node" + node + "/numastat");
      all.addAll(NodeCounters.read(file, OptionalInt.of(node), List.of("")));
    }
    List<String> wanted = List.of("numa_", "pgmigrate_");
    all.addAll(NodeCounters.read(proc.resolve("vmstat"), OptionalInt.empty(), wanted));
    return all;
  }

  /** What is worth knowing about it. */
  public List<Advice> report() {
    return new NumaReport(topology(), capabilities()).draw(kernel().unavailable());
  }

  /** Gives placed memory. */
  public Placer placer() {
    return new Placer(topology(), kernel());
  }
}
