package dev.sextant.engine.vector;

import java.util.PriorityQueue;

/** Keeps the k nearest rows of those offered; ties go to the smaller id. */
final class Nearest {
  private final int k;
  private final double within;
  private final PriorityQueue<Row> worstFirst;

  private record Row(long id, double distance) implements Comparable<Row> {
    @Override
    public int compareTo(Row other) {
      int byDistance = Double.compare(distance, other.distance);
      return byDistance != 0 ? byDistance : Long.compare(id, other.id);
    }
  }

  Nearest(int k) {
    this(k, Double.POSITIVE_INFINITY);
  }

  private Nearest(int k, double within) {
    this.k = k;
    this.within = within;
    this.worstFirst = new PriorityQueue<>((a, b) -> b.compareTo(a));
  }

  /** Those that a search may find. */
  static Nearest of(KnnRequest request) {
    return new Nearest(request.k(), request.greatest());
  }

  /** Takes a row; one whose distance is not a number is no neighbour. */
  void offer(long id, double distance) {
    if (k == 0 || !(distance <= within)) {
      return;
    }
    Row row = new Row(id, distance);
    if (worstFirst.size() < k) {
      worstFirst.add(row);
    } else if (row.compareTo(worstFirst.element()) < 0) {
      worstFirst.remove();
      worstFirst.add(row);
    }
  }

  /** The distance beyond which no row is taken any more. */
  double farthest() {
    return worstFirst.size() < k || k == 0 ? within : worstFirst.element().distance();
  }

  KnnResult result(long scanned, String note) {
    Row[] rows = worstFirst.toArray(Row[]::new);
    java.util.Arrays.sort(rows);
    long[] ids = new long[rows.length];
    double[] distances = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      ids[i] = rows[i].id();
      distances[i] = rows[i].distance();
    }
    return new KnnResult(ids, distances, scanned, note.isEmpty() ? null : note);
  }
}
