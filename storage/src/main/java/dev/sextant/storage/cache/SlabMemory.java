package dev.sextant.storage.cache;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.LargePages;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.PageSurvey;
import dev.sextant.storage.numa.PlacedRegion;
import dev.sextant.storage.numa.Space;
import dev.sextant.storage.numa.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/*
 * Memory like any other is one range of addresses that takes memory as it is touched; each piece is
 * drawn from the budget when it is cut. Memory that is placed cannot come so, since what is touched
 * under a strict policy may end the process: it comes in extents that are placed and populated
 * whole, and the budget is drawn on for an extent when it comes.
 *
 * Where the space refuses an extent once, it is not asked again: what there is has to do, as it has
 * to where the limit is reached. Otherwise a full node would be tried with every vector.
 */

/**
 * The off-heap memory of a cache, all of it drawn from the database's budget and never more than
 * the cache's own. Safe for use by many threads; whoever closes it makes sure that no {@link Slab}
 * on it is used any more.
 */
public final class SlabMemory implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  /** No piece is smaller, so that this bounds what alignment takes. */
  private static final int LEAST_PIECE = 64;

  /** What is placed at one time: some large pages, and more than most pieces are. */
  private static final long EXTENT_BYTES = 8 << 20;

  /** What extents are whole numbers of. */
  private static final long PAGE_BYTES = 4_096;

  private final Arena arena = Arena.ofShared();
  private final MemoryBudget budget;
  private final long limitBytes;
  private final Space space;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong drawnBytes = new AtomicLong();
  private final AtomicLong cut = new AtomicLong();
  private final Optional<MemorySegment> region;
  private final List<PlacedRegion> extents = new CopyOnWriteArrayList<>();

  /** Of the last extent what is not cut yet. Guarded by this. */
  private MemorySegment rest = MemorySegment.NULL;

  private volatile @Nullable StorageException refusal;

  /**
   * Memory of which nothing is taken yet.
   *
   * @param limitBytes the most that may be taken
   * @param budget the database's, from which it is taken
   */
  public SlabMemory(long limitBytes, MemoryBudget budget) {
    this(limitBytes, budget, Space.ORDINARY);
  }

  /**
   * The same, from a space.
   *
   * @param space may refuse by a {@link StorageException} of kind {@code RESOURCES}: the first
   *     extent's goes to who asks for memory; later ones mean that there is no more
   */
  public SlabMemory(long limitBytes, MemoryBudget budget, Space space) {
    this.limitBytes = limitBytes;
    this.budget = budget;
    this.space = space;
    long room = limitBytes + ALIGNMENT * (limitBytes / LEAST_PIECE + 1);
    this.region = LargePages.untouched(arena, room);
  }

  /**
   * Zeros, aligned to a cache line; empty where the limit, the budget or the system has no more.
   */
  @SuppressWarnings("ReferenceEquality") // the very space, which is asked for nothing
  Optional<MemorySegment> allocate(long bytes) {
    if (usedBytes.addAndGet(bytes) > limitBytes) {
      usedBytes.addAndGet(-bytes);
      return Optional.empty();
    }
    Optional<MemorySegment> piece = Optional.empty();
    try {
      piece = space == Space.ORDINARY ? ordinary(bytes) : placed(bytes);
    } finally {
      if (piece.isEmpty()) {
        usedBytes.addAndGet(-bytes);
      }
    }
    return piece;
  }

  private Optional<MemorySegment> ordinary(long bytes) {
    if (!budget.tryReserve(bytes)) {
      return Optional.empty();
    }
    try {
      MemorySegment piece = piece(bytes);
      drawnBytes.addAndGet(bytes);
      return Optional.of(piece);
    } catch (OutOfMemoryError none) {
      budget.release(bytes);
      return Optional.empty();
    }
  }

  private MemorySegment piece(long bytes) {
    if (region.isEmpty()) {
      return arena.allocate(bytes, ALIGNMENT);
    }
    return region.get().asSlice(cut.getAndAdd(aligned(bytes, ALIGNMENT)), bytes);
  }

  private static long aligned(long bytes, long unit) {
    return (bytes + unit - 1) / unit * unit;
  }

  private synchronized Optional<MemorySegment> placed(long bytes) {
    long size = aligned(bytes, ALIGNMENT);
    if (rest.byteSize() < size) {
      long left = limitBytes - usedBytes.get() + size;
      long drawn = drawn(Math.max(size, Math.min(EXTENT_BYTES, left)), size);
      if (drawn == 0) {
        return Optional.empty();
      }
      boolean kept = false;
      try {
        Optional<PlacedRegion> extent = extent(drawn);
        if (extent.isPresent()) {
          extents.add(extent.get());
          drawnBytes.addAndGet(drawn);
          rest = extent.get().memory();
          kept = true;
        }
      } finally {
        if (!kept) {
          budget.release(drawn);
        }
      }
      if (!kept) {
        return refusal == null ? ordinary(bytes) : Optional.empty();
      }
    }
    MemorySegment piece = rest.asSlice(0, bytes);
    rest = rest.asSlice(size);
    return Optional.of(piece);
  }

  /** What the budget gives of what is wanted or, if that is too much, of the least; or 0. */
  private long drawn(long wanted, long least) {
    long large = aligned(wanted, PAGE_BYTES);
    long small = aligned(least, PAGE_BYTES);
    if (refusal != null) {
      return 0;
    }
    return budget.tryReserve(large) ? large : budget.tryReserve(small) ? small : 0;
  }

  private Optional<PlacedRegion> extent(long bytes) {
    try {
      return space.piece(bytes, extents.size());
    } catch (StorageException refused) {
      if (refused.kind() != Kind.RESOURCES || extents.isEmpty()) {
        throw refused;
      }
      refusal = refused;
      return Optional.empty();
    }
  }

  /** Why its space has given no more; empty where it has given all that was asked for. */
  public Optional<StorageException> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** The regions that it lies in, as far as it was placed. */
  public List<PlacedRegion> placed() {
    return List.copyOf(extents);
  }

  /** Its pages by node, now; empty where the kernel does not tell, and after {@link #close}. */
  public synchronized Map<Integer, Long> pagesByNode(Kernel kernel) {
    if (!arena.scope().isAlive()) {
      return Map.of();
    }
    List<MemorySegment> taken =
        extents.isEmpty()
            ? region.stream().map(all -> all.asSlice(0, cut.get())).toList()
            : extents.stream().map(PlacedRegion::memory).toList();
    return PageSurvey.byNode(kernel, taken);
  }

  /** The most bytes that may be taken. */
  public long limitBytes() {
    return limitBytes;
  }

  /** Bytes taken now. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /** Bytes drawn from the budget now: what is taken, and what has come with it. */
  public long drawnBytes() {
    return drawnBytes.get();
  }

  /** Frees the memory and gives it back to the budget. Idempotent. */
  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      arena.close();
      extents.forEach(PlacedRegion::close);
      usedBytes.set(0);
      budget.release(drawnBytes.getAndSet(0));
    }
  }
}
