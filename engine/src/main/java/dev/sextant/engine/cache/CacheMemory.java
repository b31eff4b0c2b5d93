package dev.sextant.engine.cache;

import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.DataPlacement;
import dev.sextant.engine.numa.PlacedSpace;
import dev.sextant.engine.numa.Placements;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.cache.SlabMemory;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.numa.Evidence;
import dev.sextant.storage.numa.Space;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the memory of caches comes from: a budget and, where there are some, the machine's nodes.
 */
final class CacheMemory {
  /** What the log and the tables call the cache. */
  static final String OWNER = "embedding cache";

  private static final String UNUSED = "no memory yet";

  private final MemoryBudget budget;
  private final @Nullable Placements placements;

  private CacheMemory(MemoryBudget budget, @Nullable Placements placements) {
    this.budget = budget;
    this.placements = placements;
  }

  /** Memory that cannot be placed. */
  static CacheMemory unplaced(MemoryBudget budget) {
    return new CacheMemory(budget, null);
  }

  /** Memory that may be placed, and is drawn from the same budget as all that is. */
  static CacheMemory of(Placements placements) {
    return new CacheMemory(placements.budget(), placements);
  }

  MemoryBudget budget() {
    return budget;
  }

  /**
   * Memory that is a cache's.
   *
   * @param memory not taken yet
   * @param space what it comes from; null where no placement is wanted
   */
  record Given(SlabMemory memory, @Nullable PlacedSpace space) {
    /** Where it lies; empty where that is nobody's wish. */
    Optional<RegionReport> report() {
      PlacedSpace from = space;
      if (from == null) {
        return Optional.empty();
      }
      return Optional.of(
          new RegionReport(
              "slab",
              OWNER,
              memory.drawnBytes(),
              from.wanted().placement().label(),
              from.wanted().enforcement(),
              from.evidence(memory.placed()),
              () -> memory.pagesByNode(from.kernel())));
    }
  }

  /**
   * Memory for a tier.
   *
   * @throws SextantException {@code 22023} for a node that is absent, {@code 53000} where the
   *     placement is to be strict and it is known that it cannot be had
   */
  Given open(CacheOptions wanted) {
    Optional<PlacedSpace> space = space(wanted);
    Space from =
        space.filter(PlacedSpace::chooses).map(CacheMemory::refusing).orElse(Space.ORDINARY);
    return new Given(new SlabMemory(wanted.hotBytes(), budget, from), space.orElse(null));
  }

  /** What a tier's memory would come from; throws as {@link #open}. */
  Optional<PlacedSpace> space(CacheOptions wanted) {
    Placements by = placements;
    if (by == null || !(wanted.placement() instanceof DataPlacement.On(var placement))) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          by.space(OWNER, new PlacedSpace.Wanted(placement, by.enforcement()), false));
    } catch (StorageException failure) {
      throw SextantException.of(failure);
    }
  }

  /** A space whose refusals are of the kind that a cache's memory understands. */
  private static Space refusing(PlacedSpace space) {
    return (bytes, number) -> {
      try {
        return space.piece(bytes, number);
      } catch (SextantException refused) {
        throw new StorageException(Kind.RESOURCES, String.valueOf(refused.getMessage()), refused);
      }
    };
  }

  /** Writes down what became of a placement that a statement has asked for. */
  void note(CacheOptions wanted, Optional<RegionReport> slab) {
    Placements by = placements;
    if (by == null || !(wanted.placement() instanceof DataPlacement.On(var placement))) {
      return;
    }
    Evidence evidence =
        slab.map(RegionReport::evidence)
            .orElseGet(
                () -> by.machine().placer().known(placement).orElse(new Evidence.Applied(UNUSED)));
    if (evidence.holds() || slab.isEmpty()) { // what does not hold its space has written down
      by.note(OWNER, new PlacedSpace.Wanted(placement, by.enforcement()), evidence);
    }
  }

  /** What to tell of a cache that does not lie where it should. */
  static Optional<String> warning(Optional<RegionReport> slab) {
    return slab.filter(region -> !region.evidence().holds())
        .map(
            region ->
                "The embedding cache is not as "
                    + region.wanted()
                    + " wants it: "
                    + region.evidence().label()
                    + ".");
  }
}
