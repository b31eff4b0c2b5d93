package dev.sextant.storage.vector;

/**
 * What a search found, nearest first, ties by ascending rowid.
 *
 * @param rowids the rows; the array is the caller's
 * @param distances their {@link Metric#distance} to the query
 * @param scanned how many vectors were compared with the query
 * @param restricted whether the search was given the rows it may find
 */
@SuppressWarnings("ArrayRecordComponent") // A result is handed over once and never compared.
public record Hits(long[] rowids, double[] distances, long scanned, boolean restricted) {
  /** How many rows were found: k, unless fewer match. */
  public int size() {
    return rowids.length;
  }
}
