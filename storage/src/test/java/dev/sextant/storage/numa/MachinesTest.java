package dev.sextant.storage.numa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.numa.topology.Device;
import dev.sextant.storage.numa.topology.DiscoveryNote;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.NumaNode;
import dev.sextant.storage.numa.topology.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is read on machines of many kinds, against what is known of them. */
class MachinesTest {
  @TempDir Path folder;

  static List<String> machines() {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/machines"))) {
      return files.map(f -> f.getFileName().toString().replace(".txt", "")).sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @ParameterizedTest
  @MethodSource("machines")
  void isReadAsItIs(String name) {
    Machine machine = Machine.expand(name, folder);
    assertThat(told(machine.read())).containsExactlyElementsOf(machine.expected());
  }

  /** A machine in a line for each node, steal order, device and limit, and kind of note. */
  private List<String> told(Topology machine) {
    List<String> lines = new ArrayList<>();
    StealOrders orders = new StealOrders(machine);
    for (NumaNode node : machine.nodes()) {
      lines.add(told(node) + " steal=" + bands(orders.bands(node.id())));
    }
    lines.addAll(cpus(machine));
    for (Device device : machine.devices()) {
      lines.add(
          "device %s %s [%s] node=%d %s"
              .formatted(
                  device.kind(), device.name(), device.address(), device.node(), device.source()));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "limits cpus=%s nodes=%s quota=%.1f memory=%d",
            machine.limits().cpus(),
            machine.limits().nodes(),
            machine.limits().cpuQuota(),
            machine.limits().memoryBytes()));
    Map<String, Integer> notes = new LinkedHashMap<>();
    for (DiscoveryNote note : machine.notes()) {
      String where = Path.of(note.source()).getFileName().toString();
      notes.merge("note " + where + ": " + note.what() + " <" + note.got() + ">", 1, Integer::sum);
    }
    notes.keySet().stream().limit(12).forEach(lines::add);
    lines.add("notes " + machine.notes().size());
    return lines;
  }

  private static String told(NumaNode node) {
    String access =
        node.access().initiators().isEmpty()
            ? ""
            : " hmat=" + node.access().toString().replace("MemoryAccess", "");
    return "node %d%s %s cpus=%s via %s MB=%d%s%s"
        .formatted(
            node.id(),
            node.online() ? "" : " offline",
            node.kind().label(),
            node.cpus(),
            node.source(),
            node.memory().total() < 0 ? -1 : node.memory().total() >> 20,
            node.hugePages().isEmpty() ? "" : " huge=" + node.hugePages(),
            access);
  }

  private static String bands(List<IdSet> bands) {
    return String.join(" ", bands.stream().map(IdSet::toString).toList());
  }

  /** The first and the last CPU. */
  private static List<String> cpus(Topology machine) {
    if (machine.cpus().isEmpty()) {
      return List.of("no cpus");
    }
    return List.of(
        "cpus " + machine.cpus().size(),
        machine.cpus().getFirst().toString(),
        machine.cpus().getLast().toString());
  }
}
