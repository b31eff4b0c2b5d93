package dev.sextant.engine.route.learn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The most similar rows by the cosine, found by looking at every row. */
public final class ExactNeighbours implements Neighbours {
  private static final Comparator<Neighbour> BEST_FIRST =
      Comparator.comparingDouble(Neighbour::similarity).reversed().thenComparingInt(Neighbour::row);

  private final float[][] rows;
  private final double[] norms;

  /** A scan over the features of some outcomes. */
  public ExactNeighbours(Outcomes outcomes) {
    this.rows = new float[outcomes.size()][];
    this.norms = new double[outcomes.size()];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = outcomes.features(row);
      norms[row] = Math.sqrt(dot(rows[row], rows[row]));
    }
  }

  @Override
  public List<Neighbour> nearest(float[] features, int count) {
    double norm = Math.sqrt(dot(features, features));
    PriorityQueue<Neighbour> worstFirst = new PriorityQueue<>(BEST_FIRST.reversed());
    for (int row = 0; row < rows.length; row++) {
      double scale = norm * norms[row];
      double similarity = scale > 0 ? dot(features, rows[row]) / scale : 0;
      worstFirst.add(new Neighbour(row, similarity));
      if (worstFirst.size() > count) {
        worstFirst.remove();
      }
    }
    List<Neighbour> nearest = new ArrayList<>(worstFirst);
    nearest.sort(BEST_FIRST);
    return nearest;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
