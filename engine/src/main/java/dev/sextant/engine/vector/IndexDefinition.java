package dev.sextant.engine.vector;

import dev.sextant.storage.vector.hnsw.HnswParameters;
import org.jspecify.annotations.Nullable;

/**
 * A vector index as its row in the database says.
 *
 * @param name unique in the database
 * @param logNumber of its table in the change log
 * @param column the vector column
 * @param parameters of the graph
 * @param segment the file that holds the graph, in the index's folder; null before the first build
 */
public record IndexDefinition(
    String name,
    long logNumber,
    String column,
    HnswParameters parameters,
    @Nullable String segment) {

  /** Whether it serves searches of a column by a metric. */
  boolean serves(VectorColumn searched, dev.sextant.storage.vector.Metric metric) {
    return logNumber == searched.logNumber()
        && column.equalsIgnoreCase(searched.column())
        && parameters.metric() == metric;
  }
}
