package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.hnsw.GraphKernels.Batch;

/** Scores rows against one query on one thread; a lower score is nearer. */
sealed interface Scorer permits FloatScorer, Int8Scorer, RabitqScorer {
  /** Makes {@code vector} the query. */
  void query(float[] vector);

  /** What a score lacks to compare with those of other segments, whose centers are others. */
  float rest();

  /** Writes the scores of the batch's rows. */
  void score(Batch batch);
}
