package dev.sextant.engine.cache.policy;

/**
 * The hashes of entries that left, first in first out, up to a weight. A hash that is taken out or
 * pushed again leaves its old place in the ring empty.
 */
final class GhostQueue {
  private static final int FIRST_PLACES = 64;

  private final KeyMap places = new KeyMap(FIRST_PLACES);
  private long[] hashes = new long[FIRST_PLACES];
  private int[] weights = new int[FIRST_PLACES];
  private int first;
  private int used;
  private long weight;
  private long capacity;

  GhostQueue(long capacity) {
    this.capacity = capacity;
  }

  /** Puts a hash last; the first ones go where the weight gets too much. */
  void push(long hash, int hashWeight) {
    take(hash);
    if (hashWeight > capacity) {
      return;
    }
    trim(capacity - hashWeight);
    if (used == hashes.length) {
      makeRoom();
    }
    int place = (first + used) & (hashes.length - 1);
    hashes[place] = hash;
    weights[place] = hashWeight;
    places.put(hash, place);
    used++;
    weight += hashWeight;
  }

  /** Takes a hash out, and says whether it was here. */
  boolean take(long hash) {
    int place = places.remove(hash);
    if (place == KeyMap.ABSENT) {
      return false;
    }
    weight -= weights[place];
    weights[place] = 0;
    return true;
  }

  void resize(long newCapacity) {
    capacity = newCapacity;
    trim(capacity);
  }

  private void trim(long most) {
    while (weight > most) {
      if (weights[first] > 0) {
        take(hashes[first]);
      }
      first = (first + 1) & (hashes.length - 1);
      used--;
    }
  }

  /** Closes the gaps, in a ring of twice the length where they are few. */
  private void makeRoom() {
    boolean grow = places.size() > hashes.length / 2;
    int length = grow ? Math.multiplyExact(hashes.length, 2) : hashes.length;
    long[] movedHashes = new long[length];
    int[] movedWeights = new int[length];
    int to = 0;
    for (int i = 0; i < used; i++) {
      int from = (first + i) & (hashes.length - 1);
      if (weights[from] > 0) {
        movedHashes[to] = hashes[from];
        movedWeights[to] = weights[from];
        places.put(hashes[from], to);
        to++;
      }
    }
    hashes = movedHashes;
    weights = movedWeights;
    first = 0;
    used = to;
  }

  long bytes() {
    return places.bytes() + (long) hashes.length * (Long.BYTES + Integer.BYTES);
  }
}
