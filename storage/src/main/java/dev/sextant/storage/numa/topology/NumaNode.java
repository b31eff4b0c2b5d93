package dev.sextant.storage.numa.topology;

import java.util.List;

/**
 * A node.
 *
 * @param id its number; numbers need not follow one another
 * @param online whether the kernel uses it
 * @param cpus its CPUs that are online
 * @param source which file told the CPUs
 * @param memory its memory
 * @param hugePages its reserves of large pages, by size
 * @param access what HMAT says of its memory
 */
public record NumaNode(
    int id,
    boolean online,
    IdSet cpus,
    CpuSource source,
    Memory memory,
    List<HugePages> hugePages,
    MemoryAccess access) {
  /** Where a node's CPUs are read from. */
  public enum CpuSource {
    /** The file cpulist. */
    CPULIST,
    /** The file cpumap; older kernels have no cpulist. */
    CPUMAP,
    /** The links cpu0, cpu1 and so on beside them. */
    LINKS,
    /** There are no nodes in sysfs, and this one stands for the machine. */
    FALLBACK,
    /** Nothing says it. */
    NONE
  }

  /** Bytes; {@code -1} for what is unknown. */
  public record Memory(long total, long free, long used) {
    /** Where nothing is said. */
    public static final Memory UNKNOWN = new Memory(-1, -1, -1);
  }

  /** Copies. */
  public NumaNode {
    hugePages = List.copyOf(hugePages);
  }

  /** Whether memory can be placed on it; so it is taken to be where its size is unknown. */
  public boolean hasMemory() {
    return memory.total() != 0;
  }

  /** What it has. */
  public NodeKind kind() {
    if (source == CpuSource.NONE) {
      return NodeKind.UNKNOWN;
    }
    if (cpus.isEmpty()) {
      return hasMemory() ? NodeKind.MEMORY_ONLY : NodeKind.EMPTY;
    }
    return hasMemory() ? NodeKind.CPUS_AND_MEMORY : NodeKind.CPUS_ONLY;
  }
}
