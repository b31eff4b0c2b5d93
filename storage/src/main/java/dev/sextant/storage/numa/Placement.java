package dev.sextant.storage.numa;

import dev.sextant.storage.numa.topology.IdSet;

/** Where memory is to lie. */
public sealed interface Placement {
  /** On the node of the thread that allocates it. */
  record Local() implements Placement {}

  /** On one node and no other. */
  record Bind(int node) implements Placement {}

  /** On one node, on others where it is full. */
  record Preferred(int node) implements Placement {}

  /** Page by page on some nodes in turn. */
  record Interleave(IdSet nodes) implements Placement {}

  /** The nodes that it names. */
  default IdSet nodes() {
    return switch (this) {
      case Local _ -> IdSet.EMPTY;
      case Bind(int node) -> IdSet.of(node);
      case Preferred(int node) -> IdSet.of(node);
      case Interleave(IdSet nodes) -> nodes;
    };
  }

  /** As SQL writes it. */
  default String label() {
    return switch (this) {
      case Local _ -> "LOCAL";
      case Bind(int node) -> "BIND(" + node + ")";
      case Preferred(int node) -> "PREFERRED(" + node + ")";
      case Interleave(IdSet nodes) -> "INTERLEAVE(" + nodes + ")";
    };
  }
}
