package dev.sextant.storage.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/*
 * Row by row, not several rows interleaved: one long stream is what the memory prefetcher follows
 * best. A slice for each row or step, which escape analysis removes, makes the bounds checks of its
 * loads cheap.
 *
 * A scan is as fast as the processor reads ahead, past instructions that wait for memory. Of rows
 * that are a whole number of steps, a block is therefore one loop, not a loop inside another, with
 * as few values alive as can be. With more of them C2 spills addresses to vector registers, and
 * fetching one seems to queue behind the multiplications that wait for memory: the next loads come
 * late. It cost a quarter of the bandwidth, and -XX:-UseFPUForSpilling won a part of it back. So
 * measure with ScanBench after every change to the loops named Stream: one more value alive may be
 * too many. L1 has none, for with its three operations a load it gained next to nothing.
 */
/**
 * Kernels on the Vector API. {@link KernelProvider} loads this class by name, and only where the
 * module is there; nothing else may name it.
 */
final class SimdKernels implements Kernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int VECTOR = SPECIES.vectorByteSize();
  private static final int STEP = 4 * VECTOR;

  private static final int LINE = QueryBlock.LINE_FLOATS * Float.BYTES;

  /** From a query's part of a group of lines to the end of the last query's. */
  private static final int LINES = (QueryBlock.MOST - 1) * LINE + VECTOR;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public String name() {
    return "simd";
  }

  @Override
  public String description() {
    return SPECIES.vectorBitSize() + "-bit vectors, FMA";
  }

  /**
   * Four vectors. A field, not a constant: a loop whose step it cannot know, C2 does not unroll,
   * and an unrolled one reads the lines of a row in an order that the prefetcher follows less well.
   */
  private final int step = 4 * VECTOR;

  /**
   * Refuses a processor that may lack FMA, where {@code fma} would be emulated. On x86 256-bit
   * vectors of every type mean AVX2, and every processor with AVX2 has FMA.
   */
  SimdKernels() {
    boolean x86 = System.getProperty("os.arch", "").matches("amd64|x86_64|x86|i386");
    if (x86 && SPECIES.vectorBitSize() < 256) {
      throw new UnsupportedOperationException(
          "the JVM prefers "
              + SPECIES.vectorBitSize()
              + "-bit vectors: a processor with AVX2"
              + " is needed");
    }
  }

  @Override
  public float dot(MemorySegment query, MemorySegment data, long offset, int dims) {
    return dotRow(query, data, offset, dims);
  }

  @Override
  public float squaredL2(MemorySegment query, MemorySegment data, long offset, int dims) {
    return squaredL2Row(query, data, offset, dims);
  }

  @Override
  public float l1(MemorySegment query, MemorySegment data, long offset, int dims) {
    return l1Row(query, data, offset, dims);
  }

  @Override
  public void dotBlock(MemorySegment query, RowBlock block, float[] out) {
    if (isStream(block)) {
      dotStream(query, block, out);
      return;
    }
    MemorySegment data = block.data();
    long offset = block.offset();
    int dims = block.dims();
    for (int row = 0; row < block.rows(); row++) {
      out[row] = dotRow(query, data, offset, dims);
      offset += block.strideBytes();
    }
  }

  @Override
  public void squaredL2Block(MemorySegment query, RowBlock block, float[] out) {
    if (isStream(block)) {
      squaredL2Stream(query, block, out);
      return;
    }
    MemorySegment data = block.data();
    long offset = block.offset();
    int dims = block.dims();
    for (int row = 0; row < block.rows(); row++) {
      out[row] = squaredL2Row(query, data, offset, dims);
      offset += block.strideBytes();
    }
  }

  @Override
  public void l1Block(MemorySegment query, RowBlock block, float[] out) {
    MemorySegment data = block.data();
    long offset = block.offset();
    int dims = block.dims();
    for (int row = 0; row < block.rows(); row++) {
      out[row] = l1Row(query, data, offset, dims);
      offset += block.strideBytes();
    }
  }

  @Override
  public void dotBlocks(QueryBlock queries, RowBlock block, float[][] out) {
    if (!isBatch(queries, block)) {
      Kernels.super.dotBlocks(queries, block, out);
      return;
    }
    MemorySegment all = queries.interleaved();
    long end = (long) block.dims() * Float.BYTES;
    for (int row = 0; row < block.rows(); row++) {
      MemorySegment x = block.row(row).asSlice(0, end);
      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = FloatVector.zero(SPECIES);
      FloatVector s2 = FloatVector.zero(SPECIES);
      FloatVector s3 = FloatVector.zero(SPECIES);
      FloatVector s4 = FloatVector.zero(SPECIES);
      FloatVector s5 = FloatVector.zero(SPECIES);
      FloatVector s6 = FloatVector.zero(SPECIES);
      FloatVector s7 = FloatVector.zero(SPECIES);
      for (long p = 0; p < end; p += VECTOR) {
        MemorySegment q = all.asSlice(QueryBlock.offset(p), LINES);
        FloatVector v = load(x, p);
        s0 = multiplyAdd(load(q, 0), v, s0);
        s1 = multiplyAdd(load(q, LINE), v, s1);
        s2 = multiplyAdd(load(q, 2 * LINE), v, s2);
        s3 = multiplyAdd(load(q, 3 * LINE), v, s3);
        s4 = multiplyAdd(load(q, 4 * LINE), v, s4);
        s5 = multiplyAdd(load(q, 5 * LINE), v, s5);
        s6 = multiplyAdd(load(q, 6 * LINE), v, s6);
        s7 = multiplyAdd(load(q, 7 * LINE), v, s7);
      }
      out[0][row] = sum(s0);
      out[1][row] = sum(s1);
      out[2][row] = sum(s2);
      out[3][row] = sum(s3);
      out[4][row] = sum(s4);
      out[5][row] = sum(s5);
      out[6][row] = sum(s6);
      out[7][row] = sum(s7);
    }
  }

  @Override
  public void squaredL2Blocks(QueryBlock queries, RowBlock block, float[][] out) {
    if (!isBatch(queries, block)) {
      Kernels.super.squaredL2Blocks(queries, block, out);
      return;
    }
    MemorySegment all = queries.interleaved();
    long end = (long) block.dims() * Float.BYTES;
    for (int row = 0; row < block.rows(); row++) {
      MemorySegment x = block.row(row).asSlice(0, end);
      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = FloatVector.zero(SPECIES);
      FloatVector s2 = FloatVector.zero(SPECIES);
      FloatVector s3 = FloatVector.zero(SPECIES);
      FloatVector s4 = FloatVector.zero(SPECIES);
      FloatVector s5 = FloatVector.zero(SPECIES);
      FloatVector s6 = FloatVector.zero(SPECIES);
      FloatVector s7 = FloatVector.zero(SPECIES);
      for (long p = 0; p < end; p += VECTOR) {
        MemorySegment q = all.asSlice(QueryBlock.offset(p), LINES);
        FloatVector v = load(x, p);
        s0 = squareAdd(load(q, 0), v, s0);
        s1 = squareAdd(load(q, LINE), v, s1);
        s2 = squareAdd(load(q, 2 * LINE), v, s2);
        s3 = squareAdd(load(q, 3 * LINE), v, s3);
        s4 = squareAdd(load(q, 4 * LINE), v, s4);
        s5 = squareAdd(load(q, 5 * LINE), v, s5);
        s6 = squareAdd(load(q, 6 * LINE), v, s6);
        s7 = squareAdd(load(q, 7 * LINE), v, s7);
      }
      out[0][row] = sum(s0);
      out[1][row] = sum(s1);
      out[2][row] = sum(s2);
      out[3][row] = sum(s3);
      out[4][row] = sum(s4);
      out[5][row] = sum(s5);
      out[6][row] = sum(s6);
      out[7][row] = sum(s7);
    }
  }

  /** Whether it is worth the eight sums that are always computed. */
  private static boolean isBatch(QueryBlock queries, RowBlock block) {
    return queries.count() * 2 > QueryBlock.MOST
        && block.dims() % QueryBlock.LINE_FLOATS == 0
        && VECTOR <= LINE;
  }

  private static float sum(FloatVector vector) {
    return vector.reduceLanes(VectorOperators.ADD);
  }

  /** Whether the rows lie end to end and each is a whole number of steps, two or more. */
  private static boolean isStream(RowBlock block) {
    int stride = block.strideBytes();
    return stride == block.dims() * Float.BYTES && stride % STEP == 0 && stride > STEP;
  }

  private static MemorySegment stream(RowBlock block) {
    return block.data().asSlice(block.offset(), (long) block.rows() * block.strideBytes());
  }

  private static void dotStream(MemorySegment query, RowBlock block, float[] out) {
    int rows = block.rows();
    MemorySegment data = stream(block);
    MemorySegment whole = query.asSlice(0, block.strideBytes());
    long end = whole.byteSize() - STEP + 1;
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    int row = 0;
    long at = 0;
    long p = 0;
    while (row < rows) {
      MemorySegment x = data.asSlice(p, STEP);
      MemorySegment q = whole.asSlice(at, STEP);
      s0 = multiplyAdd(load(q, 0), load(x, 0), s0);
      s1 = multiplyAdd(load(q, VECTOR), load(x, VECTOR), s1);
      s2 = multiplyAdd(load(q, 2L * VECTOR), load(x, 2L * VECTOR), s2);
      s3 = multiplyAdd(load(q, 3L * VECTOR), load(x, 3L * VECTOR), s3);
      p += STEP;
      at += STEP;
      if (at >= end) {
        out[row++] = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
        s0 = FloatVector.zero(SPECIES);
        s1 = FloatVector.zero(SPECIES);
        s2 = FloatVector.zero(SPECIES);
        s3 = FloatVector.zero(SPECIES);
        at = 0;
      }
    }
  }

  private static void squaredL2Stream(MemorySegment query, RowBlock block, float[] out) {
    int rows = block.rows();
    MemorySegment data = stream(block);
    MemorySegment whole = query.asSlice(0, block.strideBytes());
    long end = whole.byteSize() - STEP + 1;
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    int row = 0;
    long at = 0;
    long p = 0;
    while (row < rows) {
      MemorySegment x = data.asSlice(p, STEP);
      MemorySegment q = whole.asSlice(at, STEP);
      s0 = squareAdd(load(q, 0), load(x, 0), s0);
      s1 = squareAdd(load(q, VECTOR), load(x, VECTOR), s1);
      s2 = squareAdd(load(q, 2L * VECTOR), load(x, 2L * VECTOR), s2);
      s3 = squareAdd(load(q, 3L * VECTOR), load(x, 3L * VECTOR), s3);
      p += STEP;
      at += STEP;
      if (at >= end) {
        out[row++] = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
        s0 = FloatVector.zero(SPECIES);
        s1 = FloatVector.zero(SPECIES);
        s2 = FloatVector.zero(SPECIES);
        s3 = FloatVector.zero(SPECIES);
        at = 0;
      }
    }
  }

  private float dotRow(MemorySegment q, MemorySegment data, long offset, int dims) {
    int end = dims * Float.BYTES;
    MemorySegment x = data.asSlice(offset, end);
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    int p = 0;
    for (; p <= end - 4 * VECTOR; p += step) {
      s0 = multiplyAdd(load(q, p), load(x, p), s0);
      s1 = multiplyAdd(load(q, p + VECTOR), load(x, p + VECTOR), s1);
      s2 = multiplyAdd(load(q, p + 2 * VECTOR), load(x, p + 2 * VECTOR), s2);
      s3 = multiplyAdd(load(q, p + 3 * VECTOR), load(x, p + 3 * VECTOR), s3);
    }
    for (; p <= end - VECTOR; p += VECTOR) {
      s0 = multiplyAdd(load(q, p), load(x, p), s0);
    }
    float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; p < end; p += Float.BYTES) {
      sum += q.get(FLOAT, p) * x.get(FLOAT, p);
    }
    return sum;
  }

  private float squaredL2Row(MemorySegment q, MemorySegment data, long offset, int dims) {
    int end = dims * Float.BYTES;
    MemorySegment x = data.asSlice(offset, end);
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    int p = 0;
    for (; p <= end - 4 * VECTOR; p += step) {
      s0 = squareAdd(load(q, p), load(x, p), s0);
      s1 = squareAdd(load(q, p + VECTOR), load(x, p + VECTOR), s1);
      s2 = squareAdd(load(q, p + 2 * VECTOR), load(x, p + 2 * VECTOR), s2);
      s3 = squareAdd(load(q, p + 3 * VECTOR), load(x, p + 3 * VECTOR), s3);
    }
    for (; p <= end - VECTOR; p += VECTOR) {
      s0 = squareAdd(load(q, p), load(x, p), s0);
    }
    float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; p < end; p += Float.BYTES) {
      float d = q.get(FLOAT, p) - x.get(FLOAT, p);
      sum += d * d;
    }
    return sum;
  }

  private float l1Row(MemorySegment q, MemorySegment data, long offset, int dims) {
    int end = dims * Float.BYTES;
    MemorySegment x = data.asSlice(offset, end);
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    int p = 0;
    for (; p <= end - 4 * VECTOR; p += step) {
      s0 = absAdd(load(q, p), load(x, p), s0);
      s1 = absAdd(load(q, p + VECTOR), load(x, p + VECTOR), s1);
      s2 = absAdd(load(q, p + 2 * VECTOR), load(x, p + 2 * VECTOR), s2);
      s3 = absAdd(load(q, p + 3 * VECTOR), load(x, p + 3 * VECTOR), s3);
    }
    for (; p <= end - VECTOR; p += VECTOR) {
      s0 = absAdd(load(q, p), load(x, p), s0);
    }
    float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; p < end; p += Float.BYTES) {
      float d = q.get(FLOAT, p) - x.get(FLOAT, p);
      sum += Math.abs(d);
    }
    return sum;
  }

  private static FloatVector multiplyAdd(FloatVector q, FloatVector x, FloatVector sum) {
    return q.fma(x, sum);
  }

  private static FloatVector squareAdd(FloatVector q, FloatVector x, FloatVector sum) {
    FloatVector d = q.sub(x);
    return d.fma(d, sum);
  }

  private static FloatVector absAdd(FloatVector q, FloatVector x, FloatVector sum) {
    return sum.add(q.sub(x).abs());
  }

  private static FloatVector load(MemorySegment segment, long offset) {
    return FloatVector.fromMemorySegment(SPECIES, segment, offset, ByteOrder.LITTLE_ENDIAN);
  }
}
