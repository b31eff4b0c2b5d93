package dev.sextant.storage.numa.topology;

import java.util.List;

/**
 * What of the machine this process may use.
 *
 * @param cpus its threads may run on
 * @param nodes its memory may lie on
 * @param cpuQuota CPUs' worth of time that its control groups allow, {@code -1} for no limit
 * @param memoryBytes that they allow, {@code -1} for no limit
 * @param found where each limit was read
 */
public record Limits(
    IdSet cpus, IdSet nodes, double cpuQuota, long memoryBytes, List<Limit> found) {
  /** One limit, as written in a file. */
  public record Limit(String name, String value, String source) {}

  /** Copies. */
  public Limits {
    found = List.copyOf(found);
  }
}
