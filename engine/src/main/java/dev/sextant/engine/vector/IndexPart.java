package dev.sextant.engine.vector;

import dev.sextant.storage.vector.hnsw.HnswHits;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import dev.sextant.storage.vector.hnsw.RowFilter;
import dev.sextant.storage.vector.hnsw.Searcher;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/**
 * An open segment and the searchers between two searches. Several generations of an index may share
 * it; the last to let go closes it. Safe for many threads.
 */
final class IndexPart {
  private final HnswSegment segment;
  private final Queue<Reusable> idle = new ConcurrentLinkedQueue<>();
  private int holders;
  private volatile boolean closed;

  /** A searcher between two searches. */
  private static final class Reusable {
    private volatile BooleanSupplier cancelled = () -> false;
    private final Searcher searcher;

    Reusable(HnswSegment segment) {
      this.searcher = segment.searcher(() -> cancelled.getAsBoolean());
    }
  }

  /** A part that nobody holds yet. */
  IndexPart(HnswSegment segment) {
    this.segment = segment;
  }

  HnswSegment segment() {
    return segment;
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
    closed = true;
    closeIdle();
    segment.close();
    return true;
  }

  /**
   * Searches the segment with a searcher of its own.
   *
   * @param horizon of the segments searched before, see {@link Searcher#within}
   */
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

  private void closeIdle() {
    for (Reusable reusable = idle.poll(); reusable != null; reusable = idle.poll()) {
      reusable.searcher.close();
    }
  }
}
