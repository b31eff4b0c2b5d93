package dev.sextant.storage.numa.kernel;

import dev.sextant.storage.numa.topology.IdSet;

/**
 * A memory policy as the kernel knows it; see set_mempolicy(2).
 *
 * @param mode number of the mode, with its flags
 * @param nodes what it is about
 */
public record MemoryPolicy(int mode, IdSet nodes) {
  /** The thread's policy, or the system's. */
  public static final int DEFAULT = 0;

  /** One node first, others where it is full. */
  public static final int PREFERRED = 1;

  /** No other nodes; where they are full, the kernel kills the process. */
  public static final int BIND = 2;

  /** One page on each node in turn. */
  public static final int INTERLEAVE = 3;

  /** The node of the CPU that touches a page first. */
  public static final int LOCAL = 4;

  /** Some nodes first; since Linux 5.15. */
  public static final int PREFERRED_MANY = 5;

  /** Pages on each node in turn by the nodes' weights; since Linux 6.9. */
  public static final int WEIGHTED_INTERLEAVE = 6;

  /** Nodes keep their meaning when the process's cpuset changes. */
  public static final int STATIC_NODES = 0x8000;

  /** The default policy. */
  public static final MemoryPolicy NONE = new MemoryPolicy(DEFAULT, IdSet.EMPTY);

  /** A policy about some nodes, whose meaning does not change. */
  public static MemoryPolicy of(int mode, IdSet nodes) {
    return new MemoryPolicy(mode | STATIC_NODES, nodes);
  }

  /** The mode without its flags. */
  public int plainMode() {
    return mode & ~STATIC_NODES;
  }
}
