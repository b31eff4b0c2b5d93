package dev.sextant.storage.vector.hnsw;

/**
 * What a search of a segment found, nearest first, ties by ascending rowid.
 *
 * @param rowids the rows; the array is the caller's
 * @param distances their {@link dev.sextant.storage.vector.Metric#distance} to the query
 * @param visited nodes of the graph whose neighbours were looked at; 0 if rows were only scanned
 * @param scored rows compared with the query
 * @param horizon how far the {@code ef}-th nearest row is by the scores that led the search, which
 *     compare between segments of one index; infinity where there were fewer
 */
@SuppressWarnings("ArrayRecordComponent") // A result is handed over once and never compared.
public record HnswHits(
    long[] rowids, double[] distances, long visited, long scored, float horizon) {
  /** How many rows were found: k, unless fewer match. */
  public int size() {
    return rowids.length;
  }
}
