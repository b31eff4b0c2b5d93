package dev.sextant.engine.vector;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.vector.Hits;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.SearchRequest;
import dev.sextant.storage.vector.VectorStore;
import dev.sextant.storage.vector.hnsw.HnswHits;
import dev.sextant.storage.vector.hnsw.HnswSegment;
import dev.sextant.storage.vector.hnsw.RowFilter;
import dev.sextant.storage.vector.hnsw.Searcher;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A graph over the rows as they were when it was built, and the rows that have changed since, which
 * are searched exactly. Together they answer for any snapshot not older than the graph. Safe for
 * many threads.
 */
final class HnswIndex implements AutoCloseable {
  private final IndexDefinition definition;
  private final HnswSegment segment;
  private final VectorMirror delta;
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

  /** An index whose segment is open; both are closed together. */
  HnswIndex(IndexDefinition definition, HnswSegment segment, VectorColumn column, Memory memory) {
    this.definition = definition;
    this.segment = segment;
    this.delta = VectorMirror.since(segment.seq(), column, memory.budget(), memory.kernels());
  }

  /** What an index draws memory from and computes with. */
  record Memory(MemoryBudget budget, Kernels kernels) {}

  IndexDefinition definition() {
    return definition;
  }

  HnswSegment segment() {
    return segment;
  }

  /** Rows that have changed since the graph was built. */
  long changedRows() {
    return delta.changed().size();
  }

  /** What a transaction sees: the committed log entry, and the rows it has changed itself. */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  record Snapshot(long committed, long[] own) {}

  /**
   * The nearest rows that the snapshot's own transaction has not changed.
   *
   * @return empty where the snapshot is older than the graph, or the log no longer reaches back
   */
  Optional<KnnResult> search(
      SqliteConnection connection, Snapshot snapshot, KnnRequest request, int ef) {
    if (snapshot.committed() < segment.seq()) {
      return Optional.empty();
    }
    Optional<VectorStore> changes = delta.at(connection, snapshot.committed(), snapshot.own());
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    HnswHits found = walk(request, filter(snapshot, request.only()), ef);
    Nearest nearest = new Nearest(request.k());
    for (int i = 0; i < found.size(); i++) {
      nearest.offer(found.rowids()[i], found.distances()[i]);
    }
    long scanned = found.scored();
    if (changes.get().rows() > 0) {
      SearchRequest exact =
          SearchRequest.of(request.query(), request.metric(), request.k(), snapshot.committed())
              .cancelledBy(request.cancelled())
              .excluding(snapshot.own());
      long[] only = request.only();
      Hits hits = changes.get().search(only == null ? exact : exact.among(only));
      for (int i = 0; i < hits.size(); i++) {
        nearest.offer(hits.rowids()[i], hits.distances()[i]);
      }
      scanned += hits.scanned();
    }
    return Optional.of(nearest.result(scanned, ""));
  }

  private HnswHits walk(KnnRequest request, RowFilter filter, int ef) {
    Reusable reusable = idle.poll();
    if (reusable == null) {
      reusable = new Reusable(segment);
    }
    reusable.cancelled = request.cancelled();
    try {
      return reusable.searcher.search(request.query(), request.k(), ef, filter);
    } finally {
      idle.add(reusable);
      if (closed) {
        closeIdle();
      }
    }
  }

  /** The graph's rows that are as they were when it was built, and that the search may find. */
  private RowFilter filter(Snapshot snapshot, long @Nullable [] onlyOrNull) {
    Map<Long, Long> changed = delta.changed();
    long[] own = snapshot.own();
    if (onlyOrNull == null) {
      return changed.isEmpty() && own.length == 0
          ? RowFilter.all()
          : RowFilter.rowids(id -> isAsBuilt(changed, snapshot, id));
    }
    long[] words = new long[(segment.rows() + 63) / 64];
    for (long id : onlyOrNull) {
      int ordinal = segment.ordinal(id);
      if (ordinal >= 0 && isAsBuilt(changed, snapshot, id)) {
        words[ordinal >>> 6] |= 1L << ordinal;
      }
    }
    return RowFilter.ordinals(words);
  }

  private static boolean isAsBuilt(Map<Long, Long> changed, Snapshot snapshot, long id) {
    Long seq = changed.get(id);
    return (seq == null || seq > snapshot.committed())
        && Arrays.binarySearch(snapshot.own(), id) < 0;
  }

  private void closeIdle() {
    for (Reusable reusable = idle.poll(); reusable != null; reusable = idle.poll()) {
      reusable.searcher.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    closeIdle();
    segment.close();
    delta.close();
  }
}
