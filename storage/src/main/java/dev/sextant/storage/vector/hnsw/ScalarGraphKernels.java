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

  private static float square(float value) {
    return value * value;
  }
}
