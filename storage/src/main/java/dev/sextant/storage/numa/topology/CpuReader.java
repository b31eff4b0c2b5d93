package dev.sextant.storage.numa.topology;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the CPUs: which node, package, core and cache they belong to. */
final class CpuReader {
  private final SysTree tree;
  private final Path folder;
  private final List<NumaNode> nodes;

  CpuReader(SysTree tree, List<NumaNode> nodes) {
    this.tree = tree;
    this.folder = tree.sys("devices/system/cpu");
    this.nodes = nodes;
  }

  List<Cpu> read() {
    Map<Integer, Integer> homes = homes();
    IdSet folders = tree.numbered(folder, "cpu");
    Optional<IdSet> listed = tree.list(folder.resolve("online"));
    IdSet all = IdSet.of(homes.keySet()).union(folders).union(listed.orElse(IdSet.EMPTY));
    List<Cpu> cpus = new ArrayList<>();
    for (int id : all.toList()) {
      boolean online =
          listed.isPresent()
              ? listed.get().contains(id)
              : tree.number(at(id, "online")).orElse(1) != 0;
      cpus.add(cpu(id, online, homes.getOrDefault(id, -1)));
    }
    for (int id : listed.orElse(IdSet.EMPTY).toList()) {
      if (!homes.containsKey(id)) {
        tree.note(folder.resolve("cpu" + id), "the CPU's node is unknown", "a node", "none");
      }
    }
    return cpus;
  }

  private Map<Integer, Integer> homes() {
    Map<Integer, Integer> homes = new HashMap<>();
    for (NumaNode node : nodes) {
      for (int cpu : node.cpus().toList()) {
        Integer first = homes.putIfAbsent(cpu, node.id());
        if (first != null) {
          tree.note(
              tree.sys("devices/system/node/node" + node.id()),
              "CPU " + cpu + " is taken to be of node " + first,
              "a CPU of one node",
              "nodes " + first + " and " + node.id());
        }
      }
    }
    return homes;
  }

  private Path at(int id, String path) {
    return folder.resolve("cpu" + id).resolve(path);
  }

  private Cpu cpu(int id, boolean online, int home) {
    Optional<IdSet> siblings = tree.list(at(id, "topology/core_cpus_list"));
    if (siblings.isEmpty()) {
      siblings = tree.list(at(id, "topology/thread_siblings_list"));
    }
    if (siblings.isEmpty()) {
      siblings = tree.map(at(id, "topology/thread_siblings"));
    }
    return new Cpu(
        id,
        home,
        tree.id(at(id, "topology/physical_package_id")),
        tree.id(at(id, "topology/die_id")),
        tree.id(at(id, "topology/core_id")),
        cacheGroup(id),
        siblings.orElse(IdSet.EMPTY),
        online);
  }

  private int cacheGroup(int id) {
    int group = -1;
    long highest = -1;
    for (Path cache : tree.children(at(id, "cache"))) {
      if (!cache.getFileName().toString().startsWith("index")) {
        continue;
      }
      long level = tree.number(cache.resolve("level")).orElse(-1);
      boolean code = tree.text(cache.resolve("type")).orElse("").equals("Instruction");
      if (!code && level > highest) {
        Optional<IdSet> shared = tree.list(cache.resolve("shared_cpu_list"));
        if (shared.isEmpty()) {
          shared = tree.map(cache.resolve("shared_cpu_map"));
        }
        highest = level;
        group = shared.orElse(IdSet.EMPTY).first().orElse(-1);
      }
    }
    return group;
  }
}
