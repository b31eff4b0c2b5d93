package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.hnsw.GraphKernels.Rows;
import java.util.Arrays;

/*
 * RaBitQ [1]. Let x' be a row around the center, rotated, D its dimensions and b its signs, +1 or
 * -1. The vector b / sqrt(D) has length 1 and lies near the direction o of x', and
 *
 *   o.y  is estimated by  (b.y / sqrt(D)) / (b.o / sqrt(D))
 *
 * without bias, since the part of y across b and o points anywhere after a random rotation. Hence
 *
 *   x'.y = |x'| o.y, estimated by  w b.y   with   w = |x'| / b.o = |x'|^2 / b.x'
 *
 * The query y has 16 steps a dimension: y_i = s (2 u_i - 15), u_i from 0 to 15, and with the bits
 * B of b that are set, b.y = s (2 sum over B of (2 u_i - 15) - sum over all of (2 u_i - 15)).
 *
 * Scores are composed of the inner product as in Int8Codec.
 *
 * [1] J. Gao, C. Long: RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound
 *     for Approximate Nearest Neighbor Search. SIGMOD 2024, arXiv 2405.12497.
 */
/**
 * One bit a dimension of the rotated row, and in the same cache line its weight and bias.
 *
 * <pre>
 * row   | bit 0 .. bit D-1 | weight | bias | zeros up to a multiple of 64 bytes |
 *         D / 8 bytes        float32  float32
 * </pre>
 *
 * <p>D is the number of dimensions rounded up to a multiple of 64.
 *
 * @param metric of the index
 * @param center the mean of all rows
 * @param codes the rows
 * @param rotation of rows and queries
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record RabitqCodec(Metric metric, float[] center, Rows codes, Rotation rotation) {
  /** Bits of the query's steps. */
  static final int PLANES = 4;

  private static final int STEPS = 1 << PLANES;
  private static final float SQRT2 = (float) Math.sqrt(2);

  static RabitqCodec of(Metric metric, float[] center, Rows codes) {
    return new RabitqCodec(metric, center, codes, new Rotation(bits(center.length)));
  }

  /** One thread's scratch: a rotated vector. */
  static final class Rotated {
    final float[] vector;
    float bias;

    Rotated(int bits) {
      vector = new float[bits];
    }
  }

  /** A query in planes of bits. */
  static final class Query {
    final long[] planes;
    float weight;
    float bias;

    /** The sum over all dimensions of {@code 2 u - 15}. */
    float sum;

    Query(int words) {
      planes = new long[(PLANES + 1) * words];
    }
  }

  /** What is left out of a score. */
  float rest() {
    return Int8Codec.rest(metric, center);
  }

  Rotated scratch() {
    return new Rotated(bits(center.length));
  }

  Query query() {
    return new Query(codes.strideBytes() / Long.BYTES);
  }

  /** D. */
  static int bits(int dimensions) {
    return (dimensions + Long.SIZE - 1) / Long.SIZE * Long.SIZE;
  }

  /** Where a row's weight lies in it. */
  int weightOffset() {
    return bits(center.length) / Byte.SIZE;
  }

  /** Writes a row. */
  void write(int ordinal, float[] vector, Rotated scratch) {
    rotate(vector, scratch);
    float[] x = scratch.vector;
    long offset = (long) ordinal * codes.strideBytes();
    double squares = 0;
    double along = 0;
    for (int word = 0; word < x.length / Long.SIZE; word++) {
      long signs = 0;
      for (int bit = 0; bit < Long.SIZE; bit++) {
        float value = x[word * Long.SIZE + bit];
        squares += (double) value * value;
        along += Math.abs(value);
        signs |= (value >= 0 ? 1L : 0L) << bit;
      }
      codes.data().set(HnswBuilder.LONG, offset + (long) word * Long.BYTES, signs);
    }
    float weight = along > 0 ? (float) (squares / along) : 0;
    long terms = offset + weightOffset();
    codes.data().set(FloatScorer.FLOAT, terms, metric == Metric.L2 ? weight * SQRT2 : weight);
    codes.data().set(FloatScorer.FLOAT, terms + Float.BYTES, scratch.bias);
  }

  /** Makes {@code vector} a query. */
  void encode(float[] vector, Rotated scratch, Query into) {
    rotate(vector, scratch);
    float[] y = scratch.vector;
    float largest = 0;
    for (float value : y) {
      largest = Math.max(largest, Math.abs(value));
    }
    float step = largest / (STEPS - 1);
    float perStep = step > 0 ? 1 / step : 0;
    int sum = 0;
    for (int word = 0; word < y.length / Long.SIZE; word++) {
      sum += planes(y, word, perStep, into.planes);
    }
    into.sum = sum;
    into.weight = metric == Metric.L2 ? step * SQRT2 : step;
    into.bias = scratch.bias;
  }

  /** Fills one word of each plane, and returns its part of the sum. */
  private int planes(float[] y, int word, float perStep, long[] planes) {
    long ones = 0;
    long twos = 0;
    long fours = 0;
    long eights = 0;
    int sum = 0;
    for (int bit = 0; bit < Long.SIZE; bit++) {
      int u = Math.clamp((int) ((y[word * Long.SIZE + bit] * perStep + STEPS) * 0.5f), 0, 15);
      sum += 2 * u - 15;
      ones |= (u & 1L) << bit;
      twos |= (u >>> 1 & 1L) << bit;
      fours |= (u >>> 2 & 1L) << bit;
      eights |= (u >>> 3 & 1L) << bit;
    }
    int words = codes.strideBytes() / Long.BYTES;
    planes[word] = ones;
    planes[words + word] = twos;
    planes[2 * words + word] = fours;
    planes[3 * words + word] = eights;
    planes[4 * words + word] = -1;
    return sum;
  }

  private void rotate(float[] vector, Rotated into) {
    float inverse = metric == Metric.COSINE ? (float) (1 / Metric.norm(vector)) : 1;
    float squares = 0;
    float along = 0;
    Arrays.fill(into.vector, vector.length, into.vector.length, 0);
    for (int d = 0; d < vector.length; d++) {
      float x = vector[d] * inverse - center[d];
      squares += x * x;
      along += x * center[d];
      into.vector[d] = x;
    }
    into.bias = metric == Metric.L2 ? squares : -along;
    rotation.apply(into.vector);
  }
}
