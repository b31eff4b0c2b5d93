package dev.sextant.engine.vector;

import dev.sextant.storage.vector.Metric;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One search of a column.
 *
 * @param column what is searched
 * @param metric what nearest means
 * @param query finite, of the column's dimensions
 * @param k how many rows at most
 * @param only the row ids that may be found, ascending and each once; null for all
 * @param cancelled asked now and then
 * @param efSearch candidates that a search of an index keeps; 0 for the session's setting
 * @param restriction the rows that may be found; null for all
 * @param trace is told what the search does
 * @param index the name of the index to search; null for any that serves
 * @param exact whether no index may be searched
 * @param within the greatest distance of a row that may be found, all of which are; null for the
 *     {@code k} nearest at any distance
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
public record KnnRequest(
    VectorColumn column,
    Metric metric,
    float[] query,
    int k,
    long @Nullable [] only,
    BooleanSupplier cancelled,
    int efSearch,
    @Nullable RowRestriction restriction,
    SearchTrace trace,
    @Nullable String index,
    boolean exact,
    @Nullable Double within) {

  /** A search of all rows. */
  public static KnnRequest of(VectorColumn column, Metric metric, float[] query, int k) {
    return new KnnRequest(
        column,
        metric,
        query,
        k,
        null,
        () -> false,
        0,
        null,
        new SearchTrace(false),
        null,
        false,
        null);
  }

  /** The same search for another vector. */
  public KnnRequest to(float[] other) {
    return new KnnRequest(
        column,
        metric,
        other,
        k,
        only,
        cancelled,
        efSearch,
        restriction,
        trace,
        index,
        exact,
        within);
  }

  /** The same search, given up as soon as {@code signal} says true. */
  public KnnRequest cancelledBy(BooleanSupplier signal) {
    return new KnnRequest(
        column, metric, query, k, only, signal, efSearch, restriction, trace, index, exact, within);
  }

  /** The same search with so many candidates. */
  public KnnRequest withEf(int candidates) {
    return new KnnRequest(
        column,
        metric,
        query,
        k,
        only,
        cancelled,
        candidates,
        restriction,
        trace,
        index,
        exact,
        within);
  }

  /** The same search, finding only what the restriction lets through; null lets all through. */
  public KnnRequest restricted(@Nullable RowRestriction rows) {
    return new KnnRequest(
        column, metric, query, k, only, cancelled, efSearch, rows, trace, index, exact, within);
  }

  /** The same search, which tells what it does. */
  public KnnRequest tracedBy(SearchTrace told) {
    return new KnnRequest(
        column,
        metric,
        query,
        k,
        only,
        cancelled,
        efSearch,
        restriction,
        told,
        index,
        exact,
        within);
  }

  /** All rows that are no farther than {@code radius}, by no index. */
  KnnRequest all(double radius) {
    return new KnnRequest(
        column,
        metric,
        query,
        Integer.MAX_VALUE,
        only,
        cancelled,
        efSearch,
        restriction,
        trace,
        null,
        true,
        radius);
  }

  /** The greatest distance of a row that may be found. */
  double greatest() {
    return within == null ? Double.POSITIVE_INFINITY : within;
  }

  /** The same search, by no index. */
  public KnnRequest exactly() {
    return new KnnRequest(
        column,
        metric,
        query,
        k,
        only,
        cancelled,
        efSearch,
        restriction,
        trace,
        null,
        true,
        within);
  }

  /** The same search, by the index of that name. */
  public KnnRequest by(String name) {
    return new KnnRequest(
        column,
        metric,
        query,
        k,
        only,
        cancelled,
        efSearch,
        restriction,
        trace,
        name,
        exact,
        within);
  }

  /** The same search for so many rows, among all. */
  KnnRequest nearest(int count) {
    return new KnnRequest(
        column, metric, query, count, null, cancelled, efSearch, null, trace, index, exact, within);
  }

  /** The same search among rows whose ids are known. */
  KnnRequest among(long[] ids) {
    return new KnnRequest(
        column, metric, query, k, ids, cancelled, efSearch, null, trace, index, exact, within);
  }
}
