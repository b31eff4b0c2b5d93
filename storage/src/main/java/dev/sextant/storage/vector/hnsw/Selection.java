package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.vector.hnsw.GraphKernels.Batch;
import java.util.Arrays;

/**
 * Chooses a node's links among candidates, as algorithm 4 of the paper on HNSW does: the nearest
 * first, and each only if it is nearer to the node than to all chosen before it.
 *
 * <p>Each chosen candidate is compared with all left at once, which drops those that it rules out.
 * One thread's scratch.
 */
final class Selection {
  /** What {@link #choose} chose, nearest first. */
  final int[] chosen;

  final float[] chosenScores;

  /** A row that {@link BuildLayer} reads. */
  final int[] rowLinks;

  final float[] rowScores;

  private final Int8Scorer scorer;
  private final Batch batch;
  private final long[] keys;
  private final int[] nodes;
  private final float[] scores;
  private int count;

  /** For up to {@code candidates} candidates and rows of up to {@code width}. */
  Selection(int candidates, int width, Int8Scorer scorer) {
    int capacity = Math.max(candidates, width + 1);
    this.scorer = scorer;
    batch = new Batch(capacity);
    keys = new long[capacity];
    nodes = new int[capacity];
    scores = new float[capacity];
    chosen = new int[width];
    chosenScores = new float[width];
    rowLinks = new int[width];
    rowScores = new float[width];
  }

  void clear() {
    count = 0;
  }

  void offer(int node, float score) {
    keys[count++] = Pool.key(node, score);
  }

  /** Chooses up to {@code most} of the candidates, and returns how many were. */
  int choose(Layer layer, int most) {
    Arrays.sort(keys, 0, count);
    for (int i = 0; i < count; i++) {
      nodes[i] = Pool.node(keys[i]);
      scores[i] = Pool.score(keys[i]);
    }
    int left = count;
    int size = 0;
    while (left > 0) {
      int node = nodes[0];
      chosen[size] = node;
      chosenScores[size] = scores[0];
      size++;
      if (size == most) {
        break;
      }
      left = drop(layer, node, left);
    }
    return size;
  }

  /** Keeps of the candidates after the first those nearer to the node than to the first. */
  private int drop(Layer layer, int first, int left) {
    int others = left - 1;
    for (int i = 0; i < others; i++) {
      batch.ordinals[i] = layer.ordinal(nodes[i + 1]);
    }
    batch.count = others;
    scorer.queryRow(layer.ordinal(first));
    scorer.score(batch);
    int kept = 0;
    for (int i = 0; i < others; i++) {
      if (batch.scores[i] >= scores[i + 1]) {
        nodes[kept] = nodes[i + 1];
        scores[kept] = scores[i + 1];
        kept++;
      }
    }
    return kept;
  }
}
