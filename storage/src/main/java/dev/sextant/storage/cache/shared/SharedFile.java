package dev.sextant.storage.cache.shared;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.ModelNames;
import dev.sextant.storage.cache.StoredEntry;
import dev.sextant.storage.cache.StoredVector;
import dev.sextant.storage.cache.VectorReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/*
 * A process that is killed while it writes leaves the lock of a segment behind, and half an entry
 * under it. Nobody can tell such a lock from that of a process that is slow, so nobody breaks it:
 * who waits for a lock beyond its time sets the state in the control file to broken, and fails.
 * Every process looks at the state before each call, and leaves. Whoever opens the file when all
 * have left recovers it. That all have left is known from the lock that each holds on the control
 * file, which the operating system takes away from a process that is gone. A process that stands
 * still holds on to it, so that no file is ever recovered under a process that goes on later.
 *
 * Opening happens behind a gate, one process at a time: a process that turns from the only one
 * into one of several gives its lock up and takes another, and nobody can slip in between. One that
 * is killed while it makes or recovers the file leaves the state at that, and the next one makes
 * the file anew: what was in it is in the durable tier too.
 */
/**
 * Vectors in a file that several processes use at once and that survives them. Every call ends in
 * bounded time. Safe for use by many threads, but for {@link #close}, which waits for nobody.
 *
 * <p>Failures are {@link StorageException}, after which the file is to be closed; another process,
 * or this one later, may open it again. No class of Chronicle Map is used before {@link
 * SharedSupport#obstacle} is empty.
 */
public final class SharedFile implements AutoCloseable {
  /** The file's name in its folder. */
  public static final String NAME = "cache.shared";

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final String IN_USE = "dev.sextant.cache.shared:";

  /**
   * Where, how large, how patient.
   *
   * @param folder exists
   * @param budgetBytes the most that the file may take
   * @param openMillis how long to wait for a process that recovers the file
   * @param lockMillis how long to wait for a part of the file
   */
  public record Options(Path folder, long budgetBytes, int openMillis, int lockMillis) {}

  private final SharedControl control;
  private final SharedMap map;
  private final ModelNames models;
  private final Path file;
  private final String claim;

  private SharedFile(SharedOpening opening, ModelNames models, String claim) {
    this.control = opening.control();
    this.map = opening.map();
    this.file = opening.file();
    this.models = models;
    this.claim = claim;
  }

  /**
   * Opens the file, made if absent, recovered if nobody else has it open. A file for another budget
   * is made anew with what fits of it, unless another process has it open: then its budget stays.
   *
   * @param warnings gets sentences for people
   * @throws StorageException {@code BUSY} where it waits for recovery, {@code IO} where it cannot
   *     be opened
   */
  public static SharedFile open(Options options, ModelNames models, Consumer<String> warnings) {
    // The locks of the operating system tell processes apart, not two caches in one process, and
    // their classes may be twice in it; its properties are there once.
    String claim = IN_USE + realPath(options.folder());
    if (System.getProperties().putIfAbsent(claim, "open") != null) {
      throw new StorageException(
          Kind.BUSY, "it is open already in this process, by another database object");
    }
    try {
      return new SharedFile(SharedOpening.of(options, warnings), models, claim);
    } catch (IOException | RuntimeException | LinkageError | InternalError failure) {
      System.getProperties().remove(claim);
      if (failure instanceof StorageException known) {
        throw known;
      }
      throw new StorageException(Kind.IO, "it cannot be opened: " + failure, failure);
    }
  }

  private static Path realPath(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException failure) {
      throw new StorageException(Kind.IO, "its folder cannot be read: " + failure, failure);
    }
  }

  /** Where it is. */
  public Path file() {
    return file;
  }

  /** Throws where a process has found the file broken. */
  private void requireSound() {
    if (control.state() != SharedControl.SOUND) {
      throw SharedOpening.broken();
    }
  }

  private <T> T guarded(Supplier<T> work) {
    requireSound();
    try {
      return work.get();
    } catch (SharedMap.FullException full) {
      throw full;
    } catch (SharedMap.LockedException | IllegalMonitorStateException locked) {
      control.setBroken();
      throw new StorageException(
          Kind.BUSY,
          "a process that used it is gone or stands still, and left it locked: "
              + locked.getMessage(),
          locked);
    } catch (RuntimeException | LinkageError | InternalError | AssertionError failure) {
      control.setBroken();
      throw new StorageException(Kind.CORRUPT, "it is damaged: " + failure, failure);
    }
  }

  /** The number of segments, from the file's size. */
  public int segments() {
    return map.segments();
  }

  /** The segment of a key. */
  public int segment(CacheKey key) {
    return guarded(() -> map.segment(key.toBytes()));
  }

  /** What the entries of a segment may take together. */
  public long segmentBytes() {
    return control.segmentBytes();
  }

  /** About what an entry takes with a vector of so many floats. */
  public static int bytesOf(int dimensions) {
    return SharedMap.bytesOf(SharedRecord.TYPICAL_BYTES + dimensions * Float.BYTES);
  }

  /** Looks a key up. */
  public SharedLook find(CacheKey key) {
    byte[] value = guarded(() -> map.get(key.toBytes()));
    if (value.length == 0) {
      return new SharedLook.Absent();
    }
    SharedRecord record = new SharedRecord(key, value);
    return record.isSound()
        ? new SharedLook.Found(
            new StoredVector(key, record.vector(), record.value(models)), record.isPinned())
        : new SharedLook.Damaged();
  }

  /** What an entry takes with this vector. */
  public int bytesOf(StoredVector stored) {
    return SharedMap.bytesOf(SharedRecord.lengthOf(stored, models.name(stored.value().model())));
  }

  /** Whether a key has an entry, sound or not. */
  public boolean holds(CacheKey key) {
    return guarded(() -> map.get(key.toBytes())).length > 0;
  }

  /** Shows a vector to a reader that wants memory. */
  public static void show(float[] vector, VectorReader reader) {
    float[] memory = new float[vector.length];
    MemorySegment segment = MemorySegment.ofArray(memory);
    for (int i = 0; i < vector.length; i++) {
      segment.setAtIndex(FLOAT, i, vector[i]);
    }
    reader.read(segment, 0, vector.length);
  }

  /** What became of a vector that was put. */
  public enum Put {
    ADDED,
    /** The key was there already. */
    PRESENT,
    /** Its segment has no room. */
    FULL,
    /** No entry can be as large as that. */
    TOO_LARGE
  }

  /** Adds a vector for a key that has none. */
  public Put put(StoredVector stored) {
    byte[] record = SharedRecord.of(stored, models.name(stored.value().model()));
    if (record.length > SharedMap.MAX_VALUE_BYTES) {
      return Put.TOO_LARGE;
    }
    try {
      boolean added = guarded(() -> map.add(stored.key().toBytes(), record));
      if (added) {
        control.addUsedBytes(SharedMap.bytesOf(record.length));
      }
      return added ? Put.ADDED : Put.PRESENT;
    } catch (SharedMap.FullException full) {
      return Put.FULL;
    }
  }

  /** An entry for {@link #removeIf} and {@link #forEach}. */
  private StoredEntry entry(CacheKey key, byte[] value) {
    SharedRecord record = new SharedRecord(key, value);
    if (!record.isSound()) {
      CacheValue unknown = new CacheValue(0, 0, false, 0, 0, CacheValue.NEVER);
      return new StoredEntry(key, 0, SharedMap.bytesOf(value.length), unknown, 0, false);
    }
    CacheValue kept = record.value(models);
    return new StoredEntry(
        key,
        record.dimensions(),
        SharedMap.bytesOf(value.length),
        kept,
        kept.createdMillis(),
        record.isPinned());
  }

  /**
   * Removes a key's entry if it is as wanted. A damaged one has no dimensions.
   *
   * @return the bytes it took, or 0 where nothing was removed
   */
  public int removeIf(CacheKey key, Predicate<StoredEntry> wanted) {
    int[] removed = {0};
    guarded(
        () ->
            map.removeIf(
                key.toBytes(),
                value -> {
                  if (!wanted.test(entry(key, value))) {
                    return SharedMap.Change.KEEP;
                  }
                  removed[0] = SharedMap.bytesOf(value.length);
                  return SharedMap.Change.REMOVE;
                }));
    control.addUsedBytes(-removed[0]);
    return removed[0];
  }

  /** Pins a key's entry or ends that; says whether there is one. */
  public boolean pin(CacheKey key, boolean pinned) {
    return guarded(
        () -> map.replace(key.toBytes(), value -> new SharedRecord(key, value).pinned(pinned)));
  }

  /** Shows the entries of a segment, which is locked meanwhile; damaged ones have no dimensions. */
  public void forEach(int segment, Consumer<StoredEntry> consumer) {
    guarded(
        () -> {
          map.forEach(segment, (key, value) -> consumer.accept(entry(CacheKey.of(key), value)));
          return true;
        });
  }

  /** The file's length that entries do not take, and what they take now. */
  public long usedBytes() {
    return Math.max(0, control.usedBytes())
        + control.budgetBytes()
        - segments() * control.segmentBytes();
  }

  /** The most that the file may take. */
  public long budgetBytes() {
    return control.budgetBytes();
  }

  /** Leaves the file; no other call is under way. */
  @Override
  public void close() {
    try {
      map.close();
      control.close();
    } catch (IOException failure) {
      throw new StorageException(Kind.IO, "it cannot be closed: " + failure, failure);
    } finally {
      System.getProperties().remove(claim);
    }
  }
}
