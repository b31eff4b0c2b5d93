package dev.sextant.engine.cache.policy;

import java.util.Arrays;

/*
 * Greedy-Dual-Size-Frequency [1]. An entry's priority is the clock when it was last asked for plus
 * its number of requests times its cost divided by its weight; the least priority goes, and the
 * clock is set to it. So an entry that is not asked for any more is overtaken in the end, however
 * dear it was. The entries lie in a heap with four children a place, the least at the top.
 *
 * [1] Cherkasova: Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy.
 *     HP Laboratories report HPL-98-69R1, 1998.
 */
/** Keeps what is asked for often, dear to have again and small. */
final class Gdsf implements Policy {
  private static final int CHILDREN_SHIFT = 2;
  private static final int MAX_COUNT = 1 << 20;

  private final EvictionListener listener;
  private final Nodes nodes = new Nodes();
  private int[] heap = new int[64];
  private int count;
  private long weight;
  private long capacity;
  private double clock;

  Gdsf(long capacity, EvictionListener listener) {
    this.capacity = capacity;
    this.listener = listener;
  }

  @Override
  public void hit(int entry) {
    nodes.setCount(entry, Math.min(MAX_COUNT, nodes.count(entry) + 1));
    prioritise(entry);
    sink(nodes.heapPlace(entry), entry);
  }

  private void prioritise(int entry) {
    double worth = (double) nodes.count(entry) * nodes.cost(entry) / nodes.weight(entry);
    nodes.setPriority(entry, clock + worth);
  }

  @Override
  public void add(int entry, long hash, int entryWeight, int cost) {
    if (entryWeight > capacity) {
      listener.evicted(entry);
      return;
    }
    while (weight + entryWeight > capacity) {
      evict();
    }
    nodes.init(entry, hash, entryWeight, Math.max(1, cost));
    nodes.setCount(entry, 1);
    prioritise(entry);
    if (count == heap.length) {
      heap = Arrays.copyOf(heap, Math.multiplyExact(count, 2));
    }
    weight += entryWeight;
    rise(count++, entry);
  }

  @Override
  public void remove(int entry) {
    int place = nodes.heapPlace(entry);
    weight -= nodes.weight(entry);
    int moved = heap[--count];
    if (moved != entry) {
      if (nodes.priority(moved) < nodes.priority(entry)) {
        rise(place, moved);
      } else {
        sink(place, moved);
      }
    }
  }

  /** Puts an entry at a place or above it. */
  private void rise(int from, int entry) {
    double priority = nodes.priority(entry);
    int place = from;
    while (place > 0) {
      int parent = (place - 1) >> CHILDREN_SHIFT;
      if (nodes.priority(heap[parent]) <= priority) {
        break;
      }
      put(place, heap[parent]);
      place = parent;
    }
    put(place, entry);
  }

  /** Puts an entry at a place or below it. */
  private void sink(int from, int entry) {
    double priority = nodes.priority(entry);
    int place = from;
    while (true) {
      int child = leastChild(place);
      if (child < 0 || nodes.priority(heap[child]) >= priority) {
        break;
      }
      put(place, heap[child]);
      place = child;
    }
    put(place, entry);
  }

  private int leastChild(int place) {
    int first = (place << CHILDREN_SHIFT) + 1;
    int end = Math.min(count, first + (1 << CHILDREN_SHIFT));
    int least = -1;
    double leastPriority = Double.POSITIVE_INFINITY;
    for (int child = first; child < end; child++) {
      double priority = nodes.priority(heap[child]);
      if (priority < leastPriority) {
        least = child;
        leastPriority = priority;
      }
    }
    return least;
  }

  private void put(int place, int entry) {
    heap[place] = entry;
    nodes.setHeapPlace(entry, place);
  }

  @Override
  public void evict() {
    if (count > 0) {
      int entry = heap[0];
      clock = nodes.priority(entry);
      remove(entry);
      listener.evicted(entry);
    }
  }

  @Override
  public void resize(long newCapacity) {
    capacity = newCapacity;
    while (weight > capacity) {
      evict();
    }
  }

  @Override
  public long weight() {
    return weight;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public long bookkeepingBytes() {
    return nodes.bytes() + (long) heap.length * Integer.BYTES;
  }
}
