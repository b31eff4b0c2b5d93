package dev.sextant.storage.numa;

import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.numa.kernel.Reply;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pages of several pieces of memory by node, and what their placement has come to all together.
 */
public final class PageSurvey {
  private PageSurvey() {}

  /** The pages that hold some memory outside the heap, by node; empty where the kernel is mute. */
  public static Map<Integer, Long> byNode(Kernel kernel, Collection<MemorySegment> memory) {
    Map<Integer, Long> all = new TreeMap<>();
    int page = kernel.pageSize();
    for (MemorySegment segment : memory) {
      if (segment.byteSize() > 0 && kernel.unavailable().isEmpty()) {
        long first = segment.address() / page * page;
        long bytes = (segment.address() + segment.byteSize() - first + page - 1) / page * page;
        PageCounts.of(kernel, first, bytes).byNode().forEach((n, p) -> all.merge(n, p, Long::sum));
      }
    }
    return all;
  }

  /** The pages of some regions by node. */
  public static Map<Integer, Long> byNode(Collection<PlacedRegion> regions) {
    Map<Integer, Long> all = new TreeMap<>();
    regions.forEach(region -> region.pagesByNode().forEach((n, p) -> all.merge(n, p, Long::sum)));
    return all;
  }

  /** What became of regions that belong together: the worst that became of one, with all counts. */
  public static Evidence evidence(Collection<PlacedRegion> regions) {
    long counted = 0;
    long elsewhere = 0;
    Evidence applied = null;
    for (PlacedRegion region : regions) {
      switch (region.evidence()) {
        case Evidence.None none -> {
          return none;
        }
        case Evidence.NotApplicable same -> {
          return same;
        }
        case Evidence.Applied some -> applied = some;
        case Evidence.BestEffort some -> elsewhere += some.elsewhere();
        case Evidence.Verified some -> counted += some.counted();
      }
    }
    if (regions.isEmpty()) {
      return new Evidence.Applied("no memory yet");
    }
    if (elsewhere == 0 && applied != null) {
      return applied;
    }
    String shown = new PageCounts(Reply.of(0), byNode(regions), 0).shown();
    return elsewhere > 0
        ? new Evidence.BestEffort(elsewhere, shown)
        : new Evidence.Verified(counted, "pages: " + shown);
  }
}
