package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.VectorCodec;
import dev.sextant.storage.vector.hnsw.GraphKernels.Batch;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/*
 * Horizon. Of several segments the first tells how far its ef-th nearest row is. In the others no
 * row beyond that is among the ef nearest of all, so their walks end there, as one walk in a graph
 * of all rows would; Lucene's searches of several segments share what they know likewise.
 *
 * Filters. A filter that lets through a part s of the rows needs the ef / s nearest nodes for ef
 * that match, and each of those costs the scoring of many. Where that is more than there are rows
 * to let through, these are scanned. The same when the walk did not find enough, be it that the
 * filter and the query are far apart or that nodes cannot be reached: so no answer is short.
 */
/** Searches one segment, on one thread at a time, with scratch that is reused. */
public final class Searcher implements AutoCloseable {
  /** Rows that a scan scores in the time in which a walk gets one node nearer. */
  private static final int SCAN_ADVANTAGE = 24;

  /** Rows that are asked whether they match, to guess how many do. */
  private static final int SAMPLE = 256;

  private final HnswSegment segment;
  private final MemoryBudget budget;
  private final BooleanSupplier cancelled;
  private final Traversal traversal;
  private final Layer[] layers;
  private final Scorer scorer;
  private final FloatScorer exact;
  private final Pool matches = new Pool();
  private final Batch batch = new Batch(Traversal.MIN_BATCH);
  private final float[] row;
  private final long scratchBytes;
  private long[] rowids = new long[0];
  private double[] distances = new double[0];
  private int untilCancelCheck = HnswLimits.ROWS_PER_CANCEL_CHECK;
  private float horizon = Float.POSITIVE_INFINITY;
  private boolean closed;

  Searcher(HnswSegment segment, MemoryBudget budget, BooleanSupplier cancelled) {
    this.segment = segment;
    this.budget = budget;
    this.cancelled = cancelled;
    scratchBytes = segment.rows();
    budget.reserve(scratchBytes, "Index search");
    layers = new Layer[segment.top() + 1];
    for (int level = 0; level < layers.length; level++) {
      layers[level] = segment.layer(level);
    }
    traversal = new Traversal(segment.rows(), layers[0].width());
    scorer = segment.scorer();
    exact = segment.floatScorer();
    row = new float[segment.dimensions()];
  }

  /**
   * Of the rows found next, those beyond may be missing: other segments have {@code ef} that are
   * nearer. Holds until the next call.
   *
   * @param beyond a {@link HnswHits#horizon()}
   */
  public void within(float beyond) {
    horizon = beyond;
  }

  /**
   * The {@code k} rows nearest to the query that the filter lets through, or all of these if there
   * are fewer.
   *
   * @param k at least 0
   * @param ef how many candidates to keep, raised to k; the more, the better the recall
   * @throws StorageException of kind DIMENSIONS or INVALID_VECTOR for the query, INTERRUPTED when
   *     cancelled, CLOSED after the segment was closed
   */
  public HnswHits search(float[] query, int k, int ef, RowFilter filter) {
    VectorCodec.requireDimensions(query, segment.dimensions(), "Index search");
    VectorCodec.requireFinite(query);
    requireAtLeast("k", k, 0);
    requireAtLeast("ef_search", ef, 1);
    segment.acquire();
    try {
      if (closed) {
        throw new StorageException(Kind.CLOSED, "Index search was closed. Begin another.");
      }
      traversal.resetCounts();
      boolean nowhere = segment.parameters().metric() == Metric.COSINE && Metric.norm(query) == 0;
      if (k == 0 || segment.rows() == 0 || nowhere) {
        return new HnswHits(new long[0], new double[0], 0, 0, Float.POSITIVE_INFINITY);
      }
      scorer.query(query);
      if (scorer != exact) {
        exact.query(query);
      }
      find(Math.min(k, segment.rows()), Math.min(Math.max(k, ef), segment.rows()), filter);
      float own = horizon(Math.max(k, ef));
      matches.cut(horizon - scorer.rest());
      return result(query, k, own);
    } finally {
      segment.release();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      budget.release(scratchBytes);
    }
  }

  private float horizon(int ef) {
    return matches.size() < ef ? Float.POSITIVE_INFINITY : matches.score(ef - 1) + scorer.rest();
  }

  /** Fills {@code matches} with the best candidates. */
  private void find(int k, int ef, RowFilter filter) {
    switch (filter) {
      case RowFilter.All _ -> {
        if (scanIsFaster(segment.rows(), ef) || !walk(k, ef, filter)) {
          scan(ef, filter);
        }
      }
      case RowFilter.Ordinals some -> {
        int wanted = (int) Math.min(k, some.count());
        int wider = widened(ef, some.count());
        if (scanIsFaster(some.count(), wider) || !walk(wanted, wider, filter)) {
          scan(ef, filter);
        }
      }
      case RowFilter.Rowids some -> {
        long guess = guess(some);
        int wider = widened(ef, guess);
        if (scanIsFaster(guess, wider) || !walk(k, wider, filter)) {
          scan(ef, filter);
        }
      }
    }
  }

  private static boolean scanIsFaster(long rows, int ef) {
    return rows <= (long) ef * SCAN_ADVANTAGE;
  }

  private int widened(int ef, long matching) {
    double share = Math.max(1, matching) / (double) segment.rows();
    return (int) Math.min(segment.rows(), Math.ceil(ef / share));
  }

  private long guess(RowFilter.Rowids filter) {
    int rows = segment.rows();
    int sample = Math.min(SAMPLE, rows);
    int matching = 0;
    for (int i = 0; i < sample; i++) {
      int ordinal = (int) ((long) i * rows / sample);
      if (filter.predicate().test(segment.rowidAt(ordinal))) {
        matching++;
      }
    }
    return (long) matching * rows / sample;
  }

  /** Walks through the graph; false if that found fewer than {@code wanted} matches. */
  private boolean walk(int wanted, int ef, RowFilter filter) {
    int entry = 0;
    for (int level = layers.length - 1; level > 0; level--) {
      traversal.walk(layers[level], scorer, entry, 1);
      entry = traversal.pool().node(0);
    }
    Pool pool = traversal.pool();
    pool.reset(ef, horizon - scorer.rest());
    traversal.walk(layers[0], scorer, segment.entryOrdinal(entry));
    matches.reset(pool.size());
    if (filter instanceof RowFilter.All) {
      matches.copy(pool);
      return isEnough(wanted);
    }
    for (int rank = 0; rank < pool.size(); rank++) {
      if (lets(filter, pool.node(rank))) {
        matches.offer(pool.node(rank), pool.score(rank));
      }
    }
    return isEnough(wanted);
  }

  /** With a horizon other segments have enough. */
  private boolean isEnough(int wanted) {
    return matches.size() >= wanted || horizon < Float.POSITIVE_INFINITY;
  }

  /** Scores every row that the filter lets through. */
  private void scan(int ef, RowFilter filter) {
    matches.reset(ef);
    traversal.batch.count = 0;
    switch (filter) {
      case RowFilter.All _ -> {
        for (int ordinal = 0; ordinal < segment.rows(); ordinal++) {
          scanRow(ordinal);
        }
      }
      case RowFilter.Ordinals some -> scanBits(some.words());
      case RowFilter.Rowids some -> {
        for (int ordinal = 0; ordinal < segment.rows(); ordinal++) {
          if (some.predicate().test(segment.rowidAt(ordinal))) {
            scanRow(ordinal);
          }
        }
      }
    }
    offerBatch(traversal.batch);
  }

  private void scanBits(long[] words) {
    int within = Math.min(words.length, (segment.rows() + Long.SIZE - 1) / Long.SIZE);
    for (int word = 0; word < within; word++) {
      for (long left = words[word]; left != 0; left &= left - 1) {
        int ordinal = word * Long.SIZE + Long.numberOfTrailingZeros(left);
        if (ordinal < segment.rows()) {
          scanRow(ordinal);
        }
      }
    }
  }

  private void scanRow(int ordinal) {
    Batch rows = traversal.batch;
    rows.ordinals[rows.count++] = ordinal;
    if (rows.count == Traversal.MIN_BATCH) {
      offerBatch(rows);
    }
  }

  private void offerBatch(Batch rows) {
    checkCancel(rows.count);
    traversal.score(scorer);
    matches.offerAll(rows.ordinals, rows.scores, rows.count);
    rows.count = 0;
  }

  private boolean lets(RowFilter filter, int ordinal) {
    return switch (filter) {
      case RowFilter.All _ -> true;
      case RowFilter.Ordinals some -> some.test(ordinal);
      case RowFilter.Rowids some -> some.predicate().test(segment.rowidAt(ordinal));
    };
  }

  /** The k nearest of {@code matches}, by the distances that users see. */
  private HnswHits result(float[] query, int k, float own) {
    Pool best = scorer == exact ? matches : rescored();
    int size = Math.min(k, best.size());
    if (rowids.length < size) {
      rowids = new long[size];
      distances = new double[size];
    }
    double squaredNorm = Metric.squaredNorm(query);
    int found = 0;
    for (int rank = 0; rank < best.size() && (rank < size || tied(best, rank, size)); rank++) {
      int ordinal = best.node(rank);
      segment.read(ordinal, row);
      double distance = segment.parameters().metric().distance(query, squaredNorm, row);
      found = insert(found, size, distance, segment.rowidAt(ordinal));
    }
    long[] foundRowids = Arrays.copyOf(rowids, found);
    double[] foundDistances = Arrays.copyOf(distances, found);
    return new HnswHits(foundRowids, foundDistances, traversal.expanded(), traversal.scored(), own);
  }

  /** Whether float32 may have put a row behind the last of the k nearest by rounding alone. */
  private static boolean tied(Pool pool, int rank, int k) {
    float last = pool.score(k - 1);
    return pool.score(rank) <= last + Math.abs(last) * 1e-5f;
  }

  private int insert(int found, int most, double distance, long rowid) {
    int at = found;
    while (at > 0
        && (distances[at - 1] > distance
            || (distances[at - 1] == distance && rowids[at - 1] > rowid))) {
      at--;
    }
    if (at == most) {
      return found;
    }
    int moved = Math.min(found, most - 1) - at;
    System.arraycopy(distances, at, distances, at + 1, moved);
    System.arraycopy(rowids, at, rowids, at + 1, moved);
    distances[at] = distance;
    rowids[at] = rowid;
    return Math.min(found + 1, most);
  }

  /** Candidates in the order of their float32 vectors. */
  private Pool rescored() {
    Pool rescored = traversal.pool();
    int size = matches.size();
    rescored.reset(size);
    for (int from = 0; from < size; from += batch.ordinals.length) {
      batch.count = Math.min(batch.ordinals.length, size - from);
      for (int i = 0; i < batch.count; i++) {
        batch.ordinals[i] = matches.node(from + i);
      }
      exact.score(batch);
      rescored.offerAll(batch.ordinals, batch.scores, batch.count);
    }
    return rescored;
  }

  private void checkCancel(int rows) {
    untilCancelCheck -= rows;
    if (untilCancelCheck <= 0) {
      untilCancelCheck = HnswLimits.ROWS_PER_CANCEL_CHECK;
      if (cancelled.getAsBoolean()) {
        throw new StorageException(
            Kind.INTERRUPTED,
            "Index search was cancelled. Run it again, or with a longer time-out.");
      }
    }
  }

  private static void requireAtLeast(String name, int value, int least) {
    if (value < least) {
      throw new StorageException(
          Kind.PARAMETER,
          "Index search expects " + name + " of " + least + " or more but got " + value + ".");
    }
  }
}
