package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.EntryFilter;
import dev.sextant.storage.cache.ModelCounters;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.cache.StoredVector;
import dev.sextant.storage.cache.VectorReader;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The tier in memory. Safe for use by many threads; after {@link #close} all calls throw a {@link
 * dev.sextant.storage.StorageException} of kind {@code CLOSED}.
 */
interface HotStore extends AutoCloseable {

  /** The name in the tables: {@code hot} or {@code shared}. */
  String tier();

  /**
   * Copies a vector out; allocates nothing where the store is in this process's memory.
   *
   * @param model the number of the model that is asked for, for the statistics
   * @param target as long as the model's vectors
   * @return false where there is none, or one that is expired or damaged
   */
  boolean read(int model, CacheKey key, float[] target);

  /**
   * As {@link #read} without a copy; a vector is checked when it is first read in a second.
   *
   * @param reader reads the vector where it lies
   */
  boolean view(int model, CacheKey key, VectorReader reader);

  /** As {@link #read} into a new array, with what was kept with the vector. */
  Optional<StoredVector> get(int model, CacheKey key);

  /** As {@link #get}, uncounted and unknown to the policy; expired ones too. */
  Optional<StoredVector> peek(CacheKey key);

  /**
   * Takes a vector in if the policy admits it; nothing happens where the key is there already.
   *
   * @return whether the key is there now
   */
  boolean put(CacheKey key, float[] vector, CacheValue value);

  /**
   * Keeps an entry whatever the policy says, or ends that.
   *
   * @return whether there is such an entry
   */
  boolean pin(CacheKey key, boolean pinned);

  /**
   * Evicts by the policy until so many bytes are free or nothing is left that may go.
   *
   * @return the bytes evicted
   */
  long evict(long bytes);

  /** Removes what the filter matches, pinned or not, and returns how many. */
  long invalidate(EntryFilter filter);

  /** Shows all entries, part by part as they were at one moment; model names are left empty. */
  void forEach(Consumer<StoredEntry> consumer);

  /** Adds what was counted to {@code sum}. */
  void count(ModelCounters sum);

  /** Where it is; empty for memory. */
  String file();

  /** The policy in force. */
  PolicyKind policy();

  /** Bytes of memory or file that entries and index take. */
  long usedBytes();

  /** The most bytes it may take. */
  long budgetBytes();

  /** Where its memory was placed; empty where that is nobody's wish. */
  default Optional<RegionReport> placed() {
    return Optional.empty();
  }

  /** Bytes of heap that the policy's bookkeeping takes. */
  long bookkeepingBytes();

  @Override
  void close();
}
