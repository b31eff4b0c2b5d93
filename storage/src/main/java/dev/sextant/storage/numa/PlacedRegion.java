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
  private final long size;

  @SuppressWarnings("restricted") // memory that was mapped for this region, of just that size
  PlacedRegion(Kernel kernel, long address, long bytes, Outcome outcome) {
    this.kernel = kernel;
    this.outcome = outcome;
    this.arena = Arena.ofShared();
    int page = kernel.pageSize();
    this.size = (bytes + page - 1) / page * page;
    long mapped = size;
    this.memory =
        MemorySegment.ofAddress(address)
            .reinterpret(bytes, arena, region -> kernel.unmap(region.address(), mapped));
  }

  /** The memory, borrowed from this region. */
  public MemorySegment memory() {
    return memory;
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
    return PageCounts.of(kernel, memory.address(), size).byNode();
  }

  @Override
  public void close() {
    arena.close();
  }
}
