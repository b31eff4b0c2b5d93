package dev.sextant.storage.cache;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/*
 * A vector that is put waits in memory, where look-ups find it, until a thread of the store's own
 * writes it. While that thread commits a batch the next one gathers, so the batches are as large as
 * the rate of puts makes them. When too much waits, the thread that puts writes too. Times of use
 * ride along. A process that is killed loses what waits.
 *
 * The file is never worth an error to a query: what goes wrong with it is told as a warning, and
 * the query goes on as if the vector were not there.
 */
/**
 * The durable tier: vectors in a SQLite file of their own, bounded in bytes. Safe for use by many
 * threads.
 */
public final class DurableStore implements AutoCloseable {
  private static final int BATCH_ROWS = 512;
  private static final int WAITING_USES = 1000;
  private static final long WAITING_BYTES = 16 << 20;
  private static final int EXPIRED_AT_ONCE = 10_000;
  private static final int TYPICAL_ROW_BYTES = 2048;
  private static final double BUDGET_KEPT = 0.9;
  private static final int IDLE_SECONDS = 5;
  private static final long NO_FILE = -1;

  /**
   * Where and how large.
   *
   * @param file is made if absent; its folder exists
   * @param budgetBytes what all rows may take; beyond it those used longest ago go
   * @param busyTimeoutMillis patience with other processes
   */
  public record Options(Path file, long budgetBytes, int busyTimeoutMillis) {}

  private final Options options;
  private final InstantSource clock;
  private final Consumer<String> warnings;
  private final DurableFiles files;
  private final WriteQueue queue = new WriteQueue();
  private final Map<CacheKey, Long> uses = new ConcurrentHashMap<>();
  private final ModelCounters counters = new ModelCounters();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ThreadPoolExecutor executor;
  private volatile long budgetBytes;

  /**
   * Opens the file. Does not fail: where it cannot be opened, a warning says why and the store
   * holds nothing.
   *
   * @param warnings gets sentences for people; may be called by any thread
   */
  public DurableStore(
      Options options, ModelNames models, InstantSource clock, Consumer<String> warnings) {
    this.options = options;
    this.budgetBytes = options.budgetBytes();
    this.clock = clock;
    this.warnings = warnings;
    this.files = new DurableFiles(options, models, clock, warnings);
    this.executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> Thread.ofPlatform().daemon().name("sextant-cache-writer").unstarted(task));
    executor.allowCoreThreadTimeOut(true);
    try {
      files.write(file -> file.deleteExpired(clock.millis(), EXPIRED_AT_ONCE, this::expired), 0L);
    } catch (StorageException failure) {
      warn("keeps what has expired", failure);
    }
  }

  private void warn(String what, StorageException failure) {
    warnings.accept(
        "The embedding cache's file \""
            + options.file()
            + "\" "
            + what
            + ": "
            + failure.getMessage());
  }

  private void expired(int model, long entries, long bytes) {
    synchronized (counters) {
      counters.of(model).expirations += entries;
    }
  }

  /**
   * The vector of a key. A row that is damaged or past its time is removed and not found.
   *
   * @param model the number of the model that is asked for, for the statistics
   */
  public Optional<StoredVector> get(int model, CacheKey key) {
    DurableFile.Found found = find(key);
    count(model, found);
    return switch (found) {
      case DurableFile.Found.Sound(StoredVector stored, boolean _) -> {
        used(key, clock.millis());
        yield Optional.of(new StoredVector(key, stored.vector().clone(), stored.value()));
      }
      case DurableFile.Found.Damaged _, DurableFile.Found.Expired _ -> {
        discard(key);
        yield Optional.empty();
      }
      case DurableFile.Found.Absent _ -> Optional.empty();
    };
  }

  /** As {@link #get}, uncounted. */
  public Optional<StoredVector> peek(CacheKey key) {
    return find(key) instanceof DurableFile.Found.Sound(StoredVector stored, boolean _)
        ? Optional.of(new StoredVector(key, stored.vector().clone(), stored.value()))
        : Optional.empty();
  }

  private DurableFile.Found find(CacheKey key) {
    Optional<StoredVector> waiting =
        queue.find(key).filter(stored -> stored.value().expiresMillis() > clock.millis());
    if (waiting.isPresent()) {
      return new DurableFile.Found.Sound(waiting.get(), false);
    }
    try {
      return files.read(file -> file.find(key, clock.millis()), new DurableFile.Found.Absent());
    } catch (StorageException failure) {
      if (failure.kind() == Kind.CLOSED) {
        throw failure;
      }
      warn("could not be read", failure);
      return new DurableFile.Found.Absent();
    }
  }

  private void count(int model, DurableFile.Found found) {
    synchronized (counters) {
      ModelCounters.Counts counts = counters.of(model);
      counts.misses += found instanceof DurableFile.Found.Sound ? 0 : 1;
      switch (found) {
        case DurableFile.Found.Sound(StoredVector stored, boolean _) -> {
          counts.hits++;
          counts.savedMicros += stored.value().costMicros();
        }
        case DurableFile.Found.Damaged _ -> counts.checksumFailures++;
        case DurableFile.Found.Expired _ -> counts.expirations++;
        case DurableFile.Found.Absent _ -> {}
      }
    }
  }

  private void discard(CacheKey key) {
    try {
      files.write(file -> file.delete(key), false);
    } catch (StorageException failure) {
      warn("keeps a row that cannot be used", failure);
    }
  }

  /** Notes that a vector was used, here or in a faster tier; written with the next batch. */
  public void used(CacheKey key, long millis) {
    uses.put(key, millis);
    if (uses.size() > WAITING_USES) {
      schedule();
    }
  }

  /** Takes a vector, to be written soon; the array must not change any more. */
  public void put(StoredVector stored) {
    if (queue.put(stored)) {
      schedule();
      if (queue.bytes() > WAITING_BYTES) {
        writeBatch();
      }
    }
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException closing) {
        scheduled.set(false);
      }
    }
  }

  private void drain() {
    boolean written = true;
    while (written && (!queue.isEmpty() || uses.size() > WAITING_USES)) {
      written = writeBatch();
    }
    scheduled.set(false);
    if (written && !queue.isEmpty()) {
      schedule();
    }
  }

  /**
   * Writes some of what waits. Where that fails it is told; what another process was in the way of
   * goes on waiting, up to a point.
   */
  private boolean writeBatch() {
    try {
      writeSome();
      return true;
    } catch (StorageException failure) {
      boolean hopeless = failure.kind() != Kind.BUSY && failure.kind() != Kind.CLOSED;
      if (hopeless || queue.bytes() > WAITING_BYTES) {
        int lost = queue.removeTo(queue.lastNumber());
        warn("could not take " + lost + " vectors, which are left out", failure);
      }
      return false;
    }
  }

  private void writeSome() {
    long last = queue.lastNumber();
    long written = files.write(this::write, NO_FILE);
    if (written == NO_FILE) {
      uses.clear();
      written = last;
    }
    queue.removeTo(written);
  }

  private long write(DurableFile file) {
    WriteQueue.Batch batch = queue.first(BATCH_ROWS);
    Map<CacheKey, Long> times = new HashMap<>(uses);
    file.write(batch.vectors(), times);
    times.forEach(uses::remove);
    long bytes = file.bytes();
    shrink(file, bytes);
    return batch.last();
  }

  private void shrink(DurableFile file, long bytes) {
    long budget = budgetBytes;
    if (bytes > budget) {
      evict(file, bytes - (long) (budget * BUDGET_KEPT));
    }
  }

  /** Changes what all rows may take; those beyond it go at once. */
  public void resize(long bytes) {
    budgetBytes = bytes;
    files.write(
        file -> {
          shrink(file, file.bytes());
          return true;
        },
        false);
  }

  private long evict(DurableFile file, long bytes) {
    long[] evicted = new long[1];
    long rows = 1;
    while (evicted[0] < bytes && rows > 0) {
      long wanted = (bytes - evicted[0]) / TYPICAL_ROW_BYTES;
      rows =
          file.deleteOldest(
              Math.clamp(wanted, 1, BATCH_ROWS),
              (model, entries, size) -> {
                evicted[0] += size;
                synchronized (counters) {
                  counters.of(model).evictions += entries;
                }
              });
    }
    return evicted[0];
  }

  /**
   * Returns when all that was put before is in the file.
   *
   * @throws StorageException where it could not be written
   */
  public void flush() {
    long last = queue.lastNumber();
    do {
      writeSome();
    } while (!queue.emptyTo(last));
  }

  /** Hears of a vector, and whether it is pinned. */
  @FunctionalInterface
  public interface Recent {
    /** Called with the vector used longest ago first. */
    void take(StoredVector stored, boolean pinned);
  }

  /** Shows the vectors used last and the pinned ones, so many at most. */
  public void recent(int most, Recent consumer) {
    List<CacheKey> keys = files.read(file -> file.recent(most), List.of());
    for (CacheKey key : keys) {
      if (find(key) instanceof DurableFile.Found.Sound(StoredVector stored, boolean pinned)) {
        consumer.take(stored, pinned);
      }
    }
  }

  /** Keeps a vector whatever its age, or ends that; says whether it is there. */
  public boolean pin(CacheKey key, boolean pinned) {
    flush();
    return files.write(file -> file.pin(key, pinned), false);
  }

  /** Removes rows used longest ago until so many bytes are free; returns the bytes removed. */
  public long evict(long bytes) {
    flush();
    return files.write(file -> evict(file, bytes), 0L);
  }

  /** Removes what the filter matches, pinned or not, and returns how many. */
  public long invalidate(EntryFilter filter) {
    flush();
    return files.write(file -> file.delete(filter), 0L);
  }

  /** Shows all rows, also those that waited; look-ups wait meanwhile. */
  public void forEach(Consumer<StoredEntry> consumer) {
    flush();
    files.read(
        file -> {
          file.forEach(consumer);
          return true;
        },
        false);
  }

  /** Adds what was counted, and the entries and bytes in the file; what waits is left out. */
  public void count(ModelCounters sum) {
    synchronized (counters) {
      counters.addTo(sum);
    }
    files.read(
        file -> {
          file.count(sum);
          return true;
        },
        false);
  }

  /** What all rows take. */
  public long usedBytes() {
    return files.read(DurableFile::bytes, 0L);
  }

  /** What all rows may take. */
  public long budgetBytes() {
    return budgetBytes;
  }

  /** The file. */
  public Path file() {
    return options.file();
  }

  /** Writes what waits and closes the file; what cannot be written is told as a warning. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      flush();
    } catch (StorageException failure) {
      if (failure.kind() != Kind.CLOSED) {
        warn("could not take the last vectors", failure);
      }
    }
    files.close();
  }
}
