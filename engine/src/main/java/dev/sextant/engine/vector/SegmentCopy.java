package dev.sextant.engine.vector;

import dev.sextant.engine.numa.PlacedSpace;
import dev.sextant.storage.numa.Evidence;
import dev.sextant.storage.vector.hnsw.HnswHits;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import dev.sextant.storage.vector.hnsw.RowFilter;
import dev.sextant.storage.vector.hnsw.Searcher;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** An open segment, where it lies, and its searchers between two searches. For many threads. */
final class SegmentCopy {
  /** The node of a copy that is not for one node's readers. */
  static final int ANY = -1;

  private final HnswSegment segment;
  private final @Nullable PlacedSpace space;
  private final int node;
  private final Queue<Reusable> idle = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  /** A searcher between two searches. */
  private static final class Reusable {
    private volatile BooleanSupplier cancelled = () -> false;
    private final Searcher searcher;

    Reusable(HnswSegment segment) {
      this.searcher = segment.searcher(() -> cancelled.getAsBoolean());
    }
  }

  /**
   * A copy.
   *
   * @param space where its memory is from; null where nothing is wanted
   * @param node whose readers it is for, or {@link #ANY}
   */
  SegmentCopy(HnswSegment segment, @Nullable PlacedSpace space, int node) {
    this.segment = segment;
    this.space = space;
    this.node = node;
  }

  HnswSegment segment() {
    return segment;
  }

  int node() {
    return node;
  }

  @Nullable PlacedSpace space() {
    return space;
  }

  /** What its placement has come to. */
  Evidence evidence() {
    if (space == null) {
      return new Evidence.None(0, "no placement is wanted");
    }
    Evidence evidence = space.evidence(segment.placed());
    return evidence instanceof Evidence.Verified && segment.mappedBytes() > 0
        ? inFile(space)
        : evidence;
  }

  /** Writes down what is wanted in memory and has stayed in the file; an error where strict. */
  void requireWhole() {
    if (space != null && segment.mappedBytes() > 0) {
      space.lack(inFile(space));
    }
  }

  private Evidence inFile(PlacedSpace wanted) {
    return wanted.without(
        segment.mappedBytes(),
        "read from the index's file, through the page cache: memory_limit has no room for them");
  }

  /** As {@link IndexPart#search}. */
  HnswHits search(KnnRequest request, int ef, RowFilter filter, float horizon) {
    Reusable reusable = idle.poll();
    if (reusable == null) {
      reusable = new Reusable(segment);
    }
    reusable.cancelled = request.cancelled();
    try {
      reusable.searcher.within(horizon);
      return reusable.searcher.search(request.query(), request.k(), ef, filter);
    } finally {
      idle.add(reusable);
      if (closed) {
        closeIdle();
      }
    }
  }

  void close() {
    closed = true;
    closeIdle();
    segment.close();
  }

  private void closeIdle() {
    for (Reusable reusable = idle.poll(); reusable != null; reusable = idle.poll()) {
      reusable.searcher.close();
    }
  }
}
