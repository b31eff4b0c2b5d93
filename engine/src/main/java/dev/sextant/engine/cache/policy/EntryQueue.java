package dev.sextant.engine.cache.policy;

/** A doubly linked queue of entries through their {@link Nodes}; an entry is in one at most. */
final class EntryQueue {
  private final Nodes nodes;
  private final int number;
  private int first = Nodes.NONE;
  private int last = Nodes.NONE;
  private long weight;
  private int count;

  /** An empty queue that its policy calls {@code number}. */
  EntryQueue(Nodes nodes, int number) {
    this.nodes = nodes;
    this.number = number;
  }

  /** Whether the entry is in this queue. */
  boolean holds(int entry) {
    return nodes.queue(entry) == number;
  }

  void addLast(int entry) {
    nodes.setQueue(entry, number);
    weight += nodes.weight(entry);
    count++;
    link(entry);
  }

  private void link(int entry) {
    nodes.setPrevious(entry, last);
    nodes.setNext(entry, Nodes.NONE);
    if (last == Nodes.NONE) {
      first = entry;
    } else {
      nodes.setNext(last, entry);
    }
    last = entry;
  }

  void remove(int entry) {
    weight -= nodes.weight(entry);
    count--;
    unlink(entry);
  }

  private void unlink(int entry) {
    int before = nodes.previous(entry);
    int after = nodes.next(entry);
    if (before == Nodes.NONE) {
      first = after;
    } else {
      nodes.setNext(before, after);
    }
    if (after == Nodes.NONE) {
      last = before;
    } else {
      nodes.setPrevious(after, before);
    }
  }

  /** Makes an entry of this queue its last. */
  void moveToLast(int entry) {
    if (entry != last) {
      unlink(entry);
      link(entry);
    }
  }

  /** The entry that is here longest, or {@link Nodes#NONE}. */
  int first() {
    return first;
  }

  /** The entry behind {@code entry}, or {@link Nodes#NONE}. */
  int after(int entry) {
    return nodes.next(entry);
  }

  long weight() {
    return weight;
  }

  int count() {
    return count;
  }
}
