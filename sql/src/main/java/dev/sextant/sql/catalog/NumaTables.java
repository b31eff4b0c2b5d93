package dev.sextant.sql.catalog;

import dev.sextant.engine.Session;
import dev.sextant.storage.numa.Advice;
import dev.sextant.storage.numa.Capability;
import dev.sextant.storage.numa.NumaMachine;
import dev.sextant.storage.numa.StealOrders;
import dev.sextant.storage.numa.topology.Cpu;
import dev.sextant.storage.numa.topology.Device;
import dev.sextant.storage.numa.topology.DiscoveryNote;
import dev.sextant.storage.numa.topology.HugePages;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Limits;
import dev.sextant.storage.numa.topology.MemoryAccess;
import dev.sextant.storage.numa.topology.NumaNode;
import dev.sextant.storage.numa.topology.ThreadInfo;
import dev.sextant.storage.numa.topology.Topology;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of schema {@code sextant} about the machine's nodes; they are read when asked for. */
final class NumaTables {
  private NumaTables() {}

  static List<SystemTable> all() {
    return Stream.of(machine(), process(), PlacementTables.all()).flatMap(List::stream).toList();
  }

  private static List<SystemTable> machine() {
    return List.of(
        new SystemTable(
            "numa_nodes",
            SystemTable.Column.list(
                "node INTEGER",
                "online INTEGER",
                "kind",
                "cpus",
                "cpu_count INTEGER",
                "cpus_allowed",
                "memory_allowed INTEGER",
                "memory_total INTEGER",
                "memory_free INTEGER",
                "memory_used INTEGER",
                "huge_pages",
                "steal_order",
                "source"),
            of(NumaTables::nodes)),
        new SystemTable(
            "numa_cpus",
            SystemTable.Column.list(
                "cpu INTEGER",
                "node INTEGER",
                "package INTEGER",
                "die INTEGER",
                "core INTEGER",
                "cache_group INTEGER",
                "smt_siblings",
                "online INTEGER",
                "allowed INTEGER"),
            of(NumaTables::cpus)),
        new SystemTable(
            "numa_distances",
            SystemTable.Column.list(
                "from_node INTEGER",
                "to_node INTEGER",
                "distance INTEGER",
                "rank INTEGER",
                "read_latency_ns INTEGER",
                "write_latency_ns INTEGER",
                "read_bandwidth_mb_s INTEGER",
                "write_bandwidth_mb_s INTEGER"),
            of(NumaTables::distances)),
        new SystemTable(
            "numa_devices",
            SystemTable.Column.list("name", "kind", "pci_address", "node INTEGER", "node_source"),
            of(NumaTables::devices)),
        new SystemTable(
            "numa_discovery_notes",
            SystemTable.Column.list("source", "what", "expected", "got"),
            of(NumaTables::notes)));
  }

  private static List<SystemTable> process() {
    return List.of(
        new SystemTable(
            "numa_limits",
            SystemTable.Column.list("name", "value", "source"),
            of(NumaTables::limits)),
        new SystemTable(
            "numa_capabilities",
            SystemTable.Column.list(
                "capability", "available INTEGER", "errno", "tested", "needed_for", "remedy"),
            of(NumaTables::capabilities)),
        new SystemTable(
            "numa_threads",
            SystemTable.Column.list(
                "tid INTEGER",
                "name",
                "kind",
                "cpus",
                "nodes",
                "last_cpu INTEGER",
                "last_node INTEGER"),
            of(NumaTables::threads)),
        new SystemTable(
            "numa_report",
            SystemTable.Column.list("finding", "evidence", "advice", "statement"),
            of(NumaTables::report)));
  }

  private static Function<Session, List<List<@Nullable Object>>> of(
      Function<NumaMachine, List<List<@Nullable Object>>> source) {
    return session -> source.apply(session.database().numa());
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  private static @Nullable Long known(long value) {
    return value < 0 ? null : value;
  }

  private static long flag(boolean value) {
    return value ? 1 : 0;
  }

  private static @Nullable String text(String value) {
    return value.isEmpty() ? null : value;
  }

  private static List<List<@Nullable Object>> nodes(NumaMachine machine) {
    Topology topology = machine.topology();
    StealOrders orders = new StealOrders(topology);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (NumaNode node : topology.nodes()) {
      rows.add(
          row(
              (long) node.id(),
              flag(node.online()),
              node.kind().label(),
              node.cpus().toString(),
              (long) node.cpus().size(),
              node.cpus().intersect(topology.limits().cpus()).toString(),
              flag(topology.limits().nodes().contains(node.id())),
              known(node.memory().total()),
              known(node.memory().free()),
              known(node.memory().used()),
              String.join(", ", node.hugePages().stream().map(HugePages::toString).toList()),
              String.join(",", orders.order(node.id()).stream().map(String::valueOf).toList()),
              node.source().name().toLowerCase(Locale.ROOT)));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> cpus(NumaMachine machine) {
    Topology topology = machine.topology();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Cpu cpu : topology.cpus()) {
      rows.add(
          row(
              (long) cpu.id(),
              known(cpu.node()),
              known(cpu.socket()),
              known(cpu.die()),
              known(cpu.core()),
              known(cpu.cacheGroup()),
              text(cpu.siblings().toString()),
              flag(cpu.online()),
              flag(topology.limits().cpus().contains(cpu.id()))));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> distances(NumaMachine machine) {
    Topology topology = machine.topology();
    List<Integer> online = topology.online().toList();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int from : online) {
      for (int to : online) {
        OptionalInt distance = topology.distances().between(from, to);
        MemoryAccess access =
            topology
                .node(to)
                .map(NumaNode::access)
                .filter(a -> a.initiators().contains(from))
                .orElse(MemoryAccess.UNKNOWN);
        rows.add(
            row(
                (long) from,
                (long) to,
                known(distance.orElse(-1)),
                distance.isPresent() ? rank(topology, from, distance.getAsInt()) : null,
                known(access.readLatency()),
                known(access.writeLatency()),
                known(access.readBandwidth()),
                known(access.writeBandwidth())));
      }
    }
    return rows;
  }

  /** How many different distances are shorter: 0 for the nearest. */
  private static @Nullable Object rank(Topology topology, int from, int distance) {
    return topology.online().stream()
        .map(to -> topology.distances().between(from, to).orElse(Integer.MAX_VALUE))
        .filter(other -> other < distance)
        .distinct()
        .count();
  }

  private static List<List<@Nullable Object>> devices(NumaMachine machine) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Device device : machine.topology().devices()) {
      rows.add(
          row(
              device.name(),
              device.kind(),
              text(device.address()),
              known(device.node()),
              device.source()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> notes(NumaMachine machine) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    Stream.of(machine.topology().notes(), machine.threads().notes())
        .flatMap(List::stream)
        .map((DiscoveryNote n) -> row(n.source(), n.what(), n.expected(), n.got()))
        .forEach(rows::add);
    return rows;
  }

  private static List<List<@Nullable Object>> limits(NumaMachine machine) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Limits.Limit limit : machine.topology().limits().found()) {
      rows.add(row(limit.name(), limit.value(), limit.source()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> capabilities(NumaMachine machine) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Capability capability : machine.capabilities()) {
      rows.add(
          row(
              capability.name(),
              flag(capability.available()),
              text(capability.reply().error()),
              capability.tested(),
              capability.neededFor(),
              text(capability.remedy())));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> threads(NumaMachine machine) {
    Topology topology = machine.topology();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (ThreadInfo thread : machine.threads().threads()) {
      IdSet nodes = topology.nodesOf(thread.allowed());
      OptionalInt last =
          topology.nodesOf(thread.cpu() < 0 ? IdSet.EMPTY : IdSet.of(thread.cpu())).first();
      rows.add(
          row(
              (long) thread.id(),
              thread.name(),
              thread.kind().label(),
              thread.allowed().toString(),
              nodes.toString(),
              known(thread.cpu()),
              known(last.orElse(-1))));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> report(NumaMachine machine) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Advice advice : machine.report()) {
      rows.add(row(advice.finding(), advice.evidence(), advice.advice(), text(advice.statement())));
    }
    return rows;
  }
}
