package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.hnsw.GraphKernels.Batch;
import dev.sextant.storage.vector.hnsw.Int8Codec.Coded;

/** Scores by {@link Int8Codec}'s bytes, of the query too. */
final class Int8Scorer implements Scorer {
  private final Int8Codec codec;
  private final GraphKernels kernels;
  private final Coded query;

  Int8Scorer(Int8Codec codec, GraphKernels kernels) {
    this.codec = codec;
    this.kernels = kernels;
    query = codec.scratch();
  }

  @Override
  public void query(float[] vector) {
    codec.encode(vector, query);
  }

  /** Makes a row the query. */
  void queryRow(int ordinal) {
    codec.read(ordinal, query);
  }

  @Override
  public float rest() {
    return codec.rest();
  }

  @Override
  public void score(Batch batch) {
    kernels.codeDots(query.codes, codec.codes(), batch);
    for (int i = 0; i < batch.count; i++) {
      int ordinal = batch.ordinals[i];
      float product = query.weight * codec.weight(ordinal) * batch.scores[i];
      batch.scores[i] = query.bias + codec.bias(ordinal) - product;
    }
  }
}
