package dev.sextant.engine.vector;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins two lists of hits by their ranks only, since a distance and a BM25 score have no common
 * scale: each list adds {@code weight / (rrfK + rank)} to the score of a row, the first rank being
 * 1. Reciprocal rank fusion: G. V. Cormack, C. L. A. Clarke, S. Büttcher, Reciprocal Rank Fusion
 * outperforms Condorcet and individual Rank Learning Methods, SIGIR 2009; its k is 60 there.
 *
 * @param rrfK what is added to each rank, 0 or more: the more, the less the first ranks stand out
 * @param vectorWeight of the rows near to the vector, 0 or more
 * @param textWeight of the rows found by text, 0 or more
 */
public record RankFusion(double rrfK, double vectorWeight, double textWeight) {

  /**
   * A row that one search or both have found.
   *
   * @param score higher is better
   * @param vectorRank from 1; 0 where only the text was found, and then {@code distance} is 0
   * @param textRank from 1; 0 where only the vector was near, and then {@code bm25} is 0
   * @param bm25 as FTS5 computes it: negative, smaller is better
   */
  public record Fused(
      long rowid, double score, int vectorRank, double distance, int textRank, double bm25) {}

  /**
   * The rows found by text, best first.
   *
   * @param bm25 for each row
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
  public record TextHits(long[] rowids, double[] bm25) {
    /** No row. */
    public static TextHits none() {
      return new TextHits(new long[0], new double[0]);
    }
  }

  /**
   * The best {@code k} of all rows, best first; of equal scores, the smaller row ids.
   *
   * @param near nearest first
   */
  public List<Fused> fuse(KnnResult near, TextHits text, int k) {
    Map<Long, Fused> rows = new HashMap<>();
    for (int i = 0; i < near.rowids().length; i++) {
      long id = near.rowids()[i];
      rows.put(id, new Fused(id, part(vectorWeight, i + 1), i + 1, near.distances()[i], 0, 0));
    }
    for (int i = 0; i < text.rowids().length; i++) {
      long id = text.rowids()[i];
      Fused other = rows.getOrDefault(id, new Fused(id, 0, 0, 0, 0, 0));
      double score = other.score() + part(textWeight, i + 1);
      rows.put(
          id, new Fused(id, score, other.vectorRank(), other.distance(), i + 1, text.bm25()[i]));
    }
    List<Fused> best = new ArrayList<>(rows.values());
    best.sort(Comparator.comparingDouble(Fused::score).reversed().thenComparingLong(Fused::rowid));
    return List.copyOf(best.subList(0, Math.min(k, best.size())));
  }

  private double part(double weight, int rank) {
    return weight / (rrfK + rank);
  }
}
