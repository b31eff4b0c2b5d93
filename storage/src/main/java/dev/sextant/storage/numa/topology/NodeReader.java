package dev.sextant.storage.numa.topology;

import dev.sextant.storage.numa.topology.NumaNode.CpuSource;
import dev.sextant.storage.numa.topology.NumaNode.Memory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the nodes by their numbers; without nodes in sysfs, one stands for the machine. */
final class NodeReader {
  private static final String NODES = "devices/system/node";
  private static final String CPUS = "devices/system/cpu";
  private static final long KILOBYTE = 1024;
  private static final Pattern HUGE = Pattern.compile("hugepages-(\\d{1,12})kB");

  private final SysTree tree;

  NodeReader(SysTree tree) {
    this.tree = tree;
  }

  List<NumaNode> read() {
    Path folder = tree.sys(NODES);
    IdSet present = tree.numbered(folder, "node");
    if (present.isEmpty()) {
      tree.note(
          folder,
          "the machine is taken to be one node",
          "folders node0, node1 and so on",
          Files.isDirectory(folder) ? "none of them" : "no such folder");
      return List.of(standIn());
    }
    Optional<IdSet> listed = tree.list(folder.resolve("online"));
    IdSet online = listed.orElse(present);
    if (listed.isEmpty()) {
      tree.note(
          folder.resolve("online"),
          "all nodes that have a folder are taken to be online",
          "the list of nodes that are online",
          "nothing");
    }
    for (int id : online.minus(present).toList()) {
      tree.note(
          folder.resolve("node" + id), "the node is left out", "a folder", "none, but online");
    }
    List<NumaNode> nodes = new ArrayList<>();
    for (int id : present.toList()) {
      nodes.add(node(id, online.contains(id)));
    }
    compare(folder, nodes);
    return nodes;
  }

  private NumaNode node(int id, boolean online) {
    Path folder = tree.sys(NODES).resolve("node" + id);
    CpusRead cpus = cpus(folder);
    return new NumaNode(
        id,
        online,
        cpus.ids(),
        cpus.source(),
        memory(folder.resolve("meminfo"), online),
        hugePages(folder.resolve("hugepages")),
        access(folder.resolve("access0").resolve("initiators")));
  }

  private record CpusRead(IdSet ids, CpuSource source) {}

  private CpusRead cpus(Path folder) {
    Path list = folder.resolve("cpulist");
    Optional<IdSet> listed = tree.list(list);
    Optional<IdSet> mapped = tree.map(folder.resolve("cpumap"));
    if (listed.isPresent()) {
      if (mapped.isPresent() && !mapped.get().equals(listed.get())) {
        tree.note(
            folder,
            "cpulist and cpumap disagree, cpulist is taken",
            "cpumap " + listed.get(),
            mapped.get().toString());
      }
      return new CpusRead(listed.get(), CpuSource.CPULIST);
    }
    if (mapped.isPresent()) {
      tree.note(list, "cpumap is read instead", "a list of CPUs", "nothing that can be read");
      return new CpusRead(mapped.get(), CpuSource.CPUMAP);
    }
    IdSet links = tree.numbered(folder, "cpu");
    tree.note(
        list,
        links.isEmpty() ? "the node's CPUs are unknown" : "the links to CPUs are read instead",
        "cpulist or cpumap",
        "neither");
    return new CpusRead(links, links.isEmpty() ? CpuSource.NONE : CpuSource.LINKS);
  }

  private Memory memory(Path file, boolean online) {
    Optional<String> text = tree.text(file);
    if (text.isEmpty()) {
      if (online) {
        tree.note(file, "the node's memory is unknown", "lines such as MemTotal", "nothing");
      }
      return Memory.UNKNOWN;
    }
    long total = kilobytes(file, text.get(), "MemTotal");
    long free = kilobytes(file, text.get(), "MemFree");
    long used = kilobytes(file, text.get(), "MemUsed");
    return new Memory(total, free, used < 0 && total >= free && free >= 0 ? total - free : used);
  }

  /** The bytes in a line such as {@code Node 0 MemTotal: 17918156 kB}; -1 if there are none. */
  private long kilobytes(Path file, String text, String key) {
    String mark = key + ":";
    Optional<String> line =
        text.lines().filter(l -> l.contains(" " + mark) || l.startsWith(mark)).findFirst();
    if (line.isEmpty()) {
      tree.note(file, key + " is unknown", "a line " + mark, "none");
      return -1;
    }
    String value = line.get().substring(line.get().indexOf(mark) + mark.length()).strip();
    String digits = value.endsWith("kB") ? value.substring(0, value.length() - 2).strip() : value;
    OptionalLong number = SysTree.whole(digits);
    if (number.isEmpty() || number.getAsLong() < 0 || number.getAsLong() > Long.MAX_VALUE >> 10) {
      tree.note(file, key + " is unknown", "a number of kB", SysTree.quoted(value));
      return -1;
    }
    return number.getAsLong() * KILOBYTE;
  }

  private List<HugePages> hugePages(Path folder) {
    List<HugePages> sizes = new ArrayList<>();
    for (Path size : tree.children(folder)) {
      Matcher matcher = HUGE.matcher(size.getFileName().toString());
      if (!matcher.matches()) {
        tree.note(size, "the size is left out", "a name such as hugepages-2048kB", "another");
        continue;
      }
      sizes.add(
          new HugePages(
              Long.parseLong(matcher.group(1)),
              tree.number(size.resolve("nr_hugepages")).orElse(-1),
              tree.number(size.resolve("free_hugepages")).orElse(-1)));
    }
    sizes.sort(java.util.Comparator.comparingLong(HugePages::kilobytes));
    return sizes;
  }

  private MemoryAccess access(Path folder) {
    IdSet initiators = tree.numbered(folder, "node");
    if (initiators.isEmpty()) {
      return MemoryAccess.UNKNOWN;
    }
    return new MemoryAccess(
        initiators,
        promised(folder, "read_latency"),
        promised(folder, "write_latency"),
        promised(folder, "read_bandwidth"),
        promised(folder, "write_bandwidth"));
  }

  /** A figure of HMAT's; 0 is written where the firmware gives none. */
  private long promised(Path folder, String name) {
    long value = tree.number(folder.resolve(name)).orElse(-1);
    if (value < -1 || value == 0) {
      String what = name + " is unknown";
      tree.note(folder.resolve(name), what, "a number above 0", Long.toString(value));
      return -1;
    }
    return value;
  }

  /** What has_cpu and has_memory say against what the nodes' own files say. */
  private void compare(Path folder, List<NumaNode> nodes) {
    IdSet running =
        IdSet.of(nodes.stream().filter(n -> !n.cpus().isEmpty()).map(NumaNode::id).toList());
    disagree(folder.resolve("has_cpu"), running, "nodes with CPUs");
    IdSet storing =
        IdSet.of(nodes.stream().filter(n -> n.memory().total() > 0).map(NumaNode::id).toList());
    disagree(folder.resolve("has_memory"), storing, "nodes with memory");
  }

  private void disagree(Path file, IdSet own, String what) {
    Optional<IdSet> said = tree.list(file);
    if (said.isPresent() && !said.get().equals(own)) {
      String found = what + ": the nodes' own files are believed";
      tree.note(file, found, own.toString(), said.get().toString());
    }
  }

  private NumaNode standIn() {
    Optional<IdSet> online = tree.list(tree.sys(CPUS).resolve("online"));
    IdSet folders = tree.numbered(tree.sys(CPUS), "cpu");
    IdSet cpus = online.orElse(folders);
    if (cpus.isEmpty()) {
      cpus = processors();
    }
    Path file = tree.proc("meminfo");
    Memory memory = Memory.UNKNOWN;
    Optional<String> text = tree.text(file);
    if (text.isPresent()) {
      long total = kilobytes(file, text.get(), "MemTotal");
      long free = kilobytes(file, text.get(), "MemFree");
      memory = new Memory(total, free, total >= free && free >= 0 ? total - free : -1);
    }
    return new NumaNode(0, true, cpus, CpuSource.FALLBACK, memory, List.of(), MemoryAccess.UNKNOWN);
  }

  private IdSet processors() {
    Path file = tree.proc("cpuinfo");
    List<Integer> ids = new ArrayList<>();
    for (String line : tree.text(file).orElse("").lines().toList()) {
      String[] parts = line.split(":", 2);
      boolean named = parts.length == 2 && parts[0].strip().equals("processor");
      OptionalLong id = named ? SysTree.whole(parts[1].strip()) : OptionalLong.empty();
      if (id.isPresent() && id.getAsLong() >= 0 && id.getAsLong() <= IdSet.MAX_ID) {
        ids.add((int) id.getAsLong());
      }
    }
    if (ids.isEmpty()) {
      tree.note(file, "no CPU is known", "lines such as processor: 0", "none");
    }
    return IdSet.of(ids);
  }
}
