package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.hnsw.GraphKernels.Batch;

/** Walks through a layer towards a query. One thread's scratch, reused from walk to walk. */
final class Traversal {
  private final Visited visited;
  private final int[] links;
  private final int[] nodes;
  private final Pool pool = new Pool();

  /** Rows of a node's neighbours, or any others to score. */
  final Batch batch;

  private long expanded;
  private long scored;

  /** Scratch for a graph of {@code nodes} nodes with up to {@code width} links each. */
  Traversal(int nodes, int width) {
    visited = new Visited(nodes);
    int capacity = Math.max(width, MIN_BATCH);
    links = new int[capacity];
    this.nodes = new int[capacity];
    batch = new Batch(capacity);
  }

  static final int MIN_BATCH = 64;

  /** What the last walk found. */
  Pool pool() {
    return pool;
  }

  /** Nodes whose neighbours were looked at, since {@link #resetCounts}. */
  long expanded() {
    return expanded;
  }

  /** Rows that were scored, since {@link #resetCounts}. */
  long scored() {
    return scored;
  }

  void resetCounts() {
    expanded = 0;
    scored = 0;
  }

  /** Scores the batch's rows. */
  void score(Scorer scorer) {
    scorer.score(batch);
    scored += batch.count;
  }

  /** Finds the {@code ef} nearest nodes of a layer, starting at {@code entry}. */
  void walk(Layer layer, Scorer scorer, int entry, int ef) {
    pool.reset(ef);
    walk(layer, scorer, entry);
  }

  /** As above, of the nodes that the pool, which was reset, may hold and expand. */
  void walk(Layer layer, Scorer scorer, int entry) {
    visited.clear();
    visited.add(entry);
    nodes[0] = entry;
    batch.ordinals[0] = layer.ordinal(entry);
    batch.count = 1;
    score(scorer);
    pool.offerAll(nodes, batch.scores, 1);
    for (int node = pool.next(); node >= 0; node = pool.next()) {
      expanded++;
      int count = layer.load(node, links);
      int next = pool.peek();
      if (next >= 0) {
        batch.touched += layer.touch(next);
      }
      int unseen = 0;
      for (int i = 0; i < count; i++) {
        int link = links[i];
        if (visited.add(link)) {
          nodes[unseen] = link;
          batch.ordinals[unseen] = layer.ordinal(link);
          unseen++;
        }
      }
      batch.count = unseen;
      score(scorer);
      pool.offerAll(nodes, batch.scores, unseen);
    }
  }
}
