package dev.sextant.storage.cache;

import dev.sextant.storage.memory.LargePages;
import dev.sextant.storage.memory.MemoryBudget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The off-heap memory of a cache: one arena, all of it drawn from the database's budget and never
 * more than the cache's own. Safe for use by many threads; whoever closes it makes sure that no
 * {@link Slab} on it is used any more.
 */
public final class SlabMemory implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  /** No piece is smaller, so that this bounds what alignment takes. */
  private static final int LEAST_PIECE = 64;

  private final Arena arena = Arena.ofShared();
  private final MemoryBudget budget;
  private final long limitBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong cut = new AtomicLong();
  private final Optional<MemorySegment> region;

  /**
   * Memory of which nothing is taken yet.
   *
   * @param limitBytes the most that may be taken
   * @param budget the database's, from which it is taken
   */
  public SlabMemory(long limitBytes, MemoryBudget budget) {
    this.limitBytes = limitBytes;
    this.budget = budget;
    long room = limitBytes + ALIGNMENT * (limitBytes / LEAST_PIECE + 1);
    this.region = LargePages.untouched(arena, room);
  }

  /**
   * Zeros, aligned to a cache line; empty where the limit, the budget or the system has no more.
   */
  Optional<MemorySegment> allocate(long bytes) {
    if (usedBytes.addAndGet(bytes) > limitBytes) {
      usedBytes.addAndGet(-bytes);
      return Optional.empty();
    }
    if (!budget.tryReserve(bytes)) {
      usedBytes.addAndGet(-bytes);
      return Optional.empty();
    }
    try {
      return Optional.of(piece(bytes));
    } catch (OutOfMemoryError none) {
      budget.release(bytes);
      usedBytes.addAndGet(-bytes);
      return Optional.empty();
    }
  }

  private MemorySegment piece(long bytes) {
    if (region.isEmpty()) {
      return arena.allocate(bytes, ALIGNMENT);
    }
    long size = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return region.get().asSlice(cut.getAndAdd(size), bytes);
  }

  /** Bytes taken now. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /** Frees the memory and gives it back to the budget. Idempotent. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
      budget.release(usedBytes.getAndSet(0));
    }
  }
}
