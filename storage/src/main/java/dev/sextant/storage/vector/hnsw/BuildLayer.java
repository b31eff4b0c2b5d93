package dev.sextant.storage.vector.hnsw;

import java.lang.foreign.MemorySegment;

/*
 * Concurrency. Who changes a row holds its lock, one of a fixed number of stripes. Who only walks
 * takes none: links are written and copied as whole ints, every link ever stored is a valid node
 * whose codes were written before the threads started, and a row seen half old and half new is as
 * good a row as any. A thread never holds two locks.
 *
 * A node is linked on level 0 first and on its highest level last. So whoever meets it on a level
 * can go on from it on all those below.
 */
/** A layer while it is built: its links, how far away each is, and who may change them. */
final class BuildLayer {
  private static final int STRIPES = 1024;

  private final Layer layer;
  private final MemorySegment scores;
  private final Object[] locks = new Object[STRIPES];

  /** A layer without links; {@code scores} is as large as its links. */
  BuildLayer(Layer layer, MemorySegment scores) {
    this.layer = layer;
    this.scores = scores;
    layer.links().fill((byte) Layer.NONE);
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new Object();
    }
  }

  Layer layer() {
    return layer;
  }

  /** Gives a node that has no links some, before any thread starts. */
  void take(int node, int[] links, float[] theirScores, int count) {
    layer.store(node, links, count);
    MemorySegment.copy(theirScores, 0, scores, FloatScorer.FLOAT, layer.offset(node), count);
  }

  /** Adds a link to {@code node}'s row, which keeps the best if it is full. */
  void link(int node, int other, float score, Selection selection) {
    synchronized (locks[node % STRIPES]) {
      int[] links = selection.rowLinks;
      int count = layer.load(node, links);
      for (int i = 0; i < count; i++) {
        if (links[i] == other) {
          return;
        }
      }
      long at = layer.offset(node) + (long) count * Integer.BYTES;
      if (count < layer.width()) {
        scores.set(FloatScorer.FLOAT, at, score);
        layer.links().set(Layer.INT, at, other);
        return;
      }
      float[] kept = selection.rowScores;
      MemorySegment.copy(scores, FloatScorer.FLOAT, layer.offset(node), kept, 0, count);
      selection.clear();
      for (int i = 0; i < count; i++) {
        selection.offer(links[i], kept[i]);
      }
      selection.offer(other, score);
      int chosen = selection.choose(layer, layer.width());
      MemorySegment.copy(
          selection.chosenScores, 0, scores, FloatScorer.FLOAT, layer.offset(node), chosen);
      layer.store(node, selection.chosen, chosen);
    }
  }
}
