package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.memory.MemoryBudget;
import dev.sextant.storage.vector.Metric;

/** A segment of ours. */
final class SextantIndex implements AnnIndex {
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

  @Override
  public int[] search(float[] query, int ef) {
    long[] rowids = searcher.search(query, AnnBench.K, ef, RowFilter.all()).rowids();
    int[] found = new int[rowids.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = (int) rowids[i];
    }
    return found;
  }

  @Override
  public long bytes() {
    return segment.fileBytes();
  }

  @Override
  public void close() {
    searcher.close();
    segment.close();
  }
}
