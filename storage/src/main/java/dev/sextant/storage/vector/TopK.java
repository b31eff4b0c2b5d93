package dev.sextant.storage.vector;

import java.util.Arrays;

/** The nearest hits so far: a binary heap whose root is the hit to give up first. */
final class TopK {
  private static final int FIRST_ROOM = 1 << 10;

  private final int capacity;
  private long[] rowids;
  private double[] distances;
  private int size;

  /** Of {@code k} hits at most; takes memory for those that come. */
  TopK(int k) {
    capacity = k;
    rowids = new long[Math.min(k, FIRST_ROOM)];
    distances = new double[rowids.length];
  }

  /** How many hits fit. */
  int capacity() {
    return capacity;
  }

  /** The distance above which no row gets in. */
  double worst() {
    return size < capacity ? Double.POSITIVE_INFINITY : distances[0];
  }

  /** Adds a hit if it is among the nearest, a tie going to the lower rowid. */
  boolean offer(double distance, long rowid) {
    if (size < capacity) {
      makeRoom();
      int i = size++;
      while (i > 0 && after(distance, rowid, (i - 1) / 2)) {
        move((i - 1) / 2, i);
        i = (i - 1) / 2;
      }
      set(i, distance, rowid);
      return true;
    }
    if (after(distance, rowid, 0)) {
      return false;
    }
    sink(distance, rowid);
    return true;
  }

  private void makeRoom() {
    if (size == rowids.length) {
      int room = (int) Math.min(capacity, 2L * size);
      rowids = Arrays.copyOf(rowids, room);
      distances = Arrays.copyOf(distances, room);
    }
  }

  /** Empties the heap into hits, nearest first. */
  Hits drain(long scanned, boolean restricted) {
    long[] sortedRowids = new long[size];
    double[] sortedDistances = new double[size];
    while (size > 0) {
      int last = --size;
      sortedRowids[last] = rowids[0];
      sortedDistances[last] = distances[0];
      sink(distances[last], rowids[last]);
    }
    return new Hits(sortedRowids, sortedDistances, scanned, restricted);
  }

  /** Puts a hit in the root's place. */
  private void sink(double distance, long rowid) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child + 1 < size && after(distances[child + 1], rowids[child + 1], child)) {
        child++;
      }
      if (child >= size || !before(distance, rowid, child)) {
        break;
      }
      move(child, i);
      i = child;
    }
    set(i, distance, rowid);
  }

  private boolean after(double distance, long rowid, int i) {
    return distance > distances[i] || (distance == distances[i] && rowid > rowids[i]);
  }

  private boolean before(double distance, long rowid, int i) {
    return distance < distances[i] || (distance == distances[i] && rowid < rowids[i]);
  }

  private void move(int from, int to) {
    set(to, distances[from], rowids[from]);
  }

  private void set(int i, double distance, long rowid) {
    distances[i] = distance;
    rowids[i] = rowid;
  }
}
