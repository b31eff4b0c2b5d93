package dev.sextant.storage.numa;

import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Limits;
import dev.sextant.storage.numa.topology.NodeKind;
import dev.sextant.storage.numa.topology.NumaNode;
import dev.sextant.storage.numa.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws advice from what was read and tried. */
final class NumaReport {
  private final Topology topology;
  private final List<Capability> capabilities;
  private final List<Advice> advice = new ArrayList<>();

  NumaReport(Topology topology, List<Capability> capabilities) {
    this.topology = topology;
    this.capabilities = capabilities;
  }

  List<Advice> draw(String unavailable) {
    nodes();
    limits();
    if (!unavailable.isEmpty()) {
      add(
          "System calls cannot be made",
          unavailable,
          "Nothing can be placed or verified; what sysfs and procfs tell is shown.",
          "SELECT * FROM sextant.numa_capabilities");
    } else {
      refused();
    }
    if (!topology.notes().isEmpty()) {
      add(
          "The kernel's files are odd in " + topology.notes().size() + " places",
          topology.notes().getFirst().source() + " is the first",
          "See what each of them says and what was made of it.",
          "SELECT * FROM sextant.numa_discovery_notes");
    }
    return List.copyOf(advice);
  }

  private void add(String finding, String evidence, String what, String statement) {
    advice.add(new Advice(finding, evidence, what, statement));
  }

  private void nodes() {
    IdSet online = topology.online();
    String shown = "nodes online: " + online;
    if (online.size() <= 1) {
      add(
          "1 NUMA node",
          shown,
          "There is nothing to choose: placements are not applicable and cost nothing.",
          "SELECT * FROM sextant.numa_nodes");
      return;
    }
    add(
        online.size() + " NUMA nodes",
        shown + ", with memory: " + topology.withMemory() + ", with CPUs: " + topology.withCpus(),
        "Memory and threads can be placed.",
        "SELECT * FROM sextant.numa_nodes");
    IdSet bare =
        IdSet.of(
            topology.nodes().stream()
                .filter(n -> n.online() && n.kind() == NodeKind.MEMORY_ONLY)
                .map(NumaNode::id)
                .toList());
    if (!bare.isEmpty()) {
      add(
          "Memory without CPUs",
          "nodes " + bare,
          "They are targets of placement and no place to run.",
          "SELECT * FROM sextant.numa_distances WHERE to_node IN (" + numbers(bare) + ")");
    }
    boolean told =
        online.stream()
            .anyMatch(
                a ->
                    online.stream()
                        .anyMatch(b -> topology.distances().between(a, b).orElse(10) > 10));
    if (!told) {
      add(
          "Distances tell nothing",
          "no distance between two nodes is known to be above 10",
          "Nodes are taken to be equally far from one another.",
          "SELECT * FROM sextant.numa_distances");
    }
  }

  private static String numbers(IdSet ids) {
    return String.join(", ", ids.stream().mapToObj(Integer::toString).toList());
  }

  private void limits() {
    Limits limits = topology.limits();
    long running = topology.cpus().stream().filter(cpu -> cpu.online()).count();
    if (limits.cpus().size() < running) {
      add(
          "This process may not run on all CPUs",
          "allowed: " + limits.cpus() + " of " + running + " online",
          "Nodes without allowed CPUs are no place to pin to.",
          "SELECT * FROM sextant.numa_limits");
    }
    IdSet forbidden = topology.withMemory().minus(limits.nodes());
    if (!forbidden.isEmpty()) {
      add(
          "Memory of some nodes is forbidden",
          "nodes " + forbidden + " are not in Mems_allowed_list or the cpuset",
          "Place on nodes " + limits.nodes() + ", or widen the cpuset.",
          "SELECT * FROM sextant.numa_limits");
    }
    if (limits.cpuQuota() >= 0 && limits.cpuQuota() < limits.cpus().size()) {
      add(
          "A control group limits CPU time",
          String.format(Locale.ROOT, "%.2f CPUs' worth of time", limits.cpuQuota()),
          "More busy threads than that are stopped for parts of each period.",
          "SELECT * FROM sextant.numa_limits");
    }
  }

  private void refused() {
    List<String> refused = new ArrayList<>();
    for (Capability capability : capabilities) {
      if (!capability.available() && !capability.neededFor().equals("nothing here")) {
        refused.add(capability.name() + " " + capability.reply().error());
      }
    }
    if (!refused.isEmpty()) {
      add(
          "The kernel refuses calls that placing needs",
          String.join(", ", refused),
          "Without enforcement the work goes on and says so; strict placements are errors.",
          "SELECT * FROM sextant.numa_capabilities WHERE available = 0");
    }
  }
}
