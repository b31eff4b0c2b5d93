package dev.sextant.storage.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One search of a store, on one thread.
 *
 * <p>Each block of slots is scored in float32. A row whose score proves that it is farther than the
 * worst hit kept is left out; of any other the {@link Metric#distance} is computed at once and
 * decides. So the answer is that of the double distances, whatever the kernel; see {@link Cutoff}.
 */
final class Scan {
  /** Below this part of all slots, given rows are sorted; above, a bitmap orders them. */
  private static final int SORTED_PART = 64;

  private final SearchRequest request;
  private final Slots slots;
  private final Kernels kernels;
  private final long seq;
  private final int count;
  private final TopK nearest;
  private final Cutoff cutoff;
  private final float[] scores = new float[VectorLayout.BLOCK_ROWS];
  private final float[] row;
  private long scanned;
  private int untilCancelCheck = VectorLimits.ROWS_PER_CANCEL_CHECK;

  /** A search over slots that stay open until it is done. */
  Scan(SearchRequest request, Slots slots, Kernels kernels, double maxNorm) {
    this.request = request;
    this.slots = slots;
    this.kernels = kernels;
    seq = Math.min(request.seq(), Chunk.NEVER - 1);
    count = slots.count();
    long[] only = request.rowids();
    nearest = new TopK(Math.min(request.k(), only == null ? count : only.length));
    cutoff = new Cutoff(request.metric(), request.query(), maxNorm);
    row = new float[request.query().length];
  }

  Hits run(VectorLayout layout) {
    if (nearest.capacity() > 0) {
      try (Arena scratch = Arena.ofConfined()) {
        MemorySegment query = scratch.allocate(layout.strideBytes(), VectorLayout.ROW_ALIGNMENT);
        MemorySegment.copy(
            request.query(),
            0,
            query,
            ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN),
            0,
            request.query().length);
        scan(query);
      }
    }
    return nearest.drain(scanned, request.rowids() != null);
  }

  private void scan(MemorySegment query) {
    long[] only = request.rowids();
    if (only == null) {
      for (int base = 0; base < count; base += VectorLayout.BLOCK_ROWS) {
        int rest = count - base;
        scanBlock(query, base, rest < VectorLayout.BLOCK_ROWS ? (1L << rest) - 1 : -1L);
      }
    } else if (only.length < count / SORTED_PART) {
      scanSorted(query, only);
    } else {
      scanBitmap(query, only);
    }
  }

  private void scanSorted(MemorySegment query, long[] only) {
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
      scanBlock(query, base, mask);
    }
  }

  private void scanBitmap(MemorySegment query, long[] only) {
    long[] masks = new long[count / VectorLayout.BLOCK_ROWS + 1];
    for (long rowid : only) {
      int slot = find(rowid);
      if (slot >= 0) {
        masks[slot / VectorLayout.BLOCK_ROWS] |= 1L << (slot % VectorLayout.BLOCK_ROWS);
      }
    }
    for (int i = 0; i < masks.length; i++) {
      if (masks[i] != 0) {
        scanBlock(query, i * VectorLayout.BLOCK_ROWS, masks[i]);
      }
    }
  }

  private int find(long rowid) {
    checkCancel(1);
    int slot = slots.visible(rowid, seq);
    return slot < count ? slot : -1;
  }

  /** Scores those slots of the block at {@code base} that are set in {@code mask} and visible. */
  private void scanBlock(MemorySegment query, int base, long mask) {
    checkCancel(VectorLayout.BLOCK_ROWS);
    Chunk chunk = slots.chunk(base);
    int first = slots.index(base);
    long visible = mask & chunk.visible(first, seq);
    if (visible == 0) {
      return;
    }
    int rows = Long.bitCount(visible);
    int low = Long.numberOfTrailingZeros(visible);
    int span = VectorLayout.BLOCK_ROWS - Long.numberOfLeadingZeros(visible) - low;
    scanned += rows;
    if (rows * 2 >= span) {
      score(query, chunk.block(first + low, span));
      long survivors = cutoff.survivors(scores, chunk.norms(), first + low, span);
      for (long left = visible & (survivors << low); left != 0; left &= left - 1) {
        int i = Long.numberOfTrailingZeros(left);
        consider(chunk, first + i, scores[i - low]);
      }
    } else {
      for (long left = visible; left != 0; left &= left - 1) {
        int i = Long.numberOfTrailingZeros(left);
        score(query, chunk.block(first + i, 1));
        consider(chunk, first + i, scores[0]);
      }
    }
  }

  private void score(MemorySegment query, RowBlock block) {
    switch (request.metric()) {
      case COSINE, INNER_PRODUCT -> kernels.dotBlock(query, block, scores);
      case L2 -> kernels.squaredL2Block(query, block, scores);
      case L1 -> kernels.l1Block(query, block, scores);
    }
  }

  private void consider(Chunk chunk, int index, float score) {
    if (!cutoff.excludes(score, chunk.norm(index))) {
      decide(chunk, index);
    }
  }

  private void decide(Chunk chunk, int index) {
    long rowid = chunk.rowid(index);
    long[] excluded = request.excluded();
    if (excluded != null && Arrays.binarySearch(excluded, rowid) >= 0) {
      return;
    }
    chunk.readRow(index, row);
    double distance = request.metric().distance(request.query(), row);
    if (!Double.isNaN(distance) && nearest.offer(distance, rowid)) {
      cutoff.set(nearest.worst());
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
