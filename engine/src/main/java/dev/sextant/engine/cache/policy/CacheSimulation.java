package dev.sextant.engine.cache.policy;

import java.util.Arrays;

/**
 * A cache that holds keys only: what a policy's hit ratio would be on a stream of requests. One
 * thread at a time.
 */
public final class CacheSimulation {
  private static final int MAX_EXPECTED = 1 << 20;
  private static final int FIRST_KEYS = 64;

  private final Policy policy;
  private final KeyMap entries;
  private long[] keys = new long[FIRST_KEYS];
  private int[] free = new int[FIRST_KEYS];
  private int freeCount;
  private int used;
  private long hits;
  private long requests;

  /**
   * An empty cache.
   *
   * @param capacity the most weight, at least 1; the number of keys where each weighs 1
   */
  public CacheSimulation(PolicyKind kind, long capacity) {
    this(kind, capacity, (int) Math.min(MAX_EXPECTED, capacity));
  }

  /** As above, for keys of which about {@code expectedEntries} fit. */
  public CacheSimulation(PolicyKind kind, long capacity, int expectedEntries) {
    this.policy = kind.create(capacity, expectedEntries, this::evicted);
    this.entries = new KeyMap(Math.min(FIRST_KEYS, expectedEntries));
  }

  /** Asks for a key of weight 1 and cost 1; a missed key is taken in. True for a hit. */
  public boolean request(long key) {
    return request(mix(key), spread(key), 1, 1);
  }

  /** As {@link #request(long)} for a key that is a text, told apart by a hash of 64 bits. */
  public boolean request(String key) {
    long hash = key.length();
    for (int i = 0; i < key.length(); i++) {
      hash = mix(hash * 31 + key.charAt(i));
    }
    return request(mix(~hash), hash, 1, 1);
  }

  /**
   * Asks for a key of any weight and cost.
   *
   * @param key tells keys apart; its low bits must differ well, as a hash's do
   * @param hash what the policy's sketch and ghosts know it by
   */
  boolean request(long key, long hash, int weight, int cost) {
    requests++;
    int entry = entries.get(key);
    if (entry != KeyMap.ABSENT) {
      hits++;
      policy.hit(entry);
      return true;
    }
    entry = freeCount > 0 ? free[--freeCount] : newEntry();
    keys[entry] = key;
    entries.put(key, entry);
    policy.add(entry, hash, weight, cost);
    return false;
  }

  private int newEntry() {
    if (used == keys.length) {
      keys = Arrays.copyOf(keys, Math.multiplyExact(used, 2));
      free = Arrays.copyOf(free, keys.length);
    }
    return used++;
  }

  private void evicted(int entry) {
    entries.remove(keys[entry]);
    free[freeCount++] = entry;
  }

  /** Forgets a key, as if it had been removed from the cache. */
  void forget(long key) {
    int entry = entries.get(key);
    if (entry != KeyMap.ABSENT) {
      policy.remove(entry);
      evicted(entry);
    }
  }

  /** Sets the capacity and evicts what is too much. */
  void resize(long capacity) {
    policy.resize(capacity);
  }

  /** Requests so far. */
  public long requests() {
    return requests;
  }

  /** Requests so far that found their key. */
  public long hits() {
    return hits;
  }

  /** Hits by requests, 0 before the first. */
  public double hitRatio() {
    return requests == 0 ? 0 : (double) hits / requests;
  }

  /** The weight of all keys held. */
  public long weight() {
    return policy.weight();
  }

  /** Bytes of heap that it takes. */
  long bytes() {
    return policy.bookkeepingBytes()
        + entries.bytes()
        + (long) keys.length * (Long.BYTES + Integer.BYTES);
  }

  /** Two 32-bit hashes of a key, by the rounds of Wellons' triple32. */
  static long spread(long key) {
    int low = Long.hashCode(key);
    low = (low ^ (low >>> 17)) * 0xED5AD4BB;
    low = (low ^ (low >>> 11)) * 0xAC4C1B51;
    low ^= low >>> 15;
    int high = low * 0x31848BAB;
    high ^= high >>> 14;
    return (low & 0xFFFFFFFFL) | ((long) high << 32);
  }

  /** Spreads a key over all 64 bits, one to one: the finaliser of Stafford's variant 13. */
  public static long mix(long key) {
    long z = (key ^ (key >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
