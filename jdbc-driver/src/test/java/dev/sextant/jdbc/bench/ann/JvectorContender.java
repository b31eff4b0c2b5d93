package dev.sextant.jdbc.bench.ann;

import dev.sextant.jdbc.bench.Timing;
import dev.sextant.storage.vector.Metric;
import io.github.jbellis.jvector.disk.ReaderSupplier;
import io.github.jbellis.jvector.disk.ReaderSupplierFactory;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndex;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndexWriter;
import io.github.jbellis.jvector.graph.disk.feature.Feature;
import io.github.jbellis.jvector.graph.disk.feature.FeatureId;
import io.github.jbellis.jvector.graph.disk.feature.FusedPQ;
import io.github.jbellis.jvector.graph.disk.feature.InlineVectors;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.graph.similarity.SearchScoreProvider;
import io.github.jbellis.jvector.quantization.PQVectors;
import io.github.jbellis.jvector.quantization.ProductQuantization;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * JVector: its graph in memory over float32 vectors, or on disk with each node's neighbours as
 * product-quantised codes beside it ("fused") and float32 vectors to rank by at the end.
 */
final class JvectorContender implements Contender {
  private static final int DEGREE = 32;
  private static final int BEAM = 128;
  private static final int CENTROIDS = 256;
  private static final float ANISOTROPIC_OFF = -1;

  private final VectorTypeSupport types =
      VectorizationProvider.getInstance().getVectorTypeSupport();
  private final Dataset data;
  private final @Nullable Path file;
  private final int subspaces;
  private final VectorSimilarityFunction similarity;
  private final RandomAccessVectorValues values;
  private @Nullable GraphSearcher searcher;
  private @Nullable ReaderSupplier readers;
  private @Nullable OnDiskGraphIndex onDisk;

  /**
   * Not built yet.
   *
   * @param file where the fused index is to be; null for the one in memory
   */
  JvectorContender(Dataset data, @Nullable Path file) {
    this.data = data;
    this.file = file;
    this.subspaces = data.dimensions() % 8 == 0 ? subspaces(data.dimensions()) : data.dimensions();
    this.similarity =
        data.metric() == Metric.COSINE
            ? VectorSimilarityFunction.DOT_PRODUCT
            : VectorSimilarityFunction.EUCLIDEAN;
    List<VectorFloat<?>> vectors = new ArrayList<>();
    for (float[] row : data.base()) {
      vectors.add(types.createFloatVector(row));
    }
    values = new ListRandomAccessVectorValues(vectors, data.dimensions());
  }

  /** About a hundred bytes a vector. */
  private static int subspaces(int dimensions) {
    return dimensions % 96 == 0 ? 96 : dimensions / 8;
  }

  /** Which kernels JVector chose. */
  static String kernels() {
    return VectorizationProvider.getInstance().getClass().getSimpleName();
  }

  @Override
  public String name() {
    return file == null ? "JVector float" : "JVector fused PQ";
  }

  @Override
  public String settings() {
    String graph = "degree=32, beam=128, alpha=1.2, overflow=1.2, hierarchy, refined";
    return file == null ? graph : graph + ", PQ of " + subspaces + " bytes, ranked by float32";
  }

  @Override
  public Build build(int threads) throws IOException {
    close();
    Timing timing = Timing.ofProcess();
    try (ForkJoinPool pool = new ForkJoinPool(threads)) {
      ImmutableGraphIndex graph = graph(pool);
      long raw = data.rawBytes();
      if (file == null) {
        searcher = new GraphSearcher(graph);
        long bytes = raw + graph.ramBytesUsed();
        return new Build(timing.cpuSeconds(), timing.wallSeconds(), bytes, bytes, 0);
      }
      ProductQuantization codebook =
          ProductQuantization.compute(
              values,
              subspaces,
              CENTROIDS,
              similarity == VectorSimilarityFunction.EUCLIDEAN,
              ANISOTROPIC_OFF,
              pool,
              pool);
      write(graph, codebook, codebook.encodeAll(values, pool));
    }
    double cpu = timing.cpuSeconds();
    double wall = timing.wallSeconds();
    readers = ReaderSupplierFactory.open(file);
    onDisk = OnDiskGraphIndex.load(readers);
    searcher = new GraphSearcher(onDisk);
    long bytes = Files.size(file);
    return new Build(cpu, wall, bytes, onDisk.ramBytesUsed(), bytes);
  }

  @SuppressWarnings("deprecation") // The builder that is not deprecated hides the last two choices.
  private ImmutableGraphIndex graph(ForkJoinPool pool) throws IOException {
    BuildScoreProvider scores = BuildScoreProvider.randomAccessScoreProvider(values, similarity);
    try (GraphIndexBuilder builder =
        new GraphIndexBuilder(
            scores, data.dimensions(), DEGREE, BEAM, 1.2f, 1.2f, true, true, pool, pool)) {
      return builder.build(values);
    }
  }

  private void write(ImmutableGraphIndex graph, ProductQuantization codebook, PQVectors codes)
      throws IOException {
    Map<FeatureId, IntFunction<Feature.State>> states = new EnumMap<>(FeatureId.class);
    try (ImmutableGraphIndex.View view = graph.getView();
        OnDiskGraphIndexWriter writer =
            new OnDiskGraphIndexWriter.Builder(graph, Objects.requireNonNull(file))
                .with(new InlineVectors(data.dimensions()))
                .with(new FusedPQ(graph.maxDegree(), codebook))
                .build()) {
      states.put(FeatureId.INLINE_VECTORS, node -> new InlineVectors.State(values.getVector(node)));
      states.put(FeatureId.FUSED_PQ, node -> new FusedPQ.State(view, codes, node));
      writer.write(states);
    }
  }

  @Override
  public Found search(int ef) throws Exception {
    GraphSearcher opened = Objects.requireNonNull(searcher);
    return Contender.pass(data.queries(), query -> find(opened, query, ef));
  }

  private int[] find(GraphSearcher opened, float[] query, int ef) {
    VectorFloat<?> vector = types.createFloatVector(query);
    SearchResult result = opened.search(scores(opened, vector), K, ef, 0, 0, Bits.ALL);
    SearchResult.NodeScore[] nodes = result.getNodes();
    int[] found = new int[nodes.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = nodes[i].node;
    }
    return found;
  }

  private SearchScoreProvider scores(GraphSearcher opened, VectorFloat<?> query) {
    if (opened.getView() instanceof ImmutableGraphIndex.ScoringView view) {
      return new DefaultSearchScoreProvider(
          view.approximateScoreFunctionFor(query, similarity), view.rerankerFor(query, similarity));
    }
    return DefaultSearchScoreProvider.exact(query, similarity, values);
  }

  @Override
  public void close() throws IOException {
    if (searcher != null) {
      searcher.close();
      searcher = null;
    }
    if (onDisk != null) {
      onDisk.close();
      onDisk = null;
    }
    if (readers != null) {
      readers.close();
      readers = null;
    }
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }
}
