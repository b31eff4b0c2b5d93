package dev.sextant.storage.numa;

import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.MalformedIds;
import dev.sextant.storage.numa.topology.Topology;
import dev.sextant.storage.numa.topology.TopologyReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A machine told in a few lines, expanded to the files of sysfs and procfs that tell it. The lines:
 *
 * <pre>
 * online 0-2,33              the file node/online; left out: no such file
 * node 33 0-5 4096 [how]     node, its CPUs (- for none), its memory in MB (- for no meminfo);
 *                            how: list (default), map, both, nul, links, none
 * nodes 0-7 2 4096 [how]     nodes with 2 CPUs each, counted upwards
 * row 33 10 16 22            the file distance of node 33, as it stands
 * near 2 16 4 25 40          distance by position: 16 in groups of 2, 25 in groups of 4, else 40
 * cores 2 1                  threads of a core, nodes of a socket: the folders of the CPUs
 * allowed 0-5 0              CPUs and nodes of /proc/self/status
 * huge 33 2048 8 3           reserve of node 33: size in kB, pages, free ones
 * hmat 33 0,1 80 90 9000 800 initiators, read and write latency, read and write bandwidth
 * file sys/a/b text          any file; \n and \0 are written out
 * link sys/a sys/b           a symbolic link
 * </pre>
 *
 * Lines that begin with {@code =>} tell what is expected of it.
 */
final class Machine {
  private static final int KILO = 1024;

  private final Path root;
  private final Map<Integer, List<Integer>> cpus = new HashMap<>();
  private final List<Integer> order = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();
  private int nextCpu;

  private Machine(Path root) {
    this.root = root;
  }

  /** Expands {@code machines/<name>.txt} into a folder. */
  static Machine expand(String name, Path folder) {
    try (InputStream in = Machine.class.getResourceAsStream("/machines/" + name + ".txt")) {
      return expand(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList(), folder);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Expands some lines into a folder. */
  static Machine expand(List<String> lines, Path folder) {
    Machine machine = new Machine(folder);
    try {
      Files.createDirectories(folder.resolve("sys"));
      Files.createDirectories(folder.resolve("proc"));
      for (String line : lines) {
        if (line.startsWith("=>")) {
          machine.expected.add(line.substring(2).strip());
        } else if (!line.isBlank() && !line.startsWith("#")) {
          machine.line(line.strip());
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return machine;
  }

  /** What is expected, line by line. */
  List<String> expected() {
    return expected;
  }

  Topology read() {
    return new TopologyReader(root.resolve("sys"), root.resolve("proc")).read();
  }

  private void line(String line) throws IOException {
    String[] words = line.split("\\s+", -1);
    switch (words[0]) {
      case "online" -> write(node("online"), words[1] + "\n");
      case "node" -> addNode(words, Integer.parseInt(words[1]), ids(words[2]));
      case "nodes" -> {
        int each = Integer.parseInt(words[2]);
        for (int id : ids(words[1])) {
          addNode(words, id, IdSet.range(nextCpu, nextCpu + each - 1).toList());
        }
      }
      case "row" -> write(node("node" + words[1] + "/distance"), rest(line, 2) + "\n");
      case "near" -> near(words);
      case "cores" -> cores(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
      case "allowed" ->
          write(
              "proc/self/status",
              "Name:\tjava\nCpus_allowed_list:\t" + words[1] + "\nMems_allowed_list:\t" + words[2]);
      case "huge" -> huge(words);
      case "hmat" -> hmat(words);
      case "file" ->
          write(
              words[1],
              rest(line, 2).replace("\\t", "\t").replace("\\n", "\n").replace("\\0", "\0"));
      case "link" -> link(words[1], words[2]);
      default -> throw new IllegalArgumentException(line);
    }
  }

  private static String rest(String line, int words) {
    String[] parts = line.split("\\s+", words + 1);
    return parts.length > words ? parts[words] : "";
  }

  private static String node(String path) {
    return "sys/devices/system/node/" + path;
  }

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void link(String from, String to) throws IOException {
    Path link = root.resolve(from);
    Files.createDirectories(link.getParent());
    Files.createDirectories(root.resolve(to));
    Files.createSymbolicLink(link, root.resolve(to));
  }

  private static List<Integer> ids(String list) {
    try {
      return list.equals("-") ? List.of() : IdSet.parseList(list).toList();
    } catch (MalformedIds wrong) {
      throw new IllegalArgumentException(list, wrong);
    }
  }

  private void addNode(String[] words, int id, List<Integer> own) throws IOException {
    cpus.put(id, own);
    order.add(id);
    IdSet set = IdSet.of(own);
    nextCpu = Math.max(nextCpu, set.end());
    String how = words.length > 4 ? words[4] : "list";
    String folder = "node" + id + "/";
    Files.createDirectories(root.resolve(node(folder)));
    if (how.equals("list") || how.equals("both") || how.equals("nul")) {
      write(node(folder + "cpulist"), set + (how.equals("nul") ? "\0" : "") + "\n");
    }
    if (how.equals("map") || how.equals("both")) {
      write(node(folder + "cpumap"), set.toMap(256) + "\n");
    }
    if (how.equals("links")) {
      for (int cpu : own) {
        link(node(folder + "cpu" + cpu), "sys/devices/system/cpu/cpu" + cpu);
      }
    }
    if (!words[3].equals("-")) {
      long total = Long.parseLong(words[3]) * KILO;
      String start = "Node " + id + " Mem";
      String end = " kB\n";
      write(
          node(folder + "meminfo"),
          start
              + "Total:  "
              + total
              + end
              + start
              + "Free:  "
              + total / 4
              + end
              + start
              + "Used:  "
              + (total - total / 4)
              + end);
    }
  }

  private void near(String[] words) throws IOException {
    for (int a = 0; a < order.size(); a++) {
      List<String> row = new ArrayList<>();
      for (int b = 0; b < order.size(); b++) {
        row.add(a == b ? "10" : between(words, a, b));
      }
      write(node("node" + order.get(a) + "/distance"), String.join(" ", row) + " \n");
    }
  }

  private static String between(String[] words, int a, int b) {
    for (int i = 1; i + 1 < words.length; i += 2) {
      int group = Integer.parseInt(words[i]);
      if (a / group == b / group) {
        return words[i + 1];
      }
    }
    return words[words.length - 1];
  }

  private void cores(int threads, int nodesOfSocket) throws IOException {
    for (int position = 0; position < order.size(); position++) {
      List<Integer> own = cpus.getOrDefault(order.get(position), List.of());
      for (int i = 0; i < own.size(); i++) {
        String folder = "sys/devices/system/cpu/cpu" + own.get(i) + "/";
        int first = i / threads * threads;
        IdSet core = IdSet.of(own.subList(first, Math.min(own.size(), first + threads)));
        int socket = position / nodesOfSocket;
        write(folder + "topology/physical_package_id", socket + "\n");
        write(folder + "topology/core_id", i / threads + "\n");
        write(folder + "topology/thread_siblings", core.toMap(256) + "\n");
        write(folder + "cache/index0/level", "1\n");
        write(folder + "cache/index0/type", "Instruction\n");
        write(folder + "cache/index0/shared_cpu_map", core.toMap(256) + "\n");
        write(folder + "cache/index1/level", "3\n");
        write(folder + "cache/index1/type", "Unified\n");
        write(folder + "cache/index1/shared_cpu_list", IdSet.of(own) + "\n");
      }
    }
  }

  private void huge(String[] words) throws IOException {
    String folder = node("node" + words[1] + "/hugepages/hugepages-" + words[2] + "kB/");
    write(folder + "nr_hugepages", words[3] + "\n");
    write(folder + "free_hugepages", words[4] + "\n");
  }

  private void hmat(String[] words) throws IOException {
    String folder = node("node" + words[1] + "/access0/initiators/");
    for (int initiator : ids(words[2])) {
      link(folder + "node" + initiator, node("node" + initiator));
    }
    List<String> names =
        List.of("read_latency", "write_latency", "read_bandwidth", "write_bandwidth");
    for (int i = 0; i < names.size(); i++) {
      write(folder + names.get(i), words[3 + i] + "\n");
    }
  }
}
