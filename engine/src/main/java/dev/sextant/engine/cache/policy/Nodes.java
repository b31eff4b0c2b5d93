package dev.sextant.engine.cache.policy;

import java.util.Arrays;

/*
 * One record of eight ints for each entry, two records to a cache line:
 *
 *   0        1        2        3            4      5      6      7
 *   previous next     weight   queue|count  hash.. ..hash cost   heap place|stamp
 *
 * A policy that keeps its entries in a heap and not in queues has a priority, a double, where the
 * others have previous and next. Records lie in pages, so that growing copies nothing.
 */
/** What a policy knows of each entry, by the entry's number. */
final class Nodes {
  /** Bytes of an entry's record. */
  static final int NODE_BYTES = 32;

  /** No entry: the end of a queue. */
  static final int NONE = -1;

  private static final int PAGE_SHIFT = 10;
  private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;
  private static final int STRIDE_SHIFT = 3;
  private static final int QUEUE_SHIFT = 24;
  private static final int COUNT_MASK = (1 << QUEUE_SHIFT) - 1;

  private int[][] pages = {};

  /** Writes the record of a new entry; it is in no queue. */
  void init(int entry, long hash, int weight, int cost) {
    while (entry >>> PAGE_SHIFT >= pages.length) {
      pages = Arrays.copyOf(pages, pages.length + 1);
      pages[pages.length - 1] = new int[1 << (PAGE_SHIFT + STRIDE_SHIFT)];
    }
    int[] page = page(entry);
    int at = at(entry);
    page[at] = NONE;
    page[at + 1] = NONE;
    page[at + 2] = weight;
    page[at + 3] = 0;
    page[at + 4] = (int) hash;
    page[at + 5] = (int) (hash >>> 32);
    page[at + 6] = cost;
    page[at + 7] = NONE;
  }

  private int[] page(int entry) {
    return pages[entry >>> PAGE_SHIFT];
  }

  private static int at(int entry) {
    return (entry & PAGE_MASK) << STRIDE_SHIFT;
  }

  int previous(int entry) {
    return page(entry)[at(entry)];
  }

  void setPrevious(int entry, int previous) {
    page(entry)[at(entry)] = previous;
  }

  int next(int entry) {
    return page(entry)[at(entry) + 1];
  }

  void setNext(int entry, int next) {
    page(entry)[at(entry) + 1] = next;
  }

  int weight(int entry) {
    return page(entry)[at(entry) + 2];
  }

  /** The queue the entry is in, as its policy numbers them. */
  int queue(int entry) {
    return page(entry)[at(entry) + 3] >>> QUEUE_SHIFT;
  }

  void setQueue(int entry, int queue) {
    int[] page = page(entry);
    int at = at(entry) + 3;
    page[at] = (queue << QUEUE_SHIFT) | (page[at] & COUNT_MASK);
  }

  /** The most that {@link #count} holds. */
  static int maxCount() {
    return COUNT_MASK;
  }

  /** A count that the policy bounds. */
  int count(int entry) {
    return page(entry)[at(entry) + 3] & COUNT_MASK;
  }

  void setCount(int entry, int count) {
    int[] page = page(entry);
    int at = at(entry) + 3;
    page[at] = (page[at] & ~COUNT_MASK) | count;
  }

  long hash(int entry) {
    int[] page = page(entry);
    int at = at(entry) + 4;
    return (page[at] & 0xFFFFFFFFL) | ((long) page[at + 1] << 32);
  }

  int cost(int entry) {
    return page(entry)[at(entry) + 6];
  }

  int heapPlace(int entry) {
    return page(entry)[at(entry) + 7];
  }

  void setHeapPlace(int entry, int place) {
    page(entry)[at(entry) + 7] = place;
  }

  /** When the policy last moved the entry, by its own count of moves. */
  int stamp(int entry) {
    return heapPlace(entry);
  }

  void setStamp(int entry, int stamp) {
    setHeapPlace(entry, stamp);
  }

  double priority(int entry) {
    int[] page = page(entry);
    int at = at(entry);
    return Double.longBitsToDouble((page[at] & 0xFFFFFFFFL) | ((long) page[at + 1] << 32));
  }

  void setPriority(int entry, double priority) {
    long bits = Double.doubleToRawLongBits(priority);
    int[] page = page(entry);
    int at = at(entry);
    page[at] = (int) bits;
    page[at + 1] = (int) (bits >>> 32);
  }

  long bytes() {
    return ((long) pages.length * NODE_BYTES) << PAGE_SHIFT;
  }
}
