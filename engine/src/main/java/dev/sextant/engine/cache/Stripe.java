package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.Policy;
import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.EntryFilter;
import dev.sextant.storage.cache.ModelCounters;
import dev.sextant.storage.cache.Slab;
import dev.sextant.storage.cache.SlabMemory;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.cache.StoredVector;
import dev.sextant.storage.cache.VectorReader;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * The policy decides before the slab stores: an entry gets its number and is shown to the policy,
 * which may evict others or the entry itself, and only then is its vector stored. The policy's
 * capacity leaves out the buckets and one page of each kind, which may be partly used; so the
 * memory suffices as long as the mixture of sizes stays what it was. Where it does not, or where
 * the database's budget has no more, the capacity is lowered to what there is, for a while.
 *
 * The policy is told of hits a few dozen at once, in their order and before anything else is asked
 * of it: then its memory is waited for once and not at each hit.
 *
 * A hit reads the clock only where the entry expires. The time of the last use is that of the last
 * look at the clock, at most 64 requests old. A vector that is read where it lies was checked, or
 * stored, in the ten seconds of its last use; so it is checked again when those are over.
 */
/** One part of a {@link PrivateStore}: all of it under one lock. */
final class Stripe {
  private static final int REQUESTS_PER_LOOK = 64;
  private static final long CHECKED_FOR = 10_000;
  private static final int PUTS_PER_TRY = 1024;
  private static final int TYPICAL_DIMENSIONS = 384;
  private static final int HITS_AT_ONCE = 64;

  private final Slab slab;
  private final Policy policy;
  private final InstantSource clock;
  private final long capacity;
  private final ModelCounters counters = new ModelCounters();
  private long limit;
  private long pinnedBytes;
  private long nowMillis;
  private int requests;
  private int puts;
  private int adding = Slab.NONE;
  private final int[] hits = new int[HITS_AT_ONCE];
  private int hitCount;
  private boolean closed;

  /** An empty stripe with {@code shareBytes} of the memory. */
  Stripe(SlabMemory memory, long shareBytes, PolicyKind kind, InstantSource clock) {
    this.slab = new Slab(memory, shareBytes);
    this.clock = clock;
    this.nowMillis = clock.millis();
    this.capacity = shareBytes - slab.overheadBytes();
    this.limit = capacity;
    int expected = (int) Math.max(1, capacity / Slab.bytesOf(TYPICAL_DIMENSIONS));
    this.policy = kind.create(capacity, expected, this::evicted);
  }

  private void evicted(int entry) {
    int record = slab.record(entry);
    if (entry == adding) {
      adding = Slab.NONE;
    } else {
      ModelCounters.Counts counts = counters.of(slab.model(record));
      counts.evictions++;
      uncount(record, counts);
    }
    slab.remove(entry);
  }

  private void uncount(int record, ModelCounters.Counts counts) {
    counts.entries--;
    counts.bytes -= Slab.bytesOf(slab.dimensions(record));
  }

  private void tellPolicy() {
    for (int i = 0; i < hitCount; i++) {
      policy.hit(hits[i]);
    }
    hitCount = 0;
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException(
          Kind.CLOSED, "The embedding cache is closed with its database. Open the database again.");
    }
  }

  /** The record of a key if it is there and not expired, else {@link Slab#NONE} and a miss. */
  private int find(int model, CacheKey key) {
    requireOpen();
    if (++requests % REQUESTS_PER_LOOK == 0) {
      nowMillis = clock.millis();
    }
    int record = slab.find(key);
    if (record != Slab.NONE && slab.expiresMillis(record) != CacheValue.NEVER) {
      nowMillis = clock.millis();
      if (slab.expiresMillis(record) <= nowMillis) {
        counters.of(slab.model(record)).expirations++;
        remove(record);
        record = Slab.NONE;
      }
    }
    if (record == Slab.NONE) {
      counters.of(model).misses++;
    }
    return record;
  }

  synchronized boolean read(int model, CacheKey key, float[] target) {
    int record = find(model, key);
    return record != Slab.NONE && load(record, target);
  }

  synchronized boolean view(int model, CacheKey key, VectorReader reader) {
    int record = find(model, key);
    if (record == Slab.NONE) {
      return false;
    }
    boolean checked = slab.lastUsedMillis(record) / CHECKED_FOR == nowMillis / CHECKED_FOR;
    if (!checked && !slab.intact(record)) {
      damaged(record);
      return false;
    }
    slab.view(record, reader);
    hit(record);
    return true;
  }

  private boolean load(int record, float[] target) {
    if (!slab.read(record, target)) {
      damaged(record);
      return false;
    }
    hit(record);
    return true;
  }

  private void damaged(int record) {
    ModelCounters.Counts counts = counters.of(slab.model(record));
    counts.checksumFailures++;
    counts.misses++;
    remove(record);
  }

  private void hit(int record) {
    ModelCounters.Counts counts = counters.of(slab.model(record));
    if (!slab.pinned(record)) {
      hits[hitCount++] = slab.entry(record);
      if (hitCount == hits.length) {
        tellPolicy();
      }
    }
    slab.touch(record, nowMillis);
    counts.hits++;
    counts.savedMicros += slab.costMicros(record);
  }

  synchronized Optional<StoredVector> get(int model, CacheKey key) {
    int record = find(model, key);
    if (record == Slab.NONE) {
      return Optional.empty();
    }
    float[] vector = new float[slab.dimensions(record)];
    CacheValue value = slab.value(record);
    return load(record, vector)
        ? Optional.of(new StoredVector(key, vector, value))
        : Optional.empty();
  }

  synchronized Optional<StoredVector> peek(CacheKey key) {
    requireOpen();
    int record = slab.find(key);
    if (record == Slab.NONE) {
      return Optional.empty();
    }
    float[] vector = new float[slab.dimensions(record)];
    return slab.read(record, vector)
        ? Optional.of(new StoredVector(key, vector, slab.value(record)))
        : Optional.empty();
  }

  synchronized boolean put(CacheKey key, float[] vector, CacheValue value) {
    requireOpen();
    if (slab.find(key) != Slab.NONE) {
      return true;
    }
    tellPolicy();
    nowMillis = clock.millis();
    if (limit < capacity && ++puts % PUTS_PER_TRY == 0) {
      setLimit(capacity);
    }
    int entry = slab.newEntry();
    while (entry == Slab.NONE && policy.count() > 0) {
      policy.evict();
      entry = slab.newEntry();
    }
    ModelCounters.Counts counts = counters.of(value.model());
    if (entry == Slab.NONE || !admit(entry, key, vector, value)) {
      counts.rejections++;
      return false;
    }
    counts.entries++;
    counts.bytes += Slab.bytesOf(vector.length);
    return true;
  }

  private boolean admit(int entry, CacheKey key, float[] vector, CacheValue value) {
    int weight = Slab.bytesOf(vector.length);
    adding = entry;
    policy.add(entry, key.hash(), weight, value.costMicros());
    while (adding != Slab.NONE && !slab.store(entry, key, vector, value)) {
      setLimit(pinnedBytes + policy.weight() - weight);
    }
    boolean admitted = adding != Slab.NONE;
    adding = Slab.NONE;
    return admitted;
  }

  private void setLimit(long bytes) {
    limit = bytes;
    policy.resize(Math.max(1, limit - pinnedBytes));
  }

  private void remove(int record) {
    tellPolicy();
    uncount(record, counters.of(slab.model(record)));
    int entry = slab.entry(record);
    if (slab.pinned(record)) {
      pinnedBytes -= Slab.bytesOf(slab.dimensions(record));
      setLimit(limit);
    } else {
      policy.remove(entry);
    }
    slab.remove(entry);
  }

  synchronized boolean pin(CacheKey key, boolean pinned) {
    requireOpen();
    int record = slab.find(key);
    if (record == Slab.NONE || slab.pinned(record) == pinned) {
      return record != Slab.NONE;
    }
    tellPolicy();
    int weight = Slab.bytesOf(slab.dimensions(record));
    int entry = slab.entry(record);
    if (pinned) {
      requireRoomForPins(weight);
      policy.remove(entry);
      slab.pin(record);
      pinnedBytes += weight;
      setLimit(limit);
    } else {
      slab.unpin(record);
      pinnedBytes -= weight;
      setLimit(limit);
      policy.add(entry, key.hash(), weight, slab.costMicros(record));
    }
    return slab.find(key) != Slab.NONE;
  }

  private void requireRoomForPins(int weight) {
    if (pinnedBytes + weight > capacity / 2) {
      throw new SextantException(
          ErrorCode.OUT_OF_RESOURCES,
          "Pinned entries may take at most half of the embedding cache's part, "
              + capacity / 2
              + " bytes, but would take "
              + (pinnedBytes + weight)
              + ". Unpin others or raise cache.hot_bytes.");
    }
  }

  synchronized long evict(long bytes) {
    requireOpen();
    tellPolicy();
    long before = policy.weight();
    while (before - policy.weight() < bytes && policy.count() > 0) {
      policy.evict();
    }
    return before - policy.weight();
  }

  synchronized long invalidate(EntryFilter filter) {
    requireOpen();
    long removed = 0;
    for (int record : slab.records()) {
      if (filter.matches(slab.model(record), slab.value(record).createdMillis())) {
        remove(record);
        removed++;
      }
    }
    return removed;
  }

  synchronized List<StoredEntry> list() {
    requireOpen();
    List<StoredEntry> all = new ArrayList<>();
    for (int record : slab.records()) {
      all.add(
          new StoredEntry(
              slab.key(record),
              slab.dimensions(record),
              Slab.bytesOf(slab.dimensions(record)),
              slab.value(record),
              slab.lastUsedMillis(record),
              slab.pinned(record)));
    }
    return all;
  }

  synchronized void count(ModelCounters sum) {
    counters.addTo(sum);
  }

  synchronized long bookkeepingBytes() {
    return policy.bookkeepingBytes();
  }

  /** The slab, for tests that damage it. */
  Slab slab() {
    return slab;
  }

  /** Refuses all later calls; when it returns no other call is under way. */
  synchronized void close() {
    closed = true;
  }
}
