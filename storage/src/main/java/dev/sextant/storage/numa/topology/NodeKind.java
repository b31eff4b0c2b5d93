package dev.sextant.storage.numa.topology;

/** What a node has. */
public enum NodeKind {
  /** CPUs and memory. */
  CPUS_AND_MEMORY("cpu+memory"),
  /** Memory and no CPU: a target of placement, never a place to run. */
  MEMORY_ONLY("memory-only"),
  /** CPUs and no memory: what they touch lies on other nodes. */
  CPUS_ONLY("cpu-only"),
  /** Neither. */
  EMPTY("empty"),
  /** No file tells its CPUs. */
  UNKNOWN("unknown");

  private final String label;

  NodeKind(String label) {
    this.label = label;
  }

  /** In SQL. */
  public String label() {
    return label;
  }
}
