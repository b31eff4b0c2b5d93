package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.WorkloadSample;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.DurableStore;
import dev.sextant.storage.cache.ModelCounters;
import dev.sextant.storage.cache.ModelNames;
import dev.sextant.storage.cache.Slab;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.cache.StoredVector;
import dev.sextant.storage.cache.VectorReader;
import dev.sextant.storage.cache.shared.SharedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tier in memory, the durable one behind it, and the sample of what is asked for. Safe for use
 * by many threads. Failures are {@link StorageException}.
 */
final class Tiers implements AutoCloseable {
  private static final int BUSY_TIMEOUT_MILLIS = 5000;
  private static final int TYPICAL_DIMENSIONS = 384;
  private static final String FILE = "cache.db";

  private final CacheMemory memory;
  private final InstantSource clock;
  private final Consumer<String> warnings;
  private final ModelNames models = new ModelNames();
  private final Optional<DurableStore> durable;

  /** Of stores that were replaced. Guarded by this. */
  private final ModelCounters retired = new ModelCounters();

  private volatile CacheOptions options;
  private volatile HotStore hot;
  private volatile @Nullable WorkloadSample sample;
  private volatile long flushedMillis;
  private boolean closed;

  Tiers(CacheOptions options, CacheMemory memory, InstantSource clock, Consumer<String> warnings) {
    this.options = options;
    this.memory = memory;
    this.clock = clock;
    this.warnings = warnings;
    this.hot = open(options);
    this.durable = openDurable(options, warnings);
    this.sample = newSample(options);
    try {
      warmUp();
    } catch (StorageException failure) {
      warnings.accept("The embedding cache starts empty: " + failure.getMessage());
    }
  }

  private HotStore open(CacheOptions wanted) {
    return switch (wanted.store()) {
      case PRIVATE -> openPrivate(wanted);
      case SHARED ->
          new SharedStore(
              SharedStore.Setup.of(
                  wanted, memory.budget(), clock, new SharedStore.Told(models, warnings)));
    };
  }

  private PrivateStore openPrivate(CacheOptions wanted) {
    return new PrivateStore(memory.open(wanted), wanted.policy(), clock);
  }

  /** The durable tier's file. */
  static Path file(Path folder) {
    return folder.resolve(FILE);
  }

  /** Whether there is something in a folder that a cache would find. */
  static boolean hasFile(Path folder) {
    return Files.exists(file(folder)) || Files.exists(folder.resolve(SharedFile.NAME));
  }

  private Optional<DurableStore> openDurable(CacheOptions wanted, Consumer<String> warnings) {
    if (wanted.folder().isEmpty() || wanted.durableBytes() == 0) {
      return Optional.empty();
    }
    Path folder = wanted.folder().get();
    try {
      Files.createDirectories(folder);
    } catch (IOException failure) {
      warnings.accept(
          "The embedding cache goes on in memory only: the folder \""
              + folder
              + "\" cannot be made: "
              + failure.getMessage());
      return Optional.empty();
    }
    return Optional.of(
        new DurableStore(
            new DurableStore.Options(file(folder), wanted.durableBytes(), BUSY_TIMEOUT_MILLIS),
            models,
            clock,
            warnings));
  }

  private static @Nullable WorkloadSample newSample(CacheOptions wanted) {
    if (wanted.sampleRate() == 0) {
      return null;
    }
    long entries = Math.max(1, wanted.hotBytes() / Slab.bytesOf(TYPICAL_DIMENSIONS));
    return new WorkloadSample(
        new WorkloadSample.Options(
            wanted.hotBytes(),
            (int) Math.min(Integer.MAX_VALUE, entries),
            wanted.sampleKeys(),
            wanted.sampleRate()));
  }

  private void warmUp() {
    long most = hot.budgetBytes() / 2;
    durable.ifPresent(
        store ->
            store.recent(
                options.warmUpEntries(),
                (stored, pinned) -> {
                  boolean room = pinned || hot.usedBytes() < most;
                  if (room && hot.put(stored.key(), stored.vector(), stored.value()) && pinned) {
                    hot.pin(stored.key(), true);
                  }
                }));
  }

  CacheOptions options() {
    return options;
  }

  ModelNames models() {
    return models;
  }

  Optional<DurableStore> durable() {
    return durable;
  }

  Optional<WorkloadSample> sample() {
    return Optional.ofNullable(sample);
  }

  /** Notes what a request came to. */
  void requested(CacheKey key, int dimensions, int costMicros) {
    WorkloadSample current = sample;
    if (current != null) {
      current.request(key.hash(), Slab.bytesOf(dimensions), costMicros);
    }
  }

  /** Does something with the tier in memory, again if the tier was replaced meanwhile. */
  @SuppressWarnings("ReferenceEquality") // the very store, not one like it
  <T> T onHot(Function<HotStore, T> work) {
    while (true) {
      HotStore store = hot;
      try {
        return work.apply(store);
      } catch (StorageException failure) {
        if (failure.kind() != Kind.CLOSED || store == hot) {
          throw failure;
        }
      }
    }
  }

  /** Copies a vector out of the tier in memory; allocates nothing. */
  @SuppressWarnings("ReferenceEquality") // the very store, not one like it
  boolean read(int model, CacheKey key, float[] target) {
    while (true) {
      HotStore store = hot;
      try {
        return store.read(model, key, target);
      } catch (StorageException failure) {
        if (failure.kind() != Kind.CLOSED || store == hot) {
          throw failure;
        }
      }
    }
  }

  /** Shows a vector where it lies in memory; allocates nothing. */
  @SuppressWarnings("ReferenceEquality") // the very store, not one like it
  boolean view(int model, CacheKey key, VectorReader reader) {
    while (true) {
      HotStore store = hot;
      try {
        return store.view(model, key, reader);
      } catch (StorageException failure) {
        if (failure.kind() != Kind.CLOSED || store == hot) {
          throw failure;
        }
      }
    }
  }

  /** Looks in memory only. */
  Optional<StoredVector> findHot(int model, CacheKey key) {
    return onHot(store -> store.get(model, key));
  }

  /** Looks in both tiers; uncounted and unknown to the policy. */
  Optional<StoredVector> peek(CacheKey key) {
    Optional<StoredVector> found = onHot(store -> store.peek(key));
    return found.isPresent() ? found : durable.flatMap(store -> store.peek(key));
  }

  /** Looks in the durable tier, and takes what is found into memory. */
  Optional<StoredVector> findDurable(int model, CacheKey key) {
    Optional<StoredVector> found = durable.flatMap(store -> store.get(model, key));
    found.ifPresent(stored -> onHot(store -> store.put(key, stored.vector(), stored.value())));
    return found;
  }

  /** Takes a new vector into both tiers; the array must not change any more. */
  void keep(StoredVector stored) {
    onHot(store -> store.put(stored.key(), stored.vector(), stored.value()));
    durable.ifPresent(store -> store.put(stored));
  }

  /** When a vector expires that is computed now. */
  long expiry(long nowMillis) {
    return options.timeToLive().map(life -> nowMillis + life.toMillis()).orElse(CacheValue.NEVER);
  }

  /** Adds what the tier in memory counted, also before it was replaced. */
  synchronized void countHot(ModelCounters sum) {
    retired.addTo(sum);
    hot.count(sum);
  }

  /** Replaces the tier in memory and the sample; what is cached is kept as far as it fits. */
  synchronized void reconfigure(CacheOptions wanted) {
    HotStore old = hot;
    if (closed) {
      throw new StorageException(
          Kind.CLOSED, "The embedding cache is closed with its database. Open the database again.");
    }
    SharedStore.requireAvailable(wanted);
    if (old instanceof SharedStore && wanted.store() == CacheOptions.Store.SHARED) {
      // One process opens the file once; what is in it stays there meanwhile.
      old = openPrivate(wanted);
      replace(old);
    }
    HotStore next = open(wanted);
    try {
      copy(old, next);
      if (next instanceof PrivateStore grown) {
        grown.requireGrown();
      }
      if (wanted.durableBytes() != options.durableBytes()) {
        durable.ifPresent(store -> store.resize(wanted.durableBytes()));
      }
    } catch (RuntimeException failure) {
      next.close();
      throw failure;
    }
    options = wanted;
    sample = newSample(wanted);
    replace(next);
  }

  private void replace(HotStore next) {
    HotStore old = hot;
    hot = next;
    ModelCounters counted = new ModelCounters();
    old.count(counted);
    counted.forgetEntries();
    counted.addTo(retired);
    old.close();
  }

  private static void copy(HotStore from, HotStore to) {
    List<StoredEntry> entries = new ArrayList<>();
    from.forEach(entries::add);
    entries.sort(Comparator.comparingLong(StoredEntry::lastUsedMillis));
    for (StoredEntry entry : entries) {
      from.peek(entry.key())
          .ifPresent(
              stored -> {
                if (to.put(stored.key(), stored.vector(), stored.value()) && entry.pinned()) {
                  to.pin(stored.key(), true);
                }
              });
    }
  }

  /** Writes all that waits, and when the vectors in memory were last used. */
  void flush() {
    durable.ifPresent(
        store -> {
          long since = flushedMillis / 1000 * 1000;
          flushedMillis = clock.millis();
          onHot(
              memory -> {
                memory.forEach(
                    entry -> {
                      if (entry.lastUsedMillis() >= since) {
                        store.used(entry.key(), entry.lastUsedMillis());
                      }
                    });
                return true;
              });
          store.flush();
        });
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      flush();
    } finally {
      hot.close();
      durable.ifPresent(DurableStore::close);
    }
  }
}
