package dev.sextant.jdbc.bench.ann;

import dev.sextant.storage.vector.Metric;
import java.util.Arrays;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The exact answers: for each query the distance of the k-th nearest row. A row found counts if it
 * is no farther, so that rows at equal distances are equally right.
 *
 * <p>All rows are compared in float32; the nearest {@value #CANDIDATES} of them then by the
 * metric's own definition in float64, which decides.
 */
final class Truth {
  private static final int CANDIDATES = 64;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private final Dataset data;
  private final int[] counts;
  private final double[] farthest;

  private Truth(Dataset data, int queries) {
    this.data = data;
    this.counts = new int[queries];
    this.farthest = new double[queries];
  }

  /** Which rows a query may find. */
  interface Filter {
    boolean passes(int query, int row);
  }

  /**
   * Computes the answers on all cores.
   *
   * @param queries so many of the data set's
   */
  static Truth of(Dataset data, int queries, Filter filter) {
    Truth truth = new Truth(data, queries);
    IntStream.range(0, queries)
        .parallel()
        .forEach(
            q -> {
              int[] rows =
                  IntStream.range(0, data.base().length)
                      .filter(row -> filter.passes(q, row))
                      .toArray();
              truth.counts[q] = Math.min(Contender.K, rows.length);
              truth.farthest[q] = rows.length == 0 ? -1 : farthest(data, data.queries()[q], rows);
            });
    return truth;
  }

  private static double farthest(Dataset data, float[] query, int[] rows) {
    int kept = Math.min(CANDIDATES, rows.length);
    float[] scores = new float[kept];
    int[] nearest = new int[kept];
    int size = 0;
    for (int row : rows) {
      float score = score(data.metric(), query, data.base()[row]);
      if (size < kept || score < scores[size - 1]) {
        int at = size < kept ? size++ : size - 1;
        while (at > 0 && scores[at - 1] > score) {
          scores[at] = scores[at - 1];
          nearest[at] = nearest[at - 1];
          at--;
        }
        scores[at] = score;
        nearest[at] = row;
      }
    }
    return Arrays.stream(nearest)
        .mapToDouble(row -> data.metric().distance(query, data.base()[row]))
        .sorted()
        .toArray()[Math.min(Contender.K, kept) - 1];
  }

  /** Orders as the metric does: for unit vectors where that is the cosine. */
  private static float score(Metric metric, float[] a, float[] b) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int end = SPECIES.loopBound(a.length);
    float rest = 0;
    if (metric == Metric.COSINE) {
      for (int i = 0; i < end; i += SPECIES.length()) {
        sum = FloatVector.fromArray(SPECIES, a, i).fma(FloatVector.fromArray(SPECIES, b, i), sum);
      }
      for (int i = end; i < a.length; i++) {
        rest += a[i] * b[i];
      }
      return -(sum.reduceLanes(VectorOperators.ADD) + rest);
    }
    for (int i = 0; i < end; i += SPECIES.length()) {
      FloatVector difference =
          FloatVector.fromArray(SPECIES, a, i).sub(FloatVector.fromArray(SPECIES, b, i));
      sum = difference.fma(difference, sum);
    }
    for (int i = end; i < a.length; i++) {
      rest += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum.reduceLanes(VectorOperators.ADD) + rest;
  }

  /** How many rows a search has to give: ten, or as many as there are. */
  int count(int query) {
    return counts[query];
  }

  /** How many of the rows found are right. */
  private int hits(int query, int[] found) {
    int hits = 0;
    for (int row : Arrays.stream(found).distinct().toArray()) {
      double distance = data.metric().distance(data.queries()[query], data.base()[row]);
      hits += distance <= farthest[query] ? 1 : 0;
    }
    return Math.min(hits, counts[query]);
  }

  /** The share of the right rows that was found. */
  double recall(int[][] found) {
    long hits = 0;
    long wanted = 0;
    for (int q = 0; q < found.length; q++) {
      hits += hits(q, found[q]);
      wanted += counts[q];
    }
    return wanted == 0 ? 1 : hits / (double) wanted;
  }
}
