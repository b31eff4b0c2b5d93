package dev.sextant.storage.vector.hnsw;

/*
 * Rounds of random signs and a Hadamard transform, by turns over the first and over the last
 * 2^k of the dimensions, 2^k the highest power of two that fits. Both windows overlap, so that
 * after four rounds every dimension has met every other. Each step keeps lengths and angles.
 *
 * The signs come from a fixed xorshift sequence: they are part of the file format.
 */
/** A fixed rotation that spreads every direction evenly over all dimensions. */
final class Rotation {
  private static final int ROUNDS = 4;

  private final int dimensions;
  private final int window;
  private final float[][] factors = new float[ROUNDS][];

  Rotation(int dimensions) {
    this.dimensions = dimensions;
    window = Integer.highestOneBit(dimensions);
    float scale = (float) (1 / Math.sqrt(window));
    long state = 0x9E3779B97F4A7C15L;
    for (int round = 0; round < ROUNDS; round++) {
      float[] signs = new float[dimensions];
      for (int d = 0; d < dimensions; d++) {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        int from = from(round);
        boolean transformed = d >= from && d < from + window;
        signs[d] = (state < 0 ? -1 : 1) * (transformed ? scale : 1);
      }
      factors[round] = signs;
    }
  }

  /** Rotates {@code vector} in place. */
  void apply(float[] vector) {
    for (int round = 0; round < ROUNDS; round++) {
      float[] signs = factors[round];
      for (int d = 0; d < dimensions; d++) {
        vector[d] *= signs[d];
      }
      hadamard(vector, from(round));
    }
  }

  private int from(int round) {
    return round % 2 == 0 ? 0 : dimensions - window;
  }

  private void hadamard(float[] v, int from) {
    int half = 1;
    if (window >= 8) {
      for (int i = from; i < from + window; i += 8) {
        eight(v, i);
      }
      half = 8;
    }
    for (; half < window; half *= 2) {
      for (int block = from; block < from + window; block += 2 * half) {
        butterflies(v, block, half);
      }
    }
  }

  private static void butterflies(float[] v, int block, int half) {
    for (int i = block; i < block + half; i++) {
      float a = v[i];
      float b = v[i + half];
      v[i] = a + b;
      v[i + half] = a - b;
    }
  }

  /** The first three steps, on eight neighbours. */
  private static void eight(float[] v, int i) {
    float a0 = v[i] + v[i + 1];
    float a1 = v[i] - v[i + 1];
    float a2 = v[i + 2] + v[i + 3];
    float a3 = v[i + 2] - v[i + 3];
    float a4 = v[i + 4] + v[i + 5];
    float a5 = v[i + 4] - v[i + 5];
    float a6 = v[i + 6] + v[i + 7];
    float a7 = v[i + 6] - v[i + 7];
    float b0 = a0 + a2;
    float b1 = a1 + a3;
    float b2 = a0 - a2;
    float b3 = a1 - a3;
    float b4 = a4 + a6;
    float b5 = a5 + a7;
    float b6 = a4 - a6;
    float b7 = a5 - a7;
    v[i] = b0 + b4;
    v[i + 1] = b1 + b5;
    v[i + 2] = b2 + b6;
    v[i + 3] = b3 + b7;
    v[i + 4] = b0 - b4;
    v[i + 5] = b1 - b5;
    v[i + 6] = b2 - b6;
    v[i + 7] = b3 - b7;
  }
}
