package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.hnsw.GraphKernels.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/*
 * Let c be the center of all rows (of their directions, for COSINE) and x' = x - c. A row's codes
 * are round(x' / s) with s such that the largest is 63. With dot' the inner product of x' and y',
 * nearly s_x s_y times that of the codes,
 *
 *   COSINE, INNER_PRODUCT   -x.y     = -dot' - c.x' - c.y' - |c|^2
 *   L2                      |x-y|^2  = |x'|^2 + |y'|^2 - 2 dot'
 *
 * The last term of the first line is the same for all pairs and left out; rest() tells it. Both
 * are then
 *
 *   score(x, y) = bias_x + bias_y - weight_x weight_y codes_x.codes_y
 *
 * with weight = s, bias = -c.x' and with weight = s * sqrt(2), bias = |x'|^2.
 */
/**
 * One signed byte a dimension, in steps that each row chooses for itself, around the center of all.
 *
 * <p>Only 127 steps, so that the kernels can add eight products in 16 bits.
 *
 * @param metric of the index
 * @param center the mean of all rows
 * @param codes one row of bytes each
 * @param terms weight and bias of each row, two float32
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Int8Codec(Metric metric, float[] center, Rows codes, MemorySegment terms) {
  /** Codes run from minus this to this. */
  static final int MAX_CODE = 63;

  /** Bytes of a row's weight and bias. */
  static final int TERM_BYTES = 2 * Float.BYTES;

  private static final float SQRT2 = (float) Math.sqrt(2);

  /** One thread's scratch: a vector's codes, weight and bias. */
  static final class Coded {
    final short[] codes;
    float weight;
    float bias;

    Coded(int stride) {
      codes = new short[stride];
    }
  }

  /** What is left out of a score. */
  float rest() {
    return rest(metric, center);
  }

  static float rest(Metric metric, float[] center) {
    return metric == Metric.L2 ? 0 : (float) -Metric.squaredNorm(center);
  }

  Coded scratch() {
    return new Coded(codes.strideBytes());
  }

  /** Codes {@code vector}. */
  void encode(float[] vector, Coded into) {
    float inverse = metric == Metric.COSINE ? (float) (1 / Metric.norm(vector)) : 1;
    float largest = 0;
    float squares = 0;
    float along = 0;
    for (int d = 0; d < vector.length; d++) {
      float x = vector[d] * inverse - center[d];
      largest = Math.max(largest, Math.abs(x));
      squares += x * x;
      along += x * center[d];
    }
    float step = largest / MAX_CODE;
    float perStep = step > 0 ? 1 / step : 0;
    for (int d = 0; d < vector.length; d++) {
      float x = vector[d] * inverse - center[d];
      into.codes[d] = (short) Math.clamp(Math.round(x * perStep), -MAX_CODE, MAX_CODE);
    }
    into.weight = metric == Metric.L2 ? step * SQRT2 : step;
    into.bias = metric == Metric.L2 ? squares : -along;
  }

  /** Writes a row. */
  void write(int ordinal, Coded coded) {
    long offset = (long) ordinal * codes.strideBytes();
    for (int d = 0; d < coded.codes.length; d++) {
      codes.data().set(ValueLayout.JAVA_BYTE, offset + d, (byte) coded.codes[d]);
    }
    terms.set(FloatScorer.FLOAT, (long) ordinal * TERM_BYTES, coded.weight);
    terms.set(FloatScorer.FLOAT, (long) ordinal * TERM_BYTES + Float.BYTES, coded.bias);
  }

  /** Reads a row. */
  void read(int ordinal, Coded into) {
    long offset = (long) ordinal * codes.strideBytes();
    for (int d = 0; d < into.codes.length; d++) {
      into.codes[d] = codes.data().get(ValueLayout.JAVA_BYTE, offset + d);
    }
    into.weight = weight(ordinal);
    into.bias = bias(ordinal);
  }

  float weight(int ordinal) {
    return terms.get(FloatScorer.FLOAT, (long) ordinal * TERM_BYTES);
  }

  float bias(int ordinal) {
    return terms.get(FloatScorer.FLOAT, (long) ordinal * TERM_BYTES + Float.BYTES);
  }
}
