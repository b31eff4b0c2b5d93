package dev.sextant.storage.numa.topology;

import java.util.List;
import java.util.Optional;

/**
 * A machine as it was when it was read.
 *
 * @param nodes by number, those offline too
 * @param cpus by number, those offline too
 * @param distances between nodes
 * @param devices by kind and name
 * @param limits of this process
 * @param notes what was odd about the files
 */
public record Topology(
    List<NumaNode> nodes,
    List<Cpu> cpus,
    Distances distances,
    List<Device> devices,
    Limits limits,
    List<DiscoveryNote> notes) {
  /** Copies. */
  public Topology {
    nodes = List.copyOf(nodes);
    cpus = List.copyOf(cpus);
    devices = List.copyOf(devices);
    notes = List.copyOf(notes);
  }

  /** The node of that number. */
  public Optional<NumaNode> node(int id) {
    return nodes.stream().filter(node -> node.id() == id).findFirst();
  }

  /** The node of a CPU; empty if unknown or offline. */
  public Optional<NumaNode> nodeOf(int cpu) {
    return cpus.stream()
        .filter(c -> c.id() == cpu)
        .findFirst()
        .flatMap(found -> node(found.node()));
  }

  /** The nodes that some CPUs are of. */
  public IdSet nodesOf(IdSet some) {
    return IdSet.of(
        cpus.stream()
            .filter(cpu -> some.contains(cpu.id()) && cpu.node() >= 0)
            .map(Cpu::node)
            .toList());
  }

  /** The nodes in use. */
  public IdSet online() {
    return IdSet.of(nodes.stream().filter(NumaNode::online).map(NumaNode::id).toList());
  }

  /** The nodes in use that memory can be placed on. */
  public IdSet withMemory() {
    return IdSet.of(
        nodes.stream().filter(n -> n.online() && n.hasMemory()).map(NumaNode::id).toList());
  }

  /** The nodes in use that threads can run on. */
  public IdSet withCpus() {
    return IdSet.of(
        nodes.stream().filter(n -> n.online() && !n.cpus().isEmpty()).map(NumaNode::id).toList());
  }
}
