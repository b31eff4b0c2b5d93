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
 * @param only the row ids that may be found; null for all
 * @param cancelled asked now and then
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, never compared.
public record KnnRequest(
    VectorColumn column,
    Metric metric,
    float[] query,
    int k,
    long @Nullable [] only,
    BooleanSupplier cancelled) {}
