package dev.sextant.engine.cache.policy;

import java.util.Arrays;

/*
 * Each key has a place in time, that of its last request, and its weight stands at that place in a
 * Fenwick tree. The weights behind a key's place are those of the keys asked for since. When the
 * places run out the keys move together, in their order.
 */
/** For each request, how much other weight was asked for since the key's last one. */
final class StackDistances {
  /** The distance of a key that was not asked for before. */
  static final long NEW = -1;

  private final int maxKeys;
  private final KeyMap slots;
  private final long[] keys;
  private final int[] weights;
  private final double[] requests;
  private final int[] places;
  private final int[] slotAt;
  private final long[] tree;
  private int nextPlace;
  private int count;
  private long weight;

  /** No keys; at most {@code maxKeys} may be held. */
  StackDistances(int maxKeys) {
    this.maxKeys = maxKeys;
    this.slots = new KeyMap(maxKeys);
    this.keys = new long[maxKeys];
    this.weights = new int[maxKeys];
    this.requests = new double[maxKeys];
    this.places = new int[maxKeys];
    this.slotAt = new int[4 * maxKeys];
    this.tree = new long[4 * maxKeys + 1];
  }

  /**
   * Notes a request.
   *
   * @return the weight of the keys asked for since this key's last request, its own included, so
   *     that an LRU cache of that capacity would have held it; or {@link #NEW}
   */
  long request(long key, int keyWeight) {
    if (nextPlace == slotAt.length) {
      moveTogether();
    }
    int slot = slots.get(key);
    if (slot == KeyMap.ABSENT) {
      slot = count++;
      keys[slot] = key;
      weights[slot] = keyWeight;
      requests[slot] = 1;
      slots.put(key, slot);
      weight += keyWeight;
      place(slot);
      return NEW;
    }
    requests[slot]++;
    long distance = weight - before(places[slot]);
    add(places[slot], -weights[slot]);
    slotAt[places[slot]] = KeyMap.ABSENT;
    place(slot);
    return distance;
  }

  private void place(int slot) {
    places[slot] = nextPlace;
    slotAt[nextPlace] = slot;
    add(nextPlace++, weights[slot]);
  }

  private void moveTogether() {
    int end = nextPlace;
    Arrays.fill(tree, 0);
    nextPlace = 0;
    for (int i = 0; i < end; i++) {
      int slot = slotAt[i];
      slotAt[i] = KeyMap.ABSENT;
      if (slot != KeyMap.ABSENT) {
        place(slot);
      }
    }
  }

  private void add(int place, int change) {
    for (int i = place + 1; i < tree.length; i += i & -i) {
      tree[i] += change;
    }
  }

  /** The weight at all places before {@code place}. */
  private long before(int place) {
    long sum = 0;
    for (int i = place; i > 0; i -= i & -i) {
      sum += tree[i];
    }
    return sum;
  }

  boolean full() {
    return count == maxKeys;
  }

  int count() {
    return count;
  }

  long key(int slot) {
    return keys[slot];
  }

  /** How often a key was asked for, scaled as {@link #scale} said; 0 for an unknown one. */
  double requests(long key) {
    int slot = slots.get(key);
    return slot == KeyMap.ABSENT ? 0 : requests[slot];
  }

  /** Multiplies the counts of all keys' requests. */
  void scale(double factor) {
    for (int i = 0; i < count; i++) {
      requests[i] *= factor;
    }
  }

  /** Forgets the key of a slot; the last slot's key moves there. */
  void forget(int slot) {
    add(places[slot], -weights[slot]);
    slotAt[places[slot]] = KeyMap.ABSENT;
    weight -= weights[slot];
    slots.remove(keys[slot]);
    int last = --count;
    if (slot != last) {
      keys[slot] = keys[last];
      weights[slot] = weights[last];
      requests[slot] = requests[last];
      places[slot] = places[last];
      slotAt[places[slot]] = slot;
      slots.put(keys[slot], slot);
    }
  }

  long bytes() {
    return slots.bytes()
        + (long) keys.length * (2 * Long.BYTES + 2 * Integer.BYTES)
        + (long) slotAt.length * (Integer.BYTES + Long.BYTES);
  }
}
