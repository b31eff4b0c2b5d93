package dev.sextant.storage.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a store for one query or several, on one thread.
 *
 * <p>Each block of slots is scored in float32, for all queries while it is in the cache. A row
 * whose score proves that it is farther than the worst hit kept is left out; of any other the
 * {@link Metric#distance} is computed at once and decides. So the answer is that of the double
 * distances, whatever the kernel; see {@link Cutoff}.
 */
final class Scan {
  /** Below this part of all slots, given rows are sorted; above, a bitmap orders them. */
  private static final int SORTED_PART = 64;

  /** So few rows of a block are compared at once in the time that all its sketches take. */
  private static final int LEAST_SKETCHED = 4;

  private final SearchRequest request;
  private final List<Searched> searched = new ArrayList<>();
  private final Slots slots;
  private final Kernels kernels;
  private final long seq;
  private final int count;
  private final float[][] scores;
  private final float[] row;
  private Sketcher.@Nullable Near near;
  private @Nullable BitSet chunks;
  private long scanned;
  private int untilCancelCheck = VectorLimits.ROWS_PER_CANCEL_CHECK;

  /** One of the queries, and what it has found so far. */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  private record Searched(float[] query, TopK nearest, Cutoff cutoff) {}

  /**
   * A search over slots that stay open until it is done.
   *
   * @param requests that differ in nothing but their queries, {@link QueryBlock#MOST} at most
   */
  Scan(List<SearchRequest> requests, Slots slots, Kernels kernels, double maxNorm) {
    this.request = requests.getFirst();
    this.slots = slots;
    this.kernels = kernels;
    seq = Math.min(request.seq(), Chunk.NEVER - 1);
    count = slots.count();
    long[] only = request.rowids();
    int k = Math.min(request.k(), only == null ? count : only.length);
    for (SearchRequest each : requests) {
      Cutoff cutoff = new Cutoff(request.metric(), each.query(), maxNorm);
      cutoff.set(request.within());
      searched.add(new Searched(each.query(), new TopK(k), cutoff));
    }
    int arrays = requests.size() == 1 ? 1 : QueryBlock.MOST;
    scores = new float[arrays][VectorLayout.BLOCK_ROWS];
    row = new float[request.query().length];
  }

  /** From now on only some chunks are read, by their places; where no rows are given. */
  void only(BitSet places) {
    chunks = places;
  }

  /** From now on rows are left out by their sketches; of one query only. */
  void sketchedBy(Sketcher.Near sketches) {
    near = sketches;
  }

  /** What each query has found. */
  List<Hits> run(VectorLayout layout) {
    if (request.k() > 0) {
      try (Arena scratch = Arena.ofConfined()) {
        List<float[]> queries = searched.stream().map(Searched::query).toList();
        scan(new QueryBlock(queries, layout, scratch));
      }
    }
    boolean restricted = request.rowids() != null;
    return searched.stream().map(each -> each.nearest().drain(scanned, restricted)).toList();
  }

  private void scan(QueryBlock queries) {
    long[] only = request.rowids();
    if (only == null) {
      for (int base = 0; base < count; base += VectorLayout.BLOCK_ROWS) {
        int rest = count - base;
        BitSet wanted = chunks;
        if (wanted != null && !wanted.get(slots.place(base))) {
          continue;
        }
        scanBlock(queries, base, rest < VectorLayout.BLOCK_ROWS ? (1L << rest) - 1 : -1L);
      }
    } else if (only.length < count / SORTED_PART) {
      scanSorted(queries, only);
    } else {
      scanBitmap(queries, only);
    }
  }

  private void scanSorted(QueryBlock queries, long[] only) {
    int[] found = new int[only.length];
    int size = 0;
    for (long rowid : only) {
      int slot = find(rowid);
      if (slot >= 0) {
        found[size++] = slot;
      }
    }
    Arrays.sort(found, 0, size);
    int i = 0;
    while (i < size) {
      int base = found[i] & -VectorLayout.BLOCK_ROWS;
      long mask = 0;
      for (; i < size && found[i] - base < VectorLayout.BLOCK_ROWS; i++) {
        mask |= 1L << (found[i] - base);
      }
      scanBlock(queries, base, mask);
    }
  }

  private void scanBitmap(QueryBlock queries, long[] only) {
    long[] masks = new long[count / VectorLayout.BLOCK_ROWS + 1];
    for (long rowid : only) {
      int slot = find(rowid);
      if (slot >= 0) {
        masks[slot / VectorLayout.BLOCK_ROWS] |= 1L << (slot % VectorLayout.BLOCK_ROWS);
      }
    }
    for (int i = 0; i < masks.length; i++) {
      if (masks[i] != 0) {
        scanBlock(queries, i * VectorLayout.BLOCK_ROWS, masks[i]);
      }
    }
  }

  private int find(long rowid) {
    checkCancel(1);
    int slot = slots.visible(rowid, seq);
    return slot < count ? slot : -1;
  }

  /** Scores those slots of the block at {@code base} that are set in {@code mask} and visible. */
  private void scanBlock(QueryBlock queries, int base, long mask) {
    checkCancel(VectorLayout.BLOCK_ROWS);
    Chunk chunk = slots.chunk(base);
    int first = slots.index(base);
    long visible = mask & chunk.visible(first, seq);
    scanned += Long.bitCount(visible);
    visible = sketched(chunk, first, visible);
    if (visible == 0) {
      return;
    }
    int rows = Long.bitCount(visible);
    int low = Long.numberOfTrailingZeros(visible);
    int span = VectorLayout.BLOCK_ROWS - Long.numberOfLeadingZeros(visible) - low;
    if (rows * 2 >= span) {
      score(queries, chunk.block(first + low, span));
      for (int q = 0; q < searched.size(); q++) {
        Cutoff cutoff = searched.get(q).cutoff();
        long survivors = cutoff.survivors(scores[q], chunk.norms(), first + low, span);
        for (long left = visible & (survivors << low); left != 0; left &= left - 1) {
          int i = Long.numberOfTrailingZeros(left);
          consider(q, chunk, first + i, scores[q][i - low]);
        }
      }
    } else {
      for (long left = visible; left != 0; left &= left - 1) {
        int i = Long.numberOfTrailingZeros(left);
        score(queries, chunk.block(first + i, 1));
        for (int q = 0; q < searched.size(); q++) {
          consider(q, chunk, first + i, scores[q][0]);
        }
      }
    }
  }

  private long sketched(Chunk chunk, int first, long visible) {
    Sketcher.Near by = near;
    if (by == null || Long.bitCount(visible) < LEAST_SKETCHED) {
      return visible;
    }
    double worst = Math.min(request.within(), searched.getFirst().nearest().worst());
    int span = VectorLayout.BLOCK_ROWS - Long.numberOfLeadingZeros(visible);
    return worst == Double.POSITIVE_INFINITY
        ? visible
        : visible & by.among(new Sketcher.Rows(chunk.sketches(), first, span), worst);
  }

  private void score(QueryBlock queries, RowBlock block) {
    if (queries.count() == 1) {
      MemorySegment query = queries.row(0);
      switch (request.metric()) {
        case COSINE, INNER_PRODUCT -> kernels.dotBlock(query, block, scores[0]);
        case L2 -> kernels.squaredL2Block(query, block, scores[0]);
        case L1 -> kernels.l1Block(query, block, scores[0]);
      }
    } else {
      switch (request.metric()) {
        case COSINE, INNER_PRODUCT -> kernels.dotBlocks(queries, block, scores);
        case L2 -> kernels.squaredL2Blocks(queries, block, scores);
        case L1 -> kernels.l1Blocks(queries, block, scores);
      }
    }
  }

  private void consider(int q, Chunk chunk, int index, float score) {
    if (!searched.get(q).cutoff().excludes(score, chunk.norm(index))) {
      decide(searched.get(q), chunk, index);
    }
  }

  private void decide(Searched by, Chunk chunk, int index) {
    long rowid = chunk.rowid(index);
    long[] excluded = request.excluded();
    if (excluded != null && Arrays.binarySearch(excluded, rowid) >= 0) {
      return;
    }
    chunk.readRow(index, row);
    double distance = request.metric().distance(by.query(), row);
    boolean near = distance <= request.within(); // A NaN is not.
    if (near && by.nearest().offer(distance, rowid)) {
      by.cutoff().set(Math.min(request.within(), by.nearest().worst()));
    }
  }

  private void checkCancel(int rows) {
    untilCancelCheck -= rows;
    if (untilCancelCheck <= 0) {
      untilCancelCheck = VectorLimits.ROWS_PER_CANCEL_CHECK;
      if (request.cancelled().getAsBoolean()) {
        throw new StorageException(
            Kind.INTERRUPTED,
            "Vector search was cancelled after "
                + scanned
                + " of "
                + count
                + " rows. Run it again, or with a longer time-out.");
      }
    }
  }
}
