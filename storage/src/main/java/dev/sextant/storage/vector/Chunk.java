package dev.sextant.storage.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A run of consecutive slots: their rows off-heap, and what is known of each row beside them.
 *
 * <p>Written by one thread at a time. A slot is written before it is published and then changes
 * only once, when it dies.
 */
final class Chunk {
  /** Bytes that a slot takes beside its row. */
  static final int SLOT_BYTES = 3 * Long.BYTES + Double.BYTES + Integer.BYTES;

  /** The death of a slot that lives, and the birth of one that no search may find. */
  static final long NEVER = Long.MAX_VALUE;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DIED = MethodHandles.arrayElementVarHandle(long[].class);

  private final VectorLayout layout;
  private final MemorySegment rows;
  private final MemorySegment sketches;
  private final int node;
  private final long[] rowids;
  private final long[] born;
  private final long[] died;
  private final double[] norms;
  private final int[] previous;

  /** At least the births, and at most the deaths, of all published slots. */
  private volatile long latestBorn = Long.MIN_VALUE;

  private volatile long earliestDied = NEVER;

  /** A chunk over {@code rows} and {@code sketches}, zeros that outlive it, on a node. */
  Chunk(VectorLayout layout, MemorySegment rows, MemorySegment sketches, int node) {
    this.node = node;
    this.layout = layout;
    this.rows = rows;
    this.sketches = sketches;
    rowids = new long[layout.rowsPerChunk()];
    born = new long[layout.rowsPerChunk()];
    died = new long[layout.rowsPerChunk()];
    norms = new double[layout.rowsPerChunk()];
    previous = new int[layout.rowsPerChunk()];
  }

  /** The node that its rows lie on; -1 where none was chosen. */
  int node() {
    return node;
  }

  /** Its memory outside the heap. */
  List<MemorySegment> memory() {
    return List.of(rows, sketches);
  }

  /** Writes a slot that is not yet published. {@code older} is the row's slot before, or -1. */
  void write(int index, long rowid, long seq, int older) {
    rowids[index] = rowid;
    born[index] = seq;
    died[index] = NEVER;
    previous[index] = older;
    latestBorn = Math.max(latestBorn, seq);
  }

  /** Writes the vector of a slot that is not yet published. */
  void writeRow(int index, float[] vector, double norm) {
    long offset = offset(index);
    MemorySegment.copy(vector, 0, rows, FLOAT, offset, vector.length);
    norms[index] = norm;
  }

  /** Ends the life of a slot: snapshots from {@code seq} on do not see it. */
  void kill(int index, long seq) {
    DIED.setOpaque(died, index, seq);
    earliestDied = Math.min(earliestDied, seq);
  }

  boolean alive(int index) {
    return died[index] == NEVER;
  }

  /** Whether the slot holds a vector that no search may find. */
  boolean unsearchable(int index) {
    return born[index] == NEVER;
  }

  /** Whether the slot was born by {@code seq}, dead or not. */
  boolean bornBy(int index, long seq) {
    return born[index] <= seq;
  }

  boolean deadBy(int index, long seq) {
    return (long) DIED.getOpaque(died, index) <= seq;
  }

  /** One bit for each slot of the block from {@code first}, set if it is visible. */
  long visible(int first, long seq) {
    if (latestBorn <= seq && seq < earliestDied) {
      return -1L;
    }
    long mask = 0;
    for (int i = 0; i < VectorLayout.BLOCK_ROWS; i++) {
      if (bornBy(first + i, seq) && !deadBy(first + i, seq)) {
        mask |= 1L << i;
      }
    }
    return mask;
  }

  long rowid(int index) {
    return rowids[index];
  }

  double norm(int index) {
    return norms[index];
  }

  /** The norms of all slots, for reading. */
  double[] norms() {
    return norms;
  }

  /** The sketches of all slots. */
  MemorySegment sketches() {
    return sketches;
  }

  int previous(int index) {
    return previous[index];
  }

  /** {@code count} rows from {@code index}, borrowed from the store. */
  RowBlock block(int index, int count) {
    return new RowBlock(
        rows, offset(index), count, layout.strideBytes(), layout.paddedDimensions());
  }

  void readRow(int index, float[] vector) {
    MemorySegment.copy(rows, FLOAT, offset(index), vector, 0, vector.length);
  }

  private long offset(int index) {
    return (long) index * layout.strideBytes();
  }
}
