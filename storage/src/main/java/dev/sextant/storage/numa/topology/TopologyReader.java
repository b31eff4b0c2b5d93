package dev.sextant.storage.numa.topology;

import java.nio.file.Path;
import java.util.List;

/**
 * Reads what machine this is from sysfs and procfs. Never fails: what cannot be read is unknown,
 * and a {@link DiscoveryNote} says so.
 *
 * <p>Formats: the kernel's Documentation/ABI/stable/sysfs-devices-node,
 * Documentation/ABI/testing/sysfs-devices-system-cpu, Documentation/admin-guide/mm/numaperf.rst and
 * Documentation/admin-guide/cgroup-v2.rst.
 */
public final class TopologyReader {
  private final Path sys;
  private final Path proc;

  /**
   * A reader.
   *
   * @param sys usually {@code /sys}
   * @param proc usually {@code /proc}
   */
  public TopologyReader(Path sys, Path proc) {
    this.sys = sys;
    this.proc = proc;
  }

  /** Reads the machine as it is now. */
  public Topology read() {
    SysTree tree = new SysTree(sys, proc);
    List<NumaNode> nodes = new NodeReader(tree).read();
    Distances distances = new DistanceReader(tree, nodes).read();
    List<Cpu> cpus = new CpuReader(tree, nodes).read();
    List<Device> devices = new DeviceReader(tree, nodes).read();
    Limits limits = new LimitReader(tree, nodes, cpus).read();
    return new Topology(nodes, cpus, distances, devices, limits, tree.notes());
  }
}
