package dev.sextant.engine.cache.policy;

import java.util.Arrays;

/**
 * A map from 64-bit hashes to numbers from 0. Open addressing with linear probing, at most two
 * thirds full; a removal moves its successors up, so that no marks of the removed remain.
 */
final class KeyMap {
  /** No value: the key is absent. */
  static final int ABSENT = -1;

  private static final int MIN_CAPACITY = 16;

  private long[] keys;
  private int[] values;
  private int mask;
  private int size;

  /** An empty map with room for {@code expected} keys; it grows when more come. */
  KeyMap(int expected) {
    allocate(capacityFor(expected));
  }

  private static int capacityFor(int expected) {
    long wanted = Math.max(MIN_CAPACITY, (long) expected * 3 / 2 + 1);
    return (int) Math.min(1 << 30, Long.highestOneBit(wanted - 1) << 1);
  }

  private void allocate(int capacity) {
    keys = new long[capacity];
    values = new int[capacity];
    Arrays.fill(values, ABSENT);
    mask = capacity - 1;
  }

  /** The value of {@code key}, or {@link #ABSENT}. */
  int get(long key) {
    int i = home(key);
    while (values[i] != ABSENT) {
      if (keys[i] == key) {
        return values[i];
      }
      i = (i + 1) & mask;
    }
    return ABSENT;
  }

  /** Sets the value of {@code key}, at least 0, and returns the one before or {@link #ABSENT}. */
  int put(long key, int value) {
    if (3L * (size + 1) > 2L * (mask + 1)) {
      grow();
    }
    int i = home(key);
    while (values[i] != ABSENT) {
      if (keys[i] == key) {
        int before = values[i];
        values[i] = value;
        return before;
      }
      i = (i + 1) & mask;
    }
    keys[i] = key;
    values[i] = value;
    size++;
    return ABSENT;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    allocate(Math.multiplyExact(mask + 1, 2));
    size = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != ABSENT) {
        put(oldKeys[i], oldValues[i]);
      }
    }
  }

  /** Removes {@code key} and returns its value, or {@link #ABSENT}. */
  int remove(long key) {
    int i = home(key);
    while (values[i] != ABSENT && keys[i] != key) {
      i = (i + 1) & mask;
    }
    int removed = values[i];
    if (removed == ABSENT) {
      return ABSENT;
    }
    size--;
    int free = i;
    for (int j = (i + 1) & mask; values[j] != ABSENT; j = (j + 1) & mask) {
      // An entry may move up to the free place unless its home lies behind that place.
      if (((j - home(keys[j])) & mask) >= ((j - free) & mask)) {
        keys[free] = keys[j];
        values[free] = values[j];
        free = j;
      }
    }
    values[free] = ABSENT;
    return removed;
  }

  int size() {
    return size;
  }

  long bytes() {
    return (long) keys.length * (Long.BYTES + Integer.BYTES);
  }

  private int home(long key) {
    return (int) (key ^ (key >>> 32)) & mask;
  }
}
