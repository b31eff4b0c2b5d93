package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.Metric;

/** The mean of many vectors; for COSINE, of their directions. */
final class Centering {
  private final Metric metric;
  private final double[] sums;
  private long count;

  Centering(Metric metric, int dimensions) {
    this.metric = metric;
    sums = new double[dimensions];
  }

  /** Adds a vector and returns its length. */
  double add(float[] vector) {
    double norm = Metric.norm(vector);
    double scale = metric == Metric.COSINE ? 1 / norm : 1;
    for (int d = 0; d < sums.length; d++) {
      sums[d] += vector[d] * scale;
    }
    count++;
    return norm;
  }

  float[] center() {
    float[] center = new float[sums.length];
    for (int d = 0; d < sums.length && count > 0; d++) {
      center[d] = (float) (sums[d] / count);
    }
    return center;
  }
}
