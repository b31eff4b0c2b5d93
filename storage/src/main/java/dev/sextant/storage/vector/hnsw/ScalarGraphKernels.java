package dev.sextant.storage.vector.hnsw;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Graph kernels in plain Java, for a JVM without the Vector API. */
final class ScalarGraphKernels implements GraphKernels {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  @Override
  public void dots(float[] query, Rows rows, Batch batch) {
    MemorySegment data = rows.data();
    int dims = rows.strideBytes() / Float.BYTES;
    for (int i = 0; i < batch.count; i++) {
      long offset = (long) batch.ordinals[i] * rows.strideBytes();
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      for (int d = 0; d < dims; d += 4) {
        s0 += query[d] * data.get(FLOAT, offset + 4L * d);
        s1 += query[d + 1] * data.get(FLOAT, offset + 4L * d + 4);
        s2 += query[d + 2] * data.get(FLOAT, offset + 4L * d + 8);
        s3 += query[d + 3] * data.get(FLOAT, offset + 4L * d + 12);
      }
      batch.scores[i] = (s0 + s1) + (s2 + s3);
    }
  }

  @Override
  public void squaredL2s(float[] query, Rows rows, Batch batch) {
    MemorySegment data = rows.data();
    int dims = rows.strideBytes() / Float.BYTES;
    for (int i = 0; i < batch.count; i++) {
      long offset = (long) batch.ordinals[i] * rows.strideBytes();
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      for (int d = 0; d < dims; d += 4) {
        s0 += square(query[d] - data.get(FLOAT, offset + 4L * d));
        s1 += square(query[d + 1] - data.get(FLOAT, offset + 4L * d + 4));
        s2 += square(query[d + 2] - data.get(FLOAT, offset + 4L * d + 8));
        s3 += square(query[d + 3] - data.get(FLOAT, offset + 4L * d + 12));
      }
      batch.scores[i] = (s0 + s1) + (s2 + s3);
    }
  }

  @Override
  public void codeDots(short[] query, Rows rows, Batch batch) {
    MemorySegment data = rows.data();
    int dims = rows.strideBytes();
    for (int i = 0; i < batch.count; i++) {
      long offset = (long) batch.ordinals[i] * dims;
      int s0 = 0;
      int s1 = 0;
      int s2 = 0;
      int s3 = 0;
      for (int d = 0; d < dims; d += 4) {
        s0 += query[d] * data.get(BYTE, offset + d);
        s1 += query[d + 1] * data.get(BYTE, offset + d + 1);
        s2 += query[d + 2] * data.get(BYTE, offset + d + 2);
        s3 += query[d + 3] * data.get(BYTE, offset + d + 3);
      }
      batch.scores[i] = (s0 + s1) + (s2 + s3);
    }
  }

  @Override
  public void bitDots(long[] query, Rows rows, Batch batch) {
    MemorySegment data = rows.data();
    int words = rows.strideBytes() / Long.BYTES;
    for (int i = 0; i < batch.count; i++) {
      long offset = (long) batch.ordinals[i] * rows.strideBytes();
      int sum = 0;
      for (int w = 0; w < words; w++) {
        long bits = data.get(LONG, offset + 8L * w);
        sum += 2 * Long.bitCount(bits & query[w]);
        sum += 4 * Long.bitCount(bits & query[words + w]);
        sum += 8 * Long.bitCount(bits & query[2 * words + w]);
        sum += 16 * Long.bitCount(bits & query[3 * words + w]);
        sum -= 15 * Long.bitCount(bits & query[4 * words + w]);
      }
      batch.scores[i] = sum;
    }
  }

  @Override
  public long sketchesWithin(
      RabitqSketcher.Asked query, MemorySegment sketches, long offset, int groups) {
    long near = 0;
    for (int i = 0; i < groups * RabitqSketcher.GROUP; i++) {
      long group = offset + (long) (i / RabitqSketcher.GROUP) * query.groupBytes();
      long row = group + (long) (i % RabitqSketcher.GROUP) * Integer.BYTES;
      // What is not a number is for the exact distance to judge.
      near |= (least(query, sketches, row) > query.limit() ? 0L : 1L) << i;
    }
    return near;
  }

  private static float least(RabitqSketcher.Asked query, MemorySegment sketches, long row) {
    int words = query.words();
    int steps = 0;
    for (int w = 0; w < words; w++) {
      int bits = sketches.get(INT, row + (long) w * RabitqSketcher.GROUP_WORD);
      for (int plane = 0; plane < RabitqCodec.PLANES; plane++) {
        steps += Integer.bitCount(bits & query.planes()[plane * words + w]) << plane;
      }
    }
    long terms = row + (long) words * RabitqSketcher.GROUP_WORD;
    float weight = sketches.get(FLOAT, terms);
    float bias = sketches.get(FLOAT, terms + RabitqSketcher.GROUP_WORD);
    float spread = sketches.get(FLOAT, terms + 2 * RabitqSketcher.GROUP_WORD);
    float count = sketches.get(FLOAT, terms + 3 * RabitqSketcher.GROUP_WORD);
    RabitqSketcher.Least least = query.least();
    float product = least.slope() * weight * (4f * steps - 30 * count - least.sum());
    float variance = spread * least.ofSpread() + weight * weight * least.ofWeight();
    return least.base() + bias - product - (float) Math.sqrt(variance);
  }

  private static float square(float value) {
    return value * value;
  }
}
