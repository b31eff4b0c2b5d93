package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.LargePages;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.PlacedRegion;
import dev.sextant.storage.numa.Space;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Memory outside the heap that is drawn from a budget and freed all at once. */
final class OffHeap implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final MemoryBudget budget;
  private final String what;
  private final Space space;
  private final List<PlacedRegion> placed = new ArrayList<>();
  private long bytes;
  private long mappedBytes;

  /** No memory yet. {@code what} names its user in messages. */
  OffHeap(MemoryBudget budget, String what) {
    this(budget, what, Space.ORDINARY);
  }

  /** No memory yet; what is allocated comes from a space. */
  OffHeap(MemoryBudget budget, String what, Space space) {
    this.space = space;
    this.budget = budget;
    this.what = what;
  }

  /** Zeros, aligned to a cache line, borrowed until {@link #close()}. */
  MemorySegment allocate(long size) {
    draw(size);
    Optional<PlacedRegion> piece = size == 0 ? Optional.empty() : space.piece(size, 0);
    if (piece.isPresent()) {
      placed.add(piece.get());
      draw(piece.get().heldBytes() - size);
      return piece.get().memory();
    }
    try {
      return LargePages.allocate(arena, size, ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new StorageException(
          Kind.RESOURCES,
          what
              + " needs "
              + size
              + " bytes but the operating system gives none. Lower memory_limit to what the"
              + " machine has, or stop other processes.",
          e);
    }
  }

  /**
   * Placed memory for what would do elsewhere; empty where the budget has no room for it or the
   * space gives none.
   *
   * @param size from 1
   */
  Optional<MemorySegment> place(long size) {
    if (!budget.tryReserve(size)) {
      return Optional.empty();
    }
    bytes += size; // given back by close(), also where the space refuses
    Optional<PlacedRegion> piece = space.piece(size, 0);
    if (piece.isEmpty()) {
      budget.release(size);
      bytes -= size;
      return Optional.empty();
    }
    placed.add(piece.get());
    draw(piece.get().heldBytes() - size);
    return Optional.of(piece.get().memory());
  }

  /** Part of a file, borrowed until {@link #close()}; not drawn from the budget. */
  MemorySegment map(FileChannel channel, long offset, long size) throws IOException {
    mappedBytes += size;
    return channel.map(FileChannel.MapMode.READ_ONLY, offset, size, arena);
  }

  /** Bytes of files that were mapped. */
  long mappedBytes() {
    return mappedBytes;
  }

  /** Draws {@code size} bytes from the budget for arrays on the heap that live as long as this. */
  void draw(long size) {
    budget.reserve(size, what);
    bytes += size;
  }

  /** What was placed. */
  List<PlacedRegion> placed() {
    return List.copyOf(placed);
  }

  /** Bytes drawn from the budget. */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    arena.close();
    placed.forEach(PlacedRegion::close);
    budget.release(bytes);
  }
}
