package dev.sextant.storage.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Kernels in plain Java, for a JVM without the Vector API.
 *
 * <p>Eight sums at a time, because a JIT compiler may not reorder the additions of one. No {@code
 * Math.fma}, which is very slow on a processor without the instruction.
 */
final class ScalarKernels implements Kernels {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int STEP = 8 * Float.BYTES;

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public String description() {
    return "plain Java, 8 sums at a time";
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

  private static float dotRow(MemorySegment q, MemorySegment x, long offset, int dims) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    long p = 0;
    long end = (long) dims * Float.BYTES;
    for (; p + STEP <= end; p += STEP) {
      s0 += get(q, p) * get(x, offset + p);
      s1 += get(q, p + 4) * get(x, offset + p + 4);
      s2 += get(q, p + 8) * get(x, offset + p + 8);
      s3 += get(q, p + 12) * get(x, offset + p + 12);
      s4 += get(q, p + 16) * get(x, offset + p + 16);
      s5 += get(q, p + 20) * get(x, offset + p + 20);
      s6 += get(q, p + 24) * get(x, offset + p + 24);
      s7 += get(q, p + 28) * get(x, offset + p + 28);
    }
    for (; p < end; p += Float.BYTES) {
      s0 += get(q, p) * get(x, offset + p);
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  private static float squaredL2Row(MemorySegment q, MemorySegment x, long offset, int dims) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    long p = 0;
    long end = (long) dims * Float.BYTES;
    for (; p + STEP <= end; p += STEP) {
      s0 += square(get(q, p) - get(x, offset + p));
      s1 += square(get(q, p + 4) - get(x, offset + p + 4));
      s2 += square(get(q, p + 8) - get(x, offset + p + 8));
      s3 += square(get(q, p + 12) - get(x, offset + p + 12));
      s4 += square(get(q, p + 16) - get(x, offset + p + 16));
      s5 += square(get(q, p + 20) - get(x, offset + p + 20));
      s6 += square(get(q, p + 24) - get(x, offset + p + 24));
      s7 += square(get(q, p + 28) - get(x, offset + p + 28));
    }
    for (; p < end; p += Float.BYTES) {
      s0 += square(get(q, p) - get(x, offset + p));
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  private static float l1Row(MemorySegment q, MemorySegment x, long offset, int dims) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    long p = 0;
    long end = (long) dims * Float.BYTES;
    for (; p + STEP <= end; p += STEP) {
      s0 += Math.abs(get(q, p) - get(x, offset + p));
      s1 += Math.abs(get(q, p + 4) - get(x, offset + p + 4));
      s2 += Math.abs(get(q, p + 8) - get(x, offset + p + 8));
      s3 += Math.abs(get(q, p + 12) - get(x, offset + p + 12));
      s4 += Math.abs(get(q, p + 16) - get(x, offset + p + 16));
      s5 += Math.abs(get(q, p + 20) - get(x, offset + p + 20));
      s6 += Math.abs(get(q, p + 24) - get(x, offset + p + 24));
      s7 += Math.abs(get(q, p + 28) - get(x, offset + p + 28));
    }
    for (; p < end; p += Float.BYTES) {
      s0 += Math.abs(get(q, p) - get(x, offset + p));
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  private static float get(MemorySegment segment, long offset) {
    return segment.get(FLOAT, offset);
  }

  private static float square(float value) {
    return value * value;
  }
}
