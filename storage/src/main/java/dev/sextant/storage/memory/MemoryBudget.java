package dev.sextant.storage.memory;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that one database may hold in memory for vectors, indexes and caches.
 *
 * <p>Whoever allocates reserves first and releases when the memory is free again. Safe for use by
 * many threads.
 */
public final class MemoryBudget {
  private final long limitBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  /** A budget of {@code limitBytes}, at least one byte. */
  public MemoryBudget(long limitBytes) {
    if (limitBytes < 1) {
      throw new StorageException(
          Kind.PARAMETER,
          "Setting memory_limit expects at least 1 byte but got "
              + limitBytes
              + ". Give it in bytes.");
    }
    this.limitBytes = limitBytes;
  }

  /**
   * Takes {@code bytes} for {@code what}, or takes nothing and throws.
   *
   * @param what names the user of the memory in the message, such as {@code Vector column "a.b"}
   * @throws StorageException of kind RESOURCES when less than {@code bytes} are left
   */
  public void reserve(long bytes, String what) {
    requireNotNegative(bytes);
    while (true) {
      long used = usedBytes.get();
      if (bytes > limitBytes - used) {
        throw new StorageException(
            Kind.RESOURCES,
            what
                + " needs "
                + bytes
                + " bytes of memory but only "
                + (limitBytes - used)
                + " of "
                + limitBytes
                + " are left ("
                + used
                + " are used). Raise memory_limit, or drop data that is not needed.");
      }
      if (usedBytes.compareAndSet(used, used + bytes)) {
        return;
      }
    }
  }

  /** Takes {@code bytes}, or takes nothing and returns false when less than that are left. */
  public boolean tryReserve(long bytes) {
    requireNotNegative(bytes);
    while (true) {
      long used = usedBytes.get();
      if (bytes > limitBytes - used) {
        return false;
      }
      if (usedBytes.compareAndSet(used, used + bytes)) {
        return true;
      }
    }
  }

  /** Gives back {@code bytes} that an earlier {@link #reserve} took. */
  public void release(long bytes) {
    requireNotNegative(bytes);
    long left = usedBytes.addAndGet(-bytes);
    if (left < 0) {
      throw new IllegalStateException("released " + -left + " bytes more than were reserved");
    }
  }

  /** Bytes reserved now. */
  public long used() {
    return usedBytes.get();
  }

  /** The most bytes that may be reserved at one time. */
  public long limit() {
    return limitBytes;
  }

  private static void requireNotNegative(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: " + bytes);
    }
  }
}
