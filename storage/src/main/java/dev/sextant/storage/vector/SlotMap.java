package dev.sextant.storage.vector;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * From a rowid to its newest slot. One writer, any number of readers, no locks.
 *
 * <p>Open addressing with linear probing, at most half full. Entries are added and overwritten but
 * never removed. A value of zero is a free entry, otherwise it is the slot plus one. The writer
 * sets a key before its value, and the value with release, so a reader that sees the value sees the
 * key and the slot's own data. The table does not grow: the owner replaces it by {@link #grown()}.
 */
final class SlotMap {
  /** What one entry takes, in bytes. */
  static final int ENTRY_BYTES = Long.BYTES + Integer.BYTES;

  private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(int[].class);

  private final long[] keys;
  private final int[] values;
  private final int mask;
  private int size;

  /** An empty map with room for half of {@code capacity}, a power of two. */
  SlotMap(int capacity) {
    keys = new long[capacity];
    values = new int[capacity];
    mask = capacity - 1;
  }

  /** The slot of {@code key}, or -1. */
  int get(long key) {
    for (int i = home(key); ; i = (i + 1) & mask) {
      int value = (int) VALUES.getAcquire(values, i);
      if (value == 0) {
        return -1;
      }
      if (keys[i] == key) {
        return value - 1;
      }
    }
  }

  /** Sets the slot of {@code key}. The map must not be {@link #full()}. */
  void put(long key, int slot) {
    int i = home(key);
    while (values[i] != 0 && keys[i] != key) {
      i = (i + 1) & mask;
    }
    if (values[i] == 0) {
      size++;
      keys[i] = key;
    }
    VALUES.setRelease(values, i, slot + 1);
  }

  /** Whether a new key needs a larger map. */
  boolean full() {
    return size >= (mask + 1) / 2;
  }

  int capacity() {
    return mask + 1;
  }

  /** A map of twice the capacity with the same entries. */
  SlotMap grown() {
    SlotMap larger = new SlotMap(capacity() * 2);
    for (int i = 0; i < keys.length; i++) {
      if (values[i] != 0) {
        larger.put(keys[i], values[i] - 1);
      }
    }
    return larger;
  }

  private int home(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & mask;
  }
}
