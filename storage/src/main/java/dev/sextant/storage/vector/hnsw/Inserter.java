package dev.sextant.storage.vector.hnsw;

/** Inserts nodes into a graph, on one thread beside others. */
final class Inserter {
  private final GraphBuild build;
  private final Traversal traversal;
  private final Int8Scorer scorer;
  private final Selection selection;
  private final int[][] chosen;
  private final float[][] chosenScores;
  private final int[] chosenCounts;

  Inserter(GraphBuild build) {
    this.build = build;
    HnswParameters parameters = build.parameters();
    int width = 2 * parameters.m();
    int levels = build.levels().top() + 1;
    traversal = new Traversal(build.rows(), width);
    scorer = new Int8Scorer(build.codec(), build.kernels());
    selection =
        new Selection(
            parameters.efConstruction(), width, new Int8Scorer(build.codec(), build.kernels()));
    chosen = new int[levels][parameters.m()];
    chosenScores = new float[levels][parameters.m()];
    chosenCounts = new int[levels];
  }

  /**
   * Inserts a node, which must not be the graph's entry.
   *
   * @param upper its number above level 0
   * @param level its highest level
   */
  void insert(int ordinal, int upper, int level) {
    scorer.queryRow(ordinal);
    Levels levels = build.levels();
    int entry = 0;
    for (int l = levels.top(); l > level; l--) {
      traversal.walk(build.layer(l).layer(), scorer, entry, 1);
      entry = traversal.pool().node(0);
    }
    for (int l = level; l >= 0; l--) {
      if (l == 0) {
        entry = levels.top() == 0 ? levels.entry(0) : levels.ordinals()[entry];
      }
      Layer layer = build.layer(l).layer();
      traversal.walk(layer, scorer, entry, build.parameters().efConstruction());
      choose(layer, l, l == 0 ? ordinal : upper);
      entry = traversal.pool().node(0);
    }
    for (int l = 0; l <= level; l++) {
      link(l, l == 0 ? ordinal : upper);
    }
  }

  private void choose(Layer layer, int level, int node) {
    Pool pool = traversal.pool();
    selection.clear();
    for (int i = 0; i < pool.size(); i++) {
      if (pool.node(i) != node) {
        selection.offer(pool.node(i), pool.score(i));
      }
    }
    int count = selection.choose(layer, build.parameters().m());
    System.arraycopy(selection.chosen, 0, chosen[level], 0, count);
    System.arraycopy(selection.chosenScores, 0, chosenScores[level], 0, count);
    chosenCounts[level] = count;
  }

  private void link(int level, int node) {
    BuildLayer layer = build.layer(level);
    for (int i = 0; i < chosenCounts[level]; i++) {
      layer.link(node, chosen[level][i], chosenScores[level][i], selection);
    }
    for (int i = 0; i < chosenCounts[level]; i++) {
      layer.link(chosen[level][i], node, chosenScores[level][i], selection);
    }
  }
}
