package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Hits;
import dev.sextant.storage.vector.KernelProvider;
import dev.sextant.storage.vector.Kernels;
import dev.sextant.storage.vector.Metric;
import dev.sextant.storage.vector.SearchRequest;
import dev.sextant.storage.vector.VectorStore;
import java.util.Random;

/** Vectors, segments and exact answers for tests. Row i has rowid {@code 10 i}. */
final class Fixtures {
  static final long BUDGET = 1L << 30;

  private Fixtures() {}

  static Kernels simd() {
    return KernelProvider.select("simd").kernels();
  }

  static Kernels scalar() {
    return KernelProvider.select("scalar").kernels();
  }

  /** Vectors around centers, which lie in fewer dimensions than they have, as embeddings do. */
  static float[][] clustered(int rows, int dims, long seed) {
    int latent = Math.min(dims, 24);
    Random shape = new Random(7);
    float[][] axes = new float[latent][dims];
    for (int j = 0; j < latent; j++) {
      for (int d = 0; d < dims; d++) {
        axes[j][d] = (float) (shape.nextGaussian() * Math.pow(1 + j, -0.4));
      }
    }
    float[][] centers = new float[Math.max(4, rows / 200)][latent];
    for (float[] center : centers) {
      for (int j = 0; j < latent; j++) {
        center[j] = (float) shape.nextGaussian();
      }
    }
    Random random = new Random(seed);
    float[][] vectors = new float[rows][dims];
    for (float[] vector : vectors) {
      float[] center = centers[random.nextInt(centers.length)];
      for (int j = 0; j < latent; j++) {
        float z = center[j] + 0.7f * (float) random.nextGaussian();
        for (int d = 0; d < dims; d++) {
          vector[d] += z * axes[j][d];
        }
      }
      for (int d = 0; d < dims; d++) {
        vector[d] += 0.2f * (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  static HnswSegment build(float[][] vectors, HnswParameters parameters, int threads) {
    return build(vectors, parameters, threads, new MemoryBudget(BUDGET));
  }

  static HnswSegment build(
      float[][] vectors, HnswParameters parameters, int threads, MemoryBudget budget) {
    int dims = vectors.length == 0 ? 8 : vectors[0].length;
    try (HnswBuilder builder = new HnswBuilder(parameters, dims, budget, simd())) {
      for (int row = 0; row < vectors.length; row++) {
        builder.add(10L * row, vectors[row]);
      }
      return builder.build(7, BuildOptions.threads(threads));
    }
  }

  /** The exact answer to each query among the rows that {@code matching} holds. */
  static long[][] exact(float[][] vectors, float[][] queries, Metric metric, long[] matching) {
    long[][] answers = new long[queries.length][];
    MemoryBudget budget = new MemoryBudget(BUDGET);
    try (VectorStore store = new VectorStore("exact", queries[0].length, budget, simd())) {
      for (int row = 0; row < vectors.length; row++) {
        store.put(10L * row, vectors[row], 1);
      }
      for (int q = 0; q < queries.length; q++) {
        Hits hits = store.search(SearchRequest.of(queries[q], metric, 10, 1).among(matching));
        answers[q] = hits.rowids();
      }
    }
    return answers;
  }

  static long[] allRowids(int rows) {
    long[] rowids = new long[rows];
    for (int i = 0; i < rows; i++) {
      rowids[i] = 10L * i;
    }
    return rowids;
  }

  /** The part of the exact answers that the searches find. */
  static double recall(
      HnswSegment segment, float[][] queries, long[][] answers, int ef, RowFilter filter) {
    long wanted = 0;
    long found = 0;
    try (Searcher searcher = segment.searcher()) {
      for (int q = 0; q < queries.length; q++) {
        HnswHits hits = searcher.search(queries[q], 10, ef, filter);
        if (hits.size() != answers[q].length) {
          throw new AssertionError(hits.size() + " rows instead of " + answers[q].length);
        }
        wanted += answers[q].length;
        for (long rowid : hits.rowids()) {
          for (long answer : answers[q]) {
            found += rowid == answer ? 1 : 0;
          }
        }
      }
    }
    return (double) found / wanted;
  }
}
