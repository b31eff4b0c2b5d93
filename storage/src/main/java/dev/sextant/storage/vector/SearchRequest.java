package dev.sextant.storage.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One search: the {@code k} rows nearest to {@code query} that are visible at {@code seq}, none
 * farther than {@code within}.
 *
 * <p>The arrays are borrowed until the search returns.
 *
 * @param query finite numbers, as many as the store has dimensions
 * @param metric what nearest means
 * @param k how many hits at most, zero or more
 * @param seq the snapshot: the seq of a write that has returned, or a later one
 * @param rowids the only rows to find, in any order; null for all
 * @param excluded rows not to find, ascending; null for none
 * @param cancelled asked every few thousand rows, on the searching thread
 * @param within the greatest distance of a hit; infinity for any
 */
@SuppressWarnings("ArrayRecordComponent") // A request is handed over once and never compared.
public record SearchRequest(
    float[] query,
    Metric metric,
    int k,
    long seq,
    long @Nullable [] rowids,
    long @Nullable [] excluded,
    BooleanSupplier cancelled,
    double within) {

  /** Checks {@code k} and sorts {@code excluded} if need be. */
  public SearchRequest {
    if (k < 0) {
      throw new StorageException(
          Kind.PARAMETER,
          "Vector search expects k of 0 or more but got " + k + ". Correct the LIMIT.");
    }
    excluded = excluded == null ? null : ascending(excluded);
  }

  /** A search of all rows that is never cancelled. */
  public static SearchRequest of(float[] query, Metric metric, int k, long seq) {
    return new SearchRequest(
        query, metric, k, seq, null, null, () -> false, Double.POSITIVE_INFINITY);
  }

  /** The same search for another query. */
  public SearchRequest to(float[] other) {
    return new SearchRequest(other, metric, k, seq, rowids, excluded, cancelled, within);
  }

  /** The same search, finding only {@code only}. */
  public SearchRequest among(long[] only) {
    return new SearchRequest(query, metric, k, seq, only, excluded, cancelled, within);
  }

  /** The same search, not finding {@code without}. */
  public SearchRequest excluding(long[] without) {
    return new SearchRequest(query, metric, k, seq, rowids, without, cancelled, within);
  }

  /** The same search, given up as soon as {@code signal} says true. */
  public SearchRequest cancelledBy(BooleanSupplier signal) {
    return new SearchRequest(query, metric, k, seq, rowids, excluded, signal, within);
  }

  /** The same search, finding no row that is farther than {@code radius}. */
  public SearchRequest within(double radius) {
    return new SearchRequest(query, metric, k, seq, rowids, excluded, cancelled, radius);
  }

  private static long[] ascending(long[] values) {
    for (int i = 1; i < values.length; i++) {
      if (values[i - 1] > values[i]) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
      }
    }
    return values;
  }
}
