package dev.sextant.storage.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Vectors that wait to be written, in the order they came. Safe for use by many threads. */
final class WriteQueue {

  /**
   * The first ones of the queue.
   *
   * @param last the number of the last of them
   */
  record Batch(List<StoredVector> vectors, long last) {}

  private final Map<CacheKey, StoredVector> byKey = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Long, StoredVector> queue = new ConcurrentSkipListMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private long lastNumber;

  /** Queues a vector, and says whether its key was not in the queue. */
  boolean put(StoredVector stored) {
    if (byKey.putIfAbsent(stored.key(), stored) != null) {
      return false;
    }
    bytes.addAndGet(bytes(stored));
    synchronized (this) {
      // In the order of their numbers: a reader that meets one has met those before it.
      queue.put(++lastNumber, stored);
    }
    return true;
  }

  private static long bytes(StoredVector stored) {
    return (long) stored.vector().length * Float.BYTES;
  }

  Optional<StoredVector> find(CacheKey key) {
    return Optional.ofNullable(byKey.get(key));
  }

  /** The number of the vector queued last. */
  synchronized long lastNumber() {
    return lastNumber;
  }

  /** The first vectors, so many at most; they stay until {@link #removeTo}. */
  Batch first(int most) {
    List<StoredVector> vectors = new ArrayList<>();
    long last = 0;
    for (Map.Entry<Long, StoredVector> next : queue.entrySet()) {
      if (vectors.size() == most) {
        break;
      }
      vectors.add(next.getValue());
      last = next.getKey();
    }
    return new Batch(vectors, last);
  }

  /** Removes all up to a number and returns how many. */
  int removeTo(long last) {
    ConcurrentNavigableMap<Long, StoredVector> done = queue.headMap(last, true);
    int removed = 0;
    for (var first = done.pollFirstEntry(); first != null; first = done.pollFirstEntry()) {
      byKey.remove(first.getValue().key(), first.getValue());
      bytes.addAndGet(-bytes(first.getValue()));
      removed++;
    }
    return removed;
  }

  /** Whether none up to a number is left. */
  boolean emptyTo(long last) {
    return queue.headMap(last, true).isEmpty();
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Bytes of the vectors that wait. */
  long bytes() {
    return bytes.get();
  }
}
