package dev.sextant.engine.vector;

import dev.sextant.engine.numa.DataPlacement;
import dev.sextant.engine.numa.PlacedSpace;
import dev.sextant.engine.numa.Placements;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import dev.sextant.storage.numa.Placement;
import dev.sextant.storage.numa.Space;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.vector.VectorStore;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens segments where their index's placement wants them, and says where what changes goes.
 *
 * <p>Copies for each node are of what does not change. Rows that are compared one by one lie on
 * these nodes in turn, chunk by chunk.
 */
final class PlacedSegments {
  private final SegmentFiles files;
  private final Placements placements;

  PlacedSegments(SegmentFiles files, Placements placements) {
    this.files = files;
    this.placements = placements;
  }

  Placements placements() {
    return placements;
  }

  /** A segment that is not open, as the setting enforces it. */
  List<SegmentCopy> open(IndexDefinition index, String name) {
    return open(index, name, placements.enforcement());
  }

  /** A segment that is not open. */
  List<SegmentCopy> open(IndexDefinition index, String name, Enforcement how) {
    if (!files.areFiles() && !(index.placement() instanceof DataPlacement.Anywhere)) {
      HnswSegment built = files.open(index.name(), name, Space.ORDINARY);
      boolean kept = false;
      try {
        List<SegmentCopy> copies = again(index, name, built, how);
        kept = true;
        return copies;
      } finally {
        if (kept) {
          built.close();
        } else {
          files.keepAs(name, built);
        }
      }
    }
    return again(index, name, null, how);
  }

  /**
   * Another opening of a segment.
   *
   * @param from the segment, if it is open: in memory it is copied
   */
  List<SegmentCopy> again(
      IndexDefinition index, String name, @Nullable HnswSegment from, Enforcement how) {
    List<SegmentCopy> copies = new ArrayList<>();
    boolean complete = false;
    try {
      for (Target target : targets(index, how)) {
        Space space = target.space() == null ? Space.ORDINARY : target.space();
        HnswSegment segment =
            from == null || files.areFiles()
                ? files.open(index.name(), name, space)
                : from.copy(space);
        SegmentCopy copy = new SegmentCopy(segment, target.space(), target.node());
        copies.add(copy);
        copy.requireWhole();
      }
      complete = true;
      return copies;
    } finally {
      if (!complete) {
        copies.forEach(SegmentCopy::close);
      }
    }
  }

  private record Target(@Nullable PlacedSpace space, int node) {}

  private List<Target> targets(IndexDefinition index, Enforcement how) {
    return switch (index.placement()) {
      case DataPlacement.Anywhere _ -> List.of(new Target(null, SegmentCopy.ANY));
      case DataPlacement.On(Placement placement) ->
          List.of(new Target(space(index, placement, how), SegmentCopy.ANY));
      case DataPlacement.Replicate _ -> {
        IdSet homes = placements.homes();
        if (homes.size() < 2) {
          yield List.of(new Target(space(index, new Placement.Local(), how), SegmentCopy.ANY));
        }
        List<Target> all = new ArrayList<>();
        for (int node : homes.toList()) {
          all.add(new Target(space(index, new Placement.Bind(node), how), node));
        }
        yield all;
      }
    };
  }

  private PlacedSpace space(IndexDefinition index, Placement placement, Enforcement how) {
    return placements.space("index " + index.name(), new PlacedSpace.Wanted(placement, how), false);
  }

  /** A store that is to lie as an index's segments do; the space it is in, if one is wanted. */
  record PlacedStore(VectorStore store, @Nullable PlacedSpace space) {
    /** What its placement has come to. */
    Evidence evidence() {
      return space == null
          ? new Evidence.None(0, "no placement is wanted")
          : space.evidence(store.placed());
    }
  }

  /** Has a store that is still empty lie as a placement wants it. */
  PlacedStore placed(VectorStore empty, String what, DataPlacement wanted) {
    if (wanted instanceof DataPlacement.Anywhere) {
      return new PlacedStore(empty, null);
    }
    IdSet homes = placements.homes();
    Placement placement =
        wanted instanceof DataPlacement.On(Placement given)
            ? given
            : homes.size() < 2 ? new Placement.Local() : new Placement.Interleave(homes);
    boolean kept = false;
    try {
      PlacedSpace space =
          placements.space(what, new PlacedSpace.Wanted(placement, placements.enforcement()), true);
      kept = true;
      return new PlacedStore(empty.placedIn(space, placements.workers()), space);
    } finally {
      if (!kept) {
        empty.close();
      }
    }
  }
}
