package dev.sextant.storage.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.LargePages;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.PlacedRegion;
import dev.sextant.storage.numa.Space;
import dev.sextant.storage.numa.topology.IdSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/*
 * Concurrency. One writer, many readers, no locks on the readers' side.
 *
 * The writer fills a slot, then publishes it twice: by the volatile count for scans and by the
 * release store in the map for look-ups. Whoever sees either sees the slot's content and its
 * chunk. Chunks never move; their array and the map are replaced, not changed, when they grow, and
 * a reader that still holds the old one finds in it everything its snapshot may see.
 *
 * A slot dies by one store of the death's seq. A reader racing with it reads "never" or a seq
 * above its own snapshot, which mean the same to it: deaths at or below its snapshot happened
 * before it learned that snapshot's seq.
 *
 * A row's versions are a list from the newest slot back through previous(). Births fall along the
 * list, so the first slot born by a snapshot is the only one the snapshot can see. A slot that no
 * search may find has birth "never" and is passed over; the version before it died when it came.
 */
/** The append-only slots of a store and the way from a rowid to them. */
final class Slots {
  private static final int FIRST_MAP_CAPACITY = 1024;

  /** Addresses that chunks are cut from one after the other; memory comes as they are written. */
  private static final long REGION_BYTES = 32 << 20;

  private final VectorLayout layout;
  private final int shift;
  private final Arena arena;
  private final MemoryBudget budget;
  private final String what;
  private final List<PlacedRegion> placed = new CopyOnWriteArrayList<>();
  private volatile Space space = Space.ORDINARY;
  private volatile Chunk[] chunks = {};
  private volatile int count;
  private volatile SlotMap map;
  private final AtomicLong bytes = new AtomicLong();
  private MemorySegment region = MemorySegment.NULL;

  /** No slots yet. {@code what} names the store in messages. */
  Slots(VectorLayout layout, Arena arena, MemoryBudget budget, String what) {
    this.layout = layout;
    this.shift = Integer.numberOfTrailingZeros(layout.rowsPerChunk());
    this.arena = arena;
    this.budget = budget;
    this.what = what;
    reserve(mapBytes(FIRST_MAP_CAPACITY));
    map = new SlotMap(FIRST_MAP_CAPACITY);
  }

  /** Where the memory of chunks to come is from. */
  void placeIn(Space wanted) {
    space = wanted;
  }

  /** The memory of chunks that was placed. */
  List<PlacedRegion> placed() {
    return placed;
  }

  /** The memory of all chunks. */
  List<MemorySegment> memory() {
    return Stream.of(chunks).flatMap(chunk -> chunk.memory().stream()).toList();
  }

  /** Slots published, dead ones included. */
  int count() {
    return count;
  }

  /** Bytes drawn from the budget. */
  long bytes() {
    return bytes.get();
  }

  /** The newest slot of {@code rowid}, dead or alive, or -1. */
  int newest(long rowid) {
    return map.get(rowid);
  }

  /** The slot of {@code rowid} that is visible at {@code seq}, or -1. */
  int visible(long rowid, long seq) {
    int slot = map.get(rowid);
    while (slot >= 0) {
      Chunk chunk = chunk(slot);
      int index = index(slot);
      if (chunk.bornBy(index, seq)) {
        return chunk.deadBy(index, seq) ? -1 : slot;
      }
      slot = chunk.previous(index);
    }
    return -1;
  }

  Chunk chunk(int slot) {
    return chunks[slot >>> shift];
  }

  /** The place of {@code slot} in its chunk. */
  int index(int slot) {
    return slot & (layout.rowsPerChunk() - 1);
  }

  /** Takes the memory that the next {@link #publish} needs, or throws and changes nothing. */
  void makeRoom() {
    if (count == VectorLimits.MAX_SLOTS) {
      throw new StorageException(
          Kind.RESOURCES,
          what
              + " expects at most "
              + VectorLimits.MAX_SLOTS
              + " row versions but got one more. Re-open the database to drop dead versions.");
    }
    if (map.full()) {
      long oldBytes = mapBytes(map.capacity());
      reserve(2 * oldBytes);
      map = map.grown();
      release(oldBytes);
    }
    if (count >>> shift == chunks.length) {
      long offHeap = layout.chunkBytes() + layout.chunkSketchBytes();
      long chunkBytes = offHeap + (long) layout.rowsPerChunk() * Chunk.SLOT_BYTES;
      reserve(chunkBytes);
      int regions = placed.size();
      Chunk[] more = Arrays.copyOf(chunks, chunks.length + 1);
      try {
        MemorySegment rows = allocate(layout.chunkBytes());
        more[chunks.length] =
            new Chunk(layout, rows, allocate(layout.chunkSketchBytes()), home(rows));
        reserve(beyond(placed.subList(regions, placed.size()), offHeap));
      } catch (RuntimeException e) {
        while (placed.size() > regions) {
          placed.removeLast().close();
        }
        release(chunkBytes);
        throw e;
      }
      chunks = more;
    }
  }

  /** What regions take in whole pages beyond what was asked of them, if they were placed. */
  private static long beyond(List<PlacedRegion> regions, long asked) {
    long held = regions.stream().mapToLong(PlacedRegion::heldBytes).sum();
    return Math.max(0, held - asked);
  }

  /** Where {@link #publish} will put the next slot. Room must have been made. */
  int next() {
    return count;
  }

  /** Makes the slot at {@link #next()}, which has been written, the newest of {@code rowid}. */
  void publish(long rowid) {
    int slot = count;
    count = slot + 1;
    map.put(rowid, slot);
  }

  /** The one node that memory was placed on; -1 where there is none. */
  private int home(MemorySegment rows) {
    for (PlacedRegion region : placed) {
      IdSet nodes = region.placement().nodes();
      if (region.memory().address() == rows.address() && nodes.size() == 1) {
        return nodes.first().orElseThrow();
      }
    }
    return -1;
  }

  /** The chunks that lie on each node, by their place; those that lie on none under -1. */
  Map<Integer, BitSet> chunksByNode() {
    Map<Integer, BitSet> byNode = new TreeMap<>();
    Chunk[] all = chunks;
    for (int place = 0; place < all.length; place++) {
      byNode.computeIfAbsent(all[place].node(), node -> new BitSet()).set(place);
    }
    return byNode;
  }

  /** The place of a slot's chunk. */
  int place(int slot) {
    return slot >>> shift;
  }

  private MemorySegment allocate(long size) {
    Optional<PlacedRegion> piece = size == 0 ? Optional.empty() : space.piece(size, chunks.length);
    if (piece.isPresent()) {
      placed.add(piece.get());
      return piece.get().memory();
    }
    try {
      if (region.byteSize() < size) {
        Optional<MemorySegment> more = LargePages.untouched(arena, Math.max(size, REGION_BYTES));
        if (more.isEmpty()) {
          return arena.allocate(size, VectorLayout.ROW_ALIGNMENT);
        }
        region = more.get();
      }
      MemorySegment cut = region.asSlice(0, size);
      region = region.asSlice(size);
      return cut;
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

  private void reserve(long more) {
    budget.reserve(more, what);
    bytes.addAndGet(more);
  }

  private void release(long less) {
    budget.release(less);
    bytes.addAndGet(-less);
  }

  private static long mapBytes(int capacity) {
    return (long) capacity * SlotMap.ENTRY_BYTES;
  }
}
