package dev.sextant.engine.vector;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The nearest rows.
 *
 * @param rowids nearest first, ties by ascending id
 * @param distances as the metric defines them
 * @param scanned how many vectors were compared with the query
 * @param note why the search took longer than it should; null where it did not
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
public record KnnResult(long[] rowids, double[] distances, long scanned, @Nullable String note) {
  /** No rows. */
  public static KnnResult none() {
    return new KnnResult(new long[0], new double[0], 0, null);
  }

  /** Those rows that are no farther than a radius. */
  public KnnResult within(double radius) {
    int size = 0;
    while (size < distances.length && distances[size] <= radius) {
      size++;
    }
    return size == distances.length
        ? this
        : new KnnResult(Arrays.copyOf(rowids, size), Arrays.copyOf(distances, size), scanned, note);
  }

  /** The same rows, with a note unless they have one. */
  KnnResult noted(String other) {
    return note != null ? this : new KnnResult(rowids, distances, scanned, other);
  }
}
