package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Metric;

/** A segment that {@link AnnBench} measures: built, and searched by one thread. */
final class SextantIndex implements AutoCloseable {
  private final HnswSegment segment;
  private final Searcher searcher;

  SextantIndex(float[][] rows, Quantization quantization) {
    HnswParameters parameters = HnswParameters.of(Metric.COSINE).with(quantization);
    MemoryBudget budget = new MemoryBudget(8L << 30);
    try (HnswBuilder builder =
        new HnswBuilder(parameters, rows[0].length, budget, Fixtures.simd())) {
      builder.expect(rows.length);
      for (int row = 0; row < rows.length; row++) {
        builder.add(row, rows[row]);
      }
      segment = builder.build(1, BuildOptions.threads(1));
    }
    searcher = segment.searcher();
  }

  /** The rows found, of which the first ten count. */
  int[] search(float[] query, int ef) {
    long[] rowids = searcher.search(query, AnnBench.K, ef, RowFilter.all()).rowids();
    int[] found = new int[rowids.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = (int) rowids[i];
    }
    return found;
  }

  /** Bytes of vectors, codes and graph. */
  long bytes() {
    return segment.fileBytes();
  }

  @Override
  public void close() {
    searcher.close();
    segment.close();
  }
}
