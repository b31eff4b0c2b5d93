package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.hnsw.GraphKernels.Batch;
import dev.sextant.storage.vector.hnsw.GraphKernels.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Scores by the float32 vectors themselves. */
final class FloatScorer implements Scorer {
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Metric metric;
  private final GraphKernels kernels;
  private final Rows rows;
  private final MemorySegment inverseNorms;
  private final float[] query;

  /** {@code inverseNorms} is empty unless the metric is COSINE. */
  FloatScorer(Metric metric, GraphKernels kernels, Rows rows, MemorySegment inverseNorms) {
    this.metric = metric;
    this.kernels = kernels;
    this.rows = rows;
    this.inverseNorms = inverseNorms;
    query = new float[rows.strideBytes() / Float.BYTES];
  }

  @Override
  public void query(float[] vector) {
    System.arraycopy(vector, 0, query, 0, vector.length);
  }

  @Override
  public float rest() {
    return 0;
  }

  @Override
  public void score(Batch batch) {
    switch (metric) {
      case L2 -> kernels.squaredL2s(query, rows, batch);
      case INNER_PRODUCT -> {
        kernels.dots(query, rows, batch);
        for (int i = 0; i < batch.count; i++) {
          batch.scores[i] = -batch.scores[i];
        }
      }
      case COSINE -> {
        kernels.dots(query, rows, batch);
        for (int i = 0; i < batch.count; i++) {
          float inverse = inverseNorms.get(FLOAT, (long) batch.ordinals[i] * Float.BYTES);
          batch.scores[i] = -batch.scores[i] * inverse;
        }
      }
      case L1 -> throw new IllegalStateException();
    }
  }
}
