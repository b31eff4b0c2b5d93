package dev.sextant.engine.numa;

import dev.sextant.storage.numa.topology.IdSet;

/** Where a session's thread is to run. */
public sealed interface PinTarget {
  /** On the CPUs of a node. */
  record Node(int id) implements PinTarget {}

  /** On some CPUs. */
  record Cpus(IdSet ids) implements PinTarget {}

  /** As SQL writes it. */
  default String label() {
    return switch (this) {
      case Node(int id) -> "NODE " + id;
      case Cpus(IdSet ids) -> "CPUS '" + ids + "'";
    };
  }
}
