package dev.sextant.engine.vector;

import org.jspecify.annotations.Nullable;

/**
 * The nearest rows.
 *
 * @param rowids nearest first, ties by ascending id
 * @param distances as the metric defines them
 * @param scanned how many vectors were compared with the query
 * @param note why the rows were read from SQLite instead of memory; null where they were not
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
public record KnnResult(long[] rowids, double[] distances, long scanned, @Nullable String note) {}
