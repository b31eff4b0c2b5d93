package dev.sextant.storage.numa;

import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * For each node, the others in the order in which its idle workers look for work: by distance, in
 * bands of the same distance, those of unknown distance last. Nodes without CPUs have no workers
 * and are in no order.
 */
public final class StealOrders {
  private final Map<Integer, List<IdSet>> bands = new HashMap<>();

  /** The orders of a machine. */
  public StealOrders(Topology topology) {
    List<Integer> workers = topology.withCpus().toList();
    for (int from : workers) {
      TreeMap<Integer, List<Integer>> byDistance = new TreeMap<>();
      for (int to : workers) {
        if (to != from) {
          int distance = topology.distances().between(from, to).orElse(Integer.MAX_VALUE);
          byDistance.computeIfAbsent(distance, key -> new ArrayList<>()).add(to);
        }
      }
      bands.put(from, byDistance.values().stream().map(IdSet::of).toList());
    }
  }

  /** The nodes of each distance, the nearest first; none for a node without CPUs. */
  public List<IdSet> bands(int from) {
    return bands.getOrDefault(from, List.of());
  }

  /**
   * All of them one by one. Each band begins with the node that follows the thief's, so that not
   * everybody begins with the lowest number.
   */
  public List<Integer> order(int from) {
    List<Integer> order = new ArrayList<>();
    for (IdSet band : bands(from)) {
      band.stream().filter(id -> id > from).forEach(order::add);
      band.stream().filter(id -> id < from).forEach(order::add);
    }
    return order;
  }
}
