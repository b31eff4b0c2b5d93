package dev.sextant.storage.vector.hnsw;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

/** JVector's graph in memory, float32. */
final class JvectorIndex implements AnnIndex {
  private static final int DEGREE = 32;
  private static final int BEAM = 128;
  private static final VectorSimilarityFunction DOT = VectorSimilarityFunction.DOT_PRODUCT;

  private final VectorTypeSupport types =
      VectorizationProvider.getInstance().getVectorTypeSupport();
  private final RandomAccessVectorValues values;
  private final ImmutableGraphIndex graph;
  private final GraphSearcher searcher;
  private final long vectorBytes;

  JvectorIndex(float[][] rows) {
    List<VectorFloat<?>> vectors = new ArrayList<>();
    for (float[] row : rows) {
      vectors.add(types.createFloatVector(row));
    }
    vectorBytes = 4L * rows.length * rows[0].length;
    values = new ListRandomAccessVectorValues(vectors, rows[0].length);
    BuildScoreProvider scores = BuildScoreProvider.randomAccessScoreProvider(values, DOT);
    try (ForkJoinPool one = new ForkJoinPool(1);
        GraphIndexBuilder builder =
            GraphIndexBuilder.builder(scores, rows[0].length, DEGREE)
                .withBeamWidth(BEAM)
                .withNeighborOverflow(1.2f)
                .withAlpha(1.2f)
                .withSimdExecutor(one)
                .withParallelExecutor(one)
                .build()) {
      graph = builder.build(values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    searcher = new GraphSearcher(graph);
  }

  @Override
  public int[] search(float[] query, int ef) {
    VectorFloat<?> vector = types.createFloatVector(query);
    SearchResult result =
        searcher.search(
            DefaultSearchScoreProvider.exact(vector, DOT, values), AnnBench.K, ef, 0, 0, Bits.ALL);
    SearchResult.NodeScore[] nodes = result.getNodes();
    int[] found = new int[nodes.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = nodes[i].node;
    }
    return found;
  }

  @Override
  public long bytes() {
    return vectorBytes + graph.ramBytesUsed();
  }

  @Override
  public void close() {
    try {
      searcher.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
