package dev.sextant.engine.cache.policy;

/**
 * What a cache keeps and what goes: the bookkeeping over entries that their owner numbers. One
 * thread at a time.
 *
 * <p>Entries are small numbers from 0, reused once an entry is gone. A weight is what an entry
 * takes of the capacity: its bytes in a cache of bytes, 1 in a simulation that counts entries.
 * {@link #hit} allocates nothing.
 */
public interface Policy {

  /** Hears which entries are to go. */
  @FunctionalInterface
  interface EvictionListener {
    /** The policy has forgotten the entry; its number is free. */
    void evicted(int entry);
  }

  /** Notes that a request found the entry. */
  void hit(int entry);

  /**
   * Takes in an entry that a request has missed, and evicts until all fit. The entry itself may be
   * among those evicted: then it was not admitted.
   *
   * @param entry a number that is not in use
   * @param hash the key's hash, well mixed in all bits
   * @param weight at least 1
   * @param cost what it would cost to have the entry again, in microseconds
   */
  void add(int entry, long hash, int weight, int cost);

  /** Forgets an entry that its owner removes; the listener does not hear of it. */
  void remove(int entry);

  /** Evicts the entry that is next to go. Nothing happens where there is none. */
  void evict();

  /** Sets the capacity and evicts what is too much. */
  void resize(long capacity);

  /** The weight of all entries; never above the capacity between calls. */
  long weight();

  /** How many entries there are. */
  int count();

  /** Bytes of heap that the bookkeeping takes. */
  long bookkeepingBytes();
}
