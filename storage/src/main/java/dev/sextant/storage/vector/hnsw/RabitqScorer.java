package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.hnsw.GraphKernels.Batch;
import dev.sextant.storage.vector.hnsw.RabitqCodec.Query;
import dev.sextant.storage.vector.hnsw.RabitqCodec.Rotated;
import java.lang.foreign.MemorySegment;

/** Scores by {@link RabitqCodec}'s bits, against a query of four bits a dimension. */
final class RabitqScorer implements Scorer {
  private final RabitqCodec codec;
  private final GraphKernels kernels;
  private final Rotated scratch;
  private final Query query;

  RabitqScorer(RabitqCodec codec, GraphKernels kernels) {
    this.codec = codec;
    this.kernels = kernels;
    scratch = codec.scratch();
    query = codec.query();
  }

  @Override
  public void query(float[] vector) {
    codec.encode(vector, scratch, query);
  }

  @Override
  public float rest() {
    return codec.rest();
  }

  @Override
  public void score(Batch batch) {
    kernels.bitDots(query.planes, codec.codes(), batch);
    MemorySegment data = codec.codes().data();
    int stride = codec.codes().strideBytes();
    int at = codec.weightOffset();
    for (int i = 0; i < batch.count; i++) {
      long terms = (long) batch.ordinals[i] * stride + at;
      float weight = data.get(FloatScorer.FLOAT, terms);
      float bias = data.get(FloatScorer.FLOAT, terms + Float.BYTES);
      float product = query.weight * weight * (2 * batch.scores[i] - query.sum);
      batch.scores[i] = query.bias + bias - product;
    }
  }
}
