package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.WorkloadSample;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.DurableStore;
import dev.sextant.storage.cache.EntryFilter;
import dev.sextant.storage.cache.ModelCounters;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.cache.VectorReader;
import dev.sextant.storage.memory.MemoryBudget;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Vectors that were computed before: a tier in memory in front of a durable one. Models are put
 * behind it by {@link #over}. Safe for use by many threads.
 *
 * <p>A vector is found by the digest of all that it depends on, so equal texts share one, whoever
 * asks and wherever they stand. Errors are {@link SextantException}.
 */
public final class EmbeddingCache implements AutoCloseable {
  /** The tier in memory, as {@link #evict(String, long)} names it. */
  public static final String HOT = "hot";

  /** The tier in a file. */
  public static final String DURABLE = "durable";

  private final InstantSource clock;
  private final Tiers tiers;
  private final Map<Integer, LongAdder> joins = new ConcurrentHashMap<>();
  private final Map<Integer, LongAdder> computed = new ConcurrentHashMap<>();
  private final CachedModel.Shared shared;

  /**
   * Opens a cache, and takes the vectors used last from its file into memory.
   *
   * @param memory what the tier in memory draws on
   * @param clock for ages and costs
   * @param warnings gets sentences for people about the cache's file; may be called by any thread
   * @throws SextantException {@code 22023} for options out of their ranges, {@code 53000} where
   *     there is no memory for the index
   */
  public EmbeddingCache(
      CacheOptions options, MemoryBudget memory, InstantSource clock, Consumer<String> warnings) {
    this(options, CacheMemory.unplaced(memory), clock, warnings);
  }

  /** As above; the memory may be placed. */
  EmbeddingCache(
      CacheOptions options, CacheMemory memory, InstantSource clock, Consumer<String> warnings) {
    this.clock = clock;
    this.tiers = guarded(() -> new Tiers(options, memory, clock, warnings));
    this.shared = new CachedModel.Shared(new ConcurrentHashMap<>(), joins, computed, clock);
  }

  private static <T> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    }
  }

  /** The options in force. */
  public CacheOptions options() {
    return tiers.options();
  }

  /**
   * A model whose vectors come from this cache where it has them. It answers for both: its own
   * errors are the model's; closing it closes neither.
   */
  public EmbeddingModel over(EmbeddingModel model) {
    return over(model, EmbeddingSpace.of(model));
  }

  /**
   * As above in a space of its own: the model sees each text behind the space's prefix.
   *
   * @param space with the model's fingerprint and dimensions
   */
  public EmbeddingModel over(EmbeddingModel model, EmbeddingSpace space) {
    if (!space.fingerprint().equals(model.fingerprint())
        || space.dimensions() != model.dimensions()) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "The embedding space of \""
              + space.model()
              + "\" is not one of model \""
              + model.name()
              + "\": fingerprint or dimensions differ.");
    }
    return guarded(() -> new CachedModel(model, space, tiers, shared));
  }

  /** The key of a text in a space, as {@code cache_entries} shows it. */
  public CacheKey key(EmbeddingSpace space, String text) {
    return new KeyMaker(space).key(text);
  }

  /**
   * Copies a vector out of the tier in memory; allocates nothing on a hit.
   *
   * @param space the key's
   * @param target as long as the space's vectors
   * @return false where there is none
   */
  public boolean read(EmbeddingSpace space, CacheKey key, float[] target) {
    try {
      return tiers.read(tiers.models().number(space.model()), key, target);
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    }
  }

  /**
   * Shows a vector where it lies in the tier in memory; copies and allocates nothing on a hit. Its
   * checksum is verified when it is first read so in a second.
   *
   * @param space the key's
   * @return false where there is none; the reader is not called then
   */
  public boolean view(EmbeddingSpace space, CacheKey key, VectorReader reader) {
    try {
      return tiers.view(tiers.models().number(space.model()), key, reader);
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    }
  }

  /**
   * Keeps a text's vector whatever policy and age say, in both tiers, or ends that.
   *
   * @return whether the cache has it
   * @throws SextantException {@code 53000} where pinned vectors would take more than half of the
   *     cache
   */
  public boolean pin(EmbeddingSpace space, String text, boolean pinned) {
    CacheKey key = key(space, text);
    int model = tiers.models().number(space.model());
    return guarded(
        () -> {
          boolean inMemory = tiers.onHot(store -> store.pin(key, pinned));
          if (!inMemory && tiers.findDurable(model, key).isPresent()) {
            inMemory = tiers.onHot(store -> store.pin(key, pinned));
          }
          boolean inFile = tiers.durable().map(store -> store.pin(key, pinned)).orElse(false);
          return inMemory || inFile;
        });
  }

  /**
   * Evicts from the tier in memory by its policy until so many bytes are free.
   *
   * @return the bytes evicted
   */
  public long evict(long bytes) {
    if (bytes < 0) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER, "cache_evict expects bytes from 0 but got " + bytes + ".");
    }
    return guarded(() -> tiers.onHot(store -> store.evict(bytes)));
  }

  /**
   * As above from any tier; from the durable one goes what was used longest ago.
   *
   * @param tier {@link #HOT}, also where that one is shared, or {@link #DURABLE}
   */
  public long evict(String tier, long bytes) {
    boolean inMemory = tier.equals(HOT) || tier.equals(tiers.onHot(HotStore::tier));
    if (!inMemory && !tier.equals(DURABLE)) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "cache_evict expects the tier 'hot' or 'durable' but got \"" + tier + "\".");
    }
    if (inMemory || bytes < 0) {
      return evict(bytes);
    }
    return guarded(() -> tiers.durable().map(store -> store.evict(bytes)).orElse(0L));
  }

  /**
   * Removes vectors from all tiers, pinned or not.
   *
   * @param model of that model only
   * @param olderThan computed that long ago at least only
   * @return how many distinct ones at least
   */
  public long invalidate(Optional<String> model, Optional<Duration> olderThan) {
    int number = EntryFilter.ANY_MODEL;
    if (model.isPresent()) {
      OptionalInt known = tiers.models().find(model.get());
      if (known.isEmpty()) {
        return 0;
      }
      number = known.getAsInt();
    }
    long before = olderThan.map(age -> clock.millis() - age.toMillis() + 1).orElse(Long.MAX_VALUE);
    EntryFilter filter = new EntryFilter(number, before);
    return guarded(
        () -> {
          long inFile = tiers.durable().map(store -> store.invalidate(filter)).orElse(0L);
          long inMemory = tiers.onHot(store -> store.invalidate(filter));
          return Math.max(inFile, inMemory);
        });
  }

  /** What each tier did for each model. */
  public List<CacheStats> stats() {
    return guarded(
        () -> {
          List<CacheStats> rows = new ArrayList<>();
          ModelCounters inMemory = new ModelCounters();
          tiers.countHot(inMemory);
          Optional<ModelCounters> inFile = tiers.durable().map(EmbeddingCache::counted);
          String tier = tiers.onHot(HotStore::tier);
          for (int model = 0; model < tiers.models().size(); model++) {
            rows.add(
                row(model, tier, inMemory, new Calls(sum(computed, model), sum(joins, model))));
            if (inFile.isPresent()) {
              rows.add(row(model, DURABLE, inFile.get(), new Calls(0, 0)));
            }
          }
          return rows;
        });
  }

  private static ModelCounters counted(DurableStore store) {
    ModelCounters sum = new ModelCounters();
    store.count(sum);
    return sum;
  }

  /** What is counted for a model as a whole. */
  private record Calls(long computed, long joins) {}

  private static long sum(Map<Integer, LongAdder> counts, int model) {
    LongAdder count = counts.get(model);
    return count == null ? 0 : count.sum();
  }

  private CacheStats row(int model, String tier, ModelCounters counters, Calls calls) {
    ModelCounters.Counts counts = counters.of(model);
    return new CacheStats(
        tiers.models().name(model),
        tier,
        counts.entries,
        counts.bytes,
        counts.hits,
        counts.misses,
        counts.evictions,
        counts.rejections,
        counts.expirations,
        counts.savedMicros,
        calls.computed(),
        calls.joins(),
        counts.checksumFailures);
  }

  /** The tiers as wholes. */
  public List<CacheTier> tiers() {
    return guarded(
        () -> {
          List<CacheTier> rows = new ArrayList<>();
          rows.add(
              tiers.onHot(
                  store ->
                      new CacheTier(
                          store.tier(),
                          store.policy().sqlName(),
                          store.usedBytes(),
                          store.budgetBytes(),
                          store.bookkeepingBytes(),
                          store.file())));
          tiers
              .durable()
              .ifPresent(
                  store ->
                      rows.add(
                          new CacheTier(
                              "durable",
                              "lru",
                              store.usedBytes(),
                              store.budgetBytes(),
                              0,
                              store.file().toString())));
          return rows;
        });
  }

  /** Where the tier in memory was placed; empty where that is nobody's wish. */
  public Optional<RegionReport> placed() {
    return guarded(() -> tiers.onHot(HotStore::placed));
  }

  /** Shows all entries of all tiers; one that is in both is shown twice. */
  public void entries(Consumer<CacheEntry> consumer) {
    guarded(
        () -> {
          String tier = tiers.onHot(HotStore::tier);
          List<StoredEntry> inMemory = new ArrayList<>();
          tiers.onHot(
              store -> {
                inMemory.clear();
                store.forEach(inMemory::add);
                return true;
              });
          inMemory.forEach(entry -> consumer.accept(listed(tier, entry)));
          tiers
              .durable()
              .ifPresent(
                  store -> store.forEach(entry -> consumer.accept(listed("durable", entry))));
          return true;
        });
  }

  private CacheEntry listed(String tier, StoredEntry entry) {
    return new CacheEntry(
        entry.key().toString(),
        tiers.models().name(entry.value().model()),
        tier,
        entry.dimensions(),
        entry.bytes(),
        entry.value().tokens(),
        entry.value().truncated(),
        entry.value().createdMillis(),
        entry.lastUsedMillis(),
        entry.value().expiresMillis(),
        entry.value().costMicros(),
        entry.pinned());
  }

  /** What was asked for, sampled; empty where the options ask for no sample. */
  public Optional<WorkloadSample> sample() {
    return tiers.sample();
  }

  /**
   * Changes size, policy, store, time to live or sample of the tier in memory, or the size of the
   * durable tier; what is cached is kept as far as it fits. The sample starts anew.
   *
   * @throws SextantException {@code 22023} where the folder or the warm-up differ, or the durable
   *     tier would begin or end: those stay until the cache is opened again
   */
  public void reconfigure(CacheOptions wanted) {
    CacheOptions now = tiers.options();
    boolean durable = wanted.durableBytes() > 0;
    if (!wanted.folder().equals(now.folder())
        || wanted.warmUpEntries() != now.warmUpEntries()
        || durable != now.durableBytes() > 0) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "The embedding cache's folder, its warm-up and whether it has a durable tier cannot"
              + " change while it is open. Give cache.warm_up and cache.durable_bytes as properties"
              + " of the connection, or set them before the first EMBED.");
    }
    guarded(
        () -> {
          tiers.reconfigure(wanted);
          return true;
        });
  }

  /** Returns when all that was cached before is in the durable tier. */
  public void flush() {
    guarded(
        () -> {
          tiers.flush();
          return true;
        });
  }

  /** Flushes and frees all; later calls fail with {@code 08003}. Idempotent. */
  @Override
  public void close() {
    guarded(
        () -> {
          tiers.close();
          return true;
        });
  }
}
