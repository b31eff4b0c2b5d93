package dev.sextant.engine.vector;

import dev.sextant.storage.memory.MemoryBudget;
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
  private volatile @Nullable AsBuilt asBuilt;
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
    this.delta =
        VectorMirror.since(
            segment.seq(),
            column,
            new VectorStore(
                column.label(), column.dimensions(), memory.budget(), memory.kernels()));
  }

  /** What an index draws memory from and computes with. */
  record Memory(MemoryBudget budget, Kernels kernels) {}

  IndexDefinition definition() {
    return definition;
  }

  HnswSegment segment() {
    return segment;
  }

  /** Rows of the graph. */
  long rows() {
    return segment.rows();
  }

  /** Rows that have changed since the graph was built. */
  long changedRows() {
    return delta.changed().size();
  }

  /**
   * What a search found, but for some rows.
   *
   * @param aside ids of rows to be read from SQLite instead
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  record Found(Nearest nearest, long scanned, long[] aside) {}

  /**
   * The nearest rows at a reader's snapshot.
   *
   * @return empty where the snapshot is older than the graph, or the log no longer reaches back
   */
  Optional<Found> search(VectorMirror.Reader reader, KnnRequest request, int ef) {
    if (reader.committed() < segment.seq()) {
      return Optional.empty();
    }
    Optional<VectorMirror.View> view = delta.at(reader, request.column());
    if (view.isEmpty()) {
      return Optional.empty();
    }
    long[] aside = view.get().aside();
    Changes changes = new Changes(delta.changed(), reader.committed(), aside);
    HnswHits found = walk(request, filter(changes, request.only()), ef);
    Nearest nearest = new Nearest(request.k());
    for (int i = 0; i < found.size(); i++) {
      nearest.offer(found.rowids()[i], found.distances()[i]);
    }
    long scanned = found.scored();
    request.trace().add(found.visited(), found.scored());
    VectorStore changed = view.get().store();
    if (changed.rows() > 0 || changed.dead() > 0) {
      SearchRequest exact =
          SearchRequest.of(request.query(), request.metric(), request.k(), reader.committed())
              .cancelledBy(request.cancelled())
              .excluding(aside);
      long[] only = request.only();
      Hits hits = changed.search(only == null ? exact : exact.among(only));
      for (int i = 0; i < hits.size(); i++) {
        nearest.offer(hits.rowids()[i], hits.distances()[i]);
      }
      scanned += hits.scanned();
      request.trace().add(0, hits.scanned());
    }
    return Optional.of(new Found(nearest, scanned, aside));
  }

  /** What has become of rows since the graph was built, as a reader sees it. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Changes(Map<Long, Long> changed, long committed, long[] aside) {}

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
  private RowFilter filter(Changes changes, long @Nullable [] only) {
    if (only != null) {
      long[] words = new long[words(segment.rows())];
      segment.mark(only, words);
      if (!changes.changed().isEmpty()) {
        long[] untouched = asBuilt(changes);
        for (int i = 0; i < words.length; i++) {
          words[i] &= untouched[i];
        }
      }
      for (long id : changes.aside()) {
        clear(words, id);
      }
      return RowFilter.ordinals(words);
    }
    if (changes.changed().isEmpty() && changes.aside().length == 0) {
      return RowFilter.all();
    }
    long[] words = asBuilt(changes);
    if (changes.aside().length > 0) {
      words = words.clone();
      for (long id : changes.aside()) {
        clear(words, id);
      }
    }
    return RowFilter.ordinals(words);
  }

  /** The rows that no committed change has touched; the same array until the next commit. */
  private long[] asBuilt(Changes changes) {
    AsBuilt known = asBuilt;
    if (known != null && known.committed() == changes.committed()) {
      return known.words();
    }
    int rows = segment.rows();
    long[] words = new long[words(rows)];
    Arrays.fill(words, -1);
    if ((rows & 63) != 0) {
      words[words.length - 1] = (1L << rows) - 1;
    }
    changes
        .changed()
        .forEach(
            (id, seq) -> {
              if (seq <= changes.committed()) {
                clear(words, id);
              }
            });
    asBuilt = new AsBuilt(changes.committed(), words);
    return words;
  }

  /** The untouched rows as of a log entry. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record AsBuilt(long committed, long[] words) {}

  private static int words(int rows) {
    return (rows + 63) >>> 6;
  }

  private void clear(long[] words, long id) {
    int ordinal = segment.ordinal(id);
    if (ordinal >= 0) {
      words[ordinal >>> 6] &= ~(1L << ordinal);
    }
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
