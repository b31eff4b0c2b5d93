package dev.sextant.storage.numa.topology;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads distances. The kernel writes a row by the position of nodes among those online, not by
 * their numbers. Values that the firmware may not give are unknown; those that it may give and that
 * cannot be right are kept and noted.
 */
final class DistanceReader {
  private final SysTree tree;
  private final List<NumaNode> online;

  DistanceReader(SysTree tree, List<NumaNode> nodes) {
    this.tree = tree;
    this.online = nodes.stream().filter(NumaNode::online).toList();
  }

  Distances read() {
    Map<Integer, Map<Integer, Integer>> rows = new HashMap<>();
    for (NumaNode node : online) {
      if (node.source() != NumaNode.CpuSource.FALLBACK) {
        rows.put(node.id(), row(node.id()));
      } else {
        rows.put(node.id(), Map.of(node.id(), Distances.LOCAL));
      }
    }
    Distances distances = new Distances(rows);
    compare(distances);
    return distances;
  }

  private Path file(int node) {
    return tree.sys("devices/system/node/node" + node + "/distance");
  }

  private Map<Integer, Integer> row(int from) {
    Path file = file(from);
    Optional<String> text = tree.text(file);
    if (text.isEmpty()) {
      tree.note(file, "the node's distances are unknown", "a row of numbers", "nothing");
      return Map.of();
    }
    String[] words = text.get().isEmpty() ? new String[0] : text.get().split("\\s+", -1);
    if (words.length != online.size()) {
      tree.note(
          file,
          "the row is left, since nobody knows which nodes it tells of",
          online.size() + " numbers, one for each node online",
          words.length + ": " + text.get());
      return Map.of();
    }
    Map<Integer, Integer> row = new HashMap<>();
    for (int i = 0; i < words.length; i++) {
      int to = online.get(i).id();
      OptionalLong distance = SysTree.whole(words[i]);
      boolean allowed =
          distance.isPresent()
              && distance.getAsLong() >= Distances.LOCAL
              && distance.getAsLong() <= Distances.UNREACHABLE;
      if (allowed) {
        row.put(to, (int) distance.getAsLong());
      } else {
        tree.note(
            file,
            "the distance to node " + to + " is unknown",
            "a number from " + Distances.LOCAL + " to " + Distances.UNREACHABLE,
            words[i]);
      }
    }
    return row;
  }

  private void compare(Distances distances) {
    for (NumaNode a : online) {
      int self = distances.between(a.id(), a.id()).orElse(Distances.LOCAL);
      if (self != Distances.LOCAL) {
        String what = "the distance of node " + a.id() + " to itself";
        tree.note(file(a.id()), what, "10", Integer.toString(self));
      }
      for (NumaNode b : online) {
        if (a.id() != b.id()) {
          compare(distances, a.id(), b.id());
        }
      }
    }
  }

  private void compare(Distances distances, int a, int b) {
    int there = distances.between(a, b).orElse(-1);
    int back = distances.between(b, a).orElse(-1);
    if (there == Distances.LOCAL) {
      tree.note(file(a), "node " + b + " seems as near as node " + a + " itself", "above 10", "10");
    }
    if (a < b && there >= 0 && back >= 0 && there != back) {
      tree.note(
          file(a),
          "the ways between nodes " + a + " and " + b + " differ, both are kept",
          back + " as on the way back",
          Integer.toString(there));
    }
  }
}
