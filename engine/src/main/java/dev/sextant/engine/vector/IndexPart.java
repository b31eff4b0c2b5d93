package dev.sextant.engine.vector;

import dev.sextant.engine.numa.Placements;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.vector.hnsw.HnswHits;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import dev.sextant.storage.vector.hnsw.RowFilter;
import dev.sextant.storage.vector.hnsw.Searcher;
import java.util.List;
import java.util.OptionalInt;

/**
 * An open segment, once or a copy for each node. Several generations of an index may share it; the
 * last to let go closes it. Safe for many threads.
 */
final class IndexPart {
  private final List<SegmentCopy> copies;
  private final IdSet nodes;
  private final Placements placements;
  private int holders;

  /** A part that nobody holds yet. */
  IndexPart(List<SegmentCopy> copies, Placements placements) {
    this.copies = List.copyOf(copies);
    this.nodes =
        copies.size() == 1
            ? IdSet.EMPTY
            : IdSet.of(copies.stream().map(SegmentCopy::node).toList());
    this.placements = placements;
  }

  /** The segment, which all copies are alike in. */
  HnswSegment segment() {
    return copies.getFirst().segment();
  }

  List<SegmentCopy> copies() {
    return copies;
  }

  /** The copy that the calling thread reads: that of the nearest node. */
  SegmentCopy near() {
    if (copies.size() > 1) {
      OptionalInt nearest = placements.nearest(nodes);
      for (SegmentCopy copy : copies) {
        if (nearest.isPresent() && copy.node() == nearest.getAsInt()) {
          return copy;
        }
      }
    }
    return copies.getFirst();
  }

  /** One holder more; called under the lock of the indexes. */
  void hold() {
    holders++;
  }

  /** One holder less; says whether that was the last, and then closes. */
  boolean letGo() {
    holders--;
    if (holders > 0) {
      return false;
    }
    copies.forEach(SegmentCopy::close);
    return true;
  }

  /**
   * Searches the segment with a searcher of its own.
   *
   * @param horizon of the segments searched before, see {@link Searcher#within}
   */
  HnswHits search(KnnRequest request, int ef, RowFilter filter, float horizon) {
    return near().search(request, ef, filter, horizon);
  }
}
