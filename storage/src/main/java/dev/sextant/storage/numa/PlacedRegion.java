package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** Memory outside the heap, and the evidence of where it lies. Freed when closed. */
public final class PlacedRegion implements AutoCloseable {
  /** What was wanted and what it came to. */
  record Outcome(Placement placement, Evidence evidence) {}

  private final Kernel kernel;
  private final Outcome outcome;
  private final Arena arena;
  private final MemorySegment memory;

  private PlacedRegion(Kernel kernel, Arena arena, MemorySegment memory, Outcome outcome) {
    this.kernel = kernel;
    this.arena = arena;
    this.memory = memory;
    this.outcome = outcome;
  }

  /** Memory that was mapped for this region, of just that size; unmapped when it is closed. */
  @SuppressWarnings("restricted") // an address and a size that mmap gave
  static PlacedRegion mapped(Kernel kernel, long address, long bytes, Outcome outcome) {
    Arena arena = Arena.ofShared();
    long size = wholePages(kernel, bytes);
    MemorySegment memory =
        MemorySegment.ofAddress(address)
            .reinterpret(bytes, arena, region -> kernel.unmap(region.address(), size));
    return new PlacedRegion(kernel, arena, memory, outcome);
  }

  /** Memory like any other. */
  static PlacedRegion ordinary(Kernel kernel, long bytes, Outcome outcome) {
    Arena arena = Arena.ofShared();
    return new PlacedRegion(kernel, arena, arena.allocate(bytes, kernel.pageSize()), outcome);
  }

  static long wholePages(Kernel kernel, long bytes) {
    int page = kernel.pageSize();
    return (bytes + page - 1) / page * page;
  }

  /** The memory, borrowed from this region. */
  public MemorySegment memory() {
    return memory;
  }

  /** Its size, as it was asked for. */
  public long bytes() {
    return memory.byteSize();
  }

  /** What it takes of the machine's memory: whole pages. */
  public long heldBytes() {
    return wholePages(kernel, memory.byteSize());
  }

  /** What was wanted. */
  public Placement placement() {
    return outcome.placement();
  }

  /** What it came to when it was allocated. */
  public Evidence evidence() {
    return outcome.evidence();
  }

  /** Its pages by node now; empty where the kernel does not tell. */
  public Map<Integer, Long> pagesByNode() {
    return PageCounts.of(kernel, memory.address(), wholePages(kernel, memory.byteSize())).byNode();
  }

  @Override
  public void close() {
    arena.close();
  }
}
