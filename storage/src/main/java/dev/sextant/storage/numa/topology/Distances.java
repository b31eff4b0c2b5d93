package dev.sextant.storage.numa.topology;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Distances between nodes by their numbers, as the firmware tells them: 10 is local. */
public final class Distances {
  /** Within a node. */
  public static final int LOCAL = 10;

  /** No way. */
  public static final int UNREACHABLE = 255;

  private final Map<Integer, Map<Integer, Integer>> rows;

  /** Rows by node, of distances by node. */
  public Distances(Map<Integer, Map<Integer, Integer>> rows) {
    Map<Integer, Map<Integer, Integer>> copy = new HashMap<>();
    rows.forEach((from, row) -> copy.put(from, Map.copyOf(row)));
    this.rows = Map.copyOf(copy);
  }

  /** The distance; empty if the firmware does not say, or says what cannot be. */
  public OptionalInt between(int from, int to) {
    Integer distance = rows.getOrDefault(from, Map.of()).get(to);
    return distance == null ? OptionalInt.empty() : OptionalInt.of(distance);
  }
}
