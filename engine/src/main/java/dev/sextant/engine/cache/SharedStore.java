package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.EntryFilter;
import dev.sextant.storage.cache.ModelCounters;
import dev.sextant.storage.cache.ModelNames;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.cache.StoredVector;
import dev.sextant.storage.cache.VectorReader;
import dev.sextant.storage.cache.shared.SharedFile;
import dev.sextant.storage.cache.shared.SharedSupport;
import dev.sextant.storage.memory.MemoryBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * A call uses the file, or a private store that stands in for it, under the read lock of "using";
 * changing from one to the other takes the write lock, so that a file is closed when nobody is in
 * it. A call that finds the file broken leaves it, for all threads, and is done again on the
 * stand-in. While that serves, a put tries the file again now and then, without waiting: it opens
 * once all processes have left it, and takes over what the stand-in has.
 */
/**
 * Vectors in a file that several processes use at once and that is kept across restarts. Each
 * process has a policy of its own over what it has seen.
 */
final class SharedStore implements HotStore {
  private static final int OPEN_MILLIS = 10_000;
  private static final int LOCK_MILLIS = 2_000;
  private static final long RETRY_MILLIS = 5_000;

  /**
   * What a store needs.
   *
   * @param file where and how large
   * @param policy what it keeps
   * @param memory what a stand-in draws on
   * @param models names of models and their numbers
   * @param warnings gets sentences for people
   */
  record Setup(
      SharedFile.Options file,
      PolicyKind policy,
      MemoryBudget memory,
      InstantSource clock,
      ModelNames models,
      Consumer<String> warnings) {

    /** That of a cache with these options, in its folder. */
    static Setup of(CacheOptions options, MemoryBudget memory, InstantSource clock, Told told) {
      requireAvailable(options);
      return new Setup(
          new SharedFile.Options(
              options.folder().orElseThrow(), options.hotBytes(), OPEN_MILLIS, LOCK_MILLIS),
          options.policy(),
          memory,
          clock,
          told.models(),
          told.warnings());
    }
  }

  /** Whom a store tells what. */
  record Told(ModelNames models, Consumer<String> warnings) {}

  /** The file, open, and what this process knows of its segments. */
  private record Opened(SharedFile file, List<SharedView> views) {
    SharedView view(CacheKey key) {
      return views.get(file.segment(key));
    }
  }

  private final Setup setup;
  private final ReentrantReadWriteLock using = new ReentrantReadWriteLock();
  private final ModelCounters retired = new ModelCounters();
  private @Nullable Opened opened;
  private @Nullable PrivateStore standIn;
  private String lastProblem = "";
  private long nextTryMillis;
  private boolean closed;

  /**
   * Opens the file, or begins with a stand-in and a warning where that cannot be done now.
   *
   * @throws SextantException {@code 53000} where there is no memory for a stand-in
   */
  SharedStore(Setup setup) {
    this.setup = setup;
    tryOpen(setup.file().openMillis());
  }

  /**
   * Refuses options for a store that cannot be had.
   *
   * @throws SextantException {@code 0A000} where this JVM cannot have a shared store, naming the
   *     flags that are missing; {@code 22023} where there is no folder for it
   */
  static void requireAvailable(CacheOptions options) {
    if (options.store() != CacheOptions.Store.SHARED) {
      return;
    }
    Optional<String> obstacle = SharedSupport.obstacle();
    if (obstacle.isPresent()) {
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "Setting cache.store = shared " + obstacle.get() + ", or leave cache.store = private.");
    }
    if (options.folder().isEmpty()) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Setting cache.store = shared expects a database in a file that may be written, but this"
              + " one is in memory or open with mode=ro. Leave cache.store = private.");
    }
  }

  /** Opens the file in place of the stand-in, or the other way round. */
  private void tryOpen(int patienceMillis) {
    SharedFile.Options given = setup.file();
    try {
      Files.createDirectories(given.folder());
      SharedFile file =
          SharedFile.open(
              new SharedFile.Options(
                  given.folder(), given.budgetBytes(), patienceMillis, given.lockMillis()),
              setup.models(),
              setup.warnings());
      List<SharedView> views = new ArrayList<>();
      for (int segment = 0; segment < file.segments(); segment++) {
        views.add(new SharedView(file, segment, setup.policy(), setup.clock()));
      }
      opened = new Opened(file, views);
      lastProblem = "";
    } catch (IOException | StorageException failure) {
      standInFor(String.valueOf(failure.getMessage()));
    }
  }

  private void standInFor(String problem) {
    nextTryMillis = setup.clock().millis() + RETRY_MILLIS;
    if (standIn == null) {
      standIn = newStandIn(setup.file().budgetBytes());
    }
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      setup
          .warnings()
          .accept(
              "The shared embedding cache in \""
                  + setup.file().folder()
                  + "\" is left aside for a private one until it can be used again: "
                  + problem
                  + ".");
    }
  }

  private PrivateStore newStandIn(long bytes) {
    try {
      return new PrivateStore(bytes, setup.policy(), setup.memory(), setup.clock());
    } catch (StorageException failure) {
      if (failure.kind() != Kind.RESOURCES || bytes == PrivateStore.MIN_BUDGET_BYTES) {
        throw failure;
      }
      return newStandIn(PrivateStore.MIN_BUDGET_BYTES);
    }
  }

  private <T> T use(Function<Opened, T> inFile, Function<PrivateStore, T> alone) {
    while (true) {
      Opened current;
      StorageException problem;
      Lock lock = using.readLock();
      lock.lock();
      try {
        requireOpen();
        current = opened;
        if (current == null) {
          return alone.apply(requireStandIn());
        }
        return inFile.apply(current);
      } catch (StorageException failure) {
        current = opened;
        if (current == null || failure.kind() == Kind.CLOSED || failure.kind() == Kind.DIMENSIONS) {
          throw failure;
        }
        problem = failure;
      } finally {
        lock.unlock();
      }
      leave(current, problem);
    }
  }

  private <T> T onKey(
      CacheKey key, Function<SharedView, T> inFile, Function<PrivateStore, T> alone) {
    return use(
        current -> {
          SharedView view = current.view(key);
          synchronized (view) {
            return inFile.apply(view);
          }
        },
        alone);
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException(
          Kind.CLOSED, "The embedding cache is closed with its database. Open the database again.");
    }
  }

  private PrivateStore requireStandIn() {
    PrivateStore store = standIn;
    if (store == null) {
      throw new IllegalStateException("neither a file nor a stand-in");
    }
    return store;
  }

  /** Leaves the file for good, unless another thread has. */
  @SuppressWarnings("ReferenceEquality") // the very file, not one like it
  private void leave(Opened which, StorageException problem) {
    Lock lock = using.writeLock();
    lock.lock();
    try {
      if (opened == which && !closed) {
        closeFile(which);
        standInFor(String.valueOf(problem.getMessage()));
      }
    } finally {
      lock.unlock();
    }
  }

  private void closeFile(Opened which) {
    opened = null;
    which.views().forEach(view -> view.count(retired));
    try {
      which.file().close();
    } catch (StorageException failure) {
      setup.warnings().accept("The shared embedding cache: " + failure.getMessage() + ".");
    }
  }

  /** Tries the file again if it is time, and takes over what the stand-in has. */
  private void tryAgain() {
    Lock lock = using.writeLock();
    lock.lock();
    try {
      if (closed || opened != null || setup.clock().millis() < nextTryMillis) {
        return;
      }
      tryOpen(0);
      Opened now = opened;
      if (now == null) {
        return;
      }
      PrivateStore before = requireStandIn();
      standIn = null;
      moveTo(now, before);
      ModelCounters counted = new ModelCounters();
      before.count(counted);
      counted.forgetEntries();
      counted.addTo(retired);
      before.close();
      setup
          .warnings()
          .accept("The shared embedding cache in \"" + setup.file().folder() + "\" is used again.");
    } finally {
      lock.unlock();
    }
  }

  private static void moveTo(Opened now, PrivateStore before) {
    List<StoredEntry> entries = new ArrayList<>();
    before.forEach(entries::add);
    try {
      for (StoredEntry entry : entries) {
        Optional<StoredVector> stored = before.peek(entry.key());
        if (stored.isPresent()) {
          SharedView view = now.view(entry.key());
          synchronized (view) {
            if (view.put(stored.get()) && entry.pinned()) {
              view.pin(entry.key(), true);
            }
          }
        }
      }
    } catch (StorageException broken) {
      // The next call meets it too, and leaves.
    }
  }

  private boolean standsInAndMayTry() {
    Lock lock = using.readLock();
    lock.lock();
    try {
      return !closed && opened == null && setup.clock().millis() >= nextTryMillis;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String tier() {
    return "shared";
  }

  @Override
  public boolean read(int model, CacheKey key, float[] target) {
    return onKey(
        key, view -> view.read(model, key, target), store -> store.read(model, key, target));
  }

  @Override
  public boolean view(int model, CacheKey key, VectorReader reader) {
    return onKey(
        key,
        view -> {
          Optional<StoredVector> stored = view.get(model, key);
          stored.ifPresent(found -> SharedFile.show(found.vector(), reader));
          return stored.isPresent();
        },
        store -> store.view(model, key, reader));
  }

  @Override
  public Optional<StoredVector> get(int model, CacheKey key) {
    return onKey(key, view -> view.get(model, key), store -> store.get(model, key));
  }

  @Override
  public Optional<StoredVector> peek(CacheKey key) {
    return onKey(key, view -> view.peek(key), store -> store.peek(key));
  }

  @Override
  public boolean put(CacheKey key, float[] vector, CacheValue value) {
    if (standsInAndMayTry()) {
      tryAgain();
    }
    return onKey(
        key,
        view -> view.put(new StoredVector(key, vector, value)),
        store -> store.put(key, vector, value));
  }

  @Override
  public boolean pin(CacheKey key, boolean pinned) {
    return onKey(key, view -> view.pin(key, pinned), store -> store.pin(key, pinned));
  }

  /** Adds up what is done to each view. */
  private static long sum(Opened current, Function<SharedView, Long> work) {
    long sum = 0;
    for (SharedView view : current.views()) {
      synchronized (view) {
        sum += work.apply(view);
      }
    }
    return sum;
  }

  @Override
  public long evict(long bytes) {
    return use(
        current -> {
          long evicted = 0;
          long before = -1;
          while (evicted < bytes && evicted > before) {
            before = evicted;
            long share = (bytes - evicted + current.views().size() - 1) / current.views().size();
            evicted += sum(current, view -> view.evict(share));
          }
          return evicted;
        },
        store -> store.evict(bytes));
  }

  @Override
  public long invalidate(EntryFilter filter) {
    return use(
        current -> sum(current, view -> view.invalidate(filter)),
        store -> store.invalidate(filter));
  }

  @Override
  public void forEach(Consumer<StoredEntry> consumer) {
    List<StoredEntry> all =
        use(
            current -> {
              List<StoredEntry> listed = new ArrayList<>();
              sum(current, view -> listed.addAll(view.list()) ? 1L : 0L);
              return listed;
            },
            store -> {
              List<StoredEntry> listed = new ArrayList<>();
              store.forEach(listed::add);
              return listed;
            });
    all.forEach(consumer);
  }

  @Override
  public void count(ModelCounters sum) {
    ModelCounters counted =
        use(
            current -> {
              ModelCounters all = new ModelCounters();
              for (SharedView view : current.views()) {
                synchronized (view) {
                  view.count(all);
                  view.countEntries(all);
                }
              }
              return all;
            },
            store -> {
              ModelCounters all = new ModelCounters();
              store.count(all);
              return all;
            });
    counted.addTo(sum);
    Lock lock = using.readLock();
    lock.lock();
    try {
      retired.addTo(sum);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String file() {
    return use(current -> current.file().file().toString(), PrivateStore::file);
  }

  @Override
  public PolicyKind policy() {
    return setup.policy();
  }

  @Override
  public long usedBytes() {
    return use(current -> current.file().usedBytes(), PrivateStore::usedBytes);
  }

  @Override
  public long budgetBytes() {
    return use(current -> current.file().budgetBytes(), PrivateStore::budgetBytes);
  }

  @Override
  public long bookkeepingBytes() {
    return use(
        current -> sum(current, SharedView::bookkeepingBytes), PrivateStore::bookkeepingBytes);
  }

  @Override
  public void close() {
    Lock lock = using.writeLock();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      Opened current = opened;
      if (current != null) {
        closeFile(current);
      }
      PrivateStore store = standIn;
      if (store != null) {
        store.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
