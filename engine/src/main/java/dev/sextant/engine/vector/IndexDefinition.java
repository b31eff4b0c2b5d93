package dev.sextant.engine.vector;

import dev.sextant.storage.vector.hnsw.HnswParameters;
import java.util.List;

/**
 * A vector index as its row in the database says.
 *
 * @param name unique in the database
 * @param logNumber of its table in the change log
 * @param column the vector column
 * @param parameters of the graph
 * @param segments the files that hold the graphs, in the index's folder, oldest first; none before
 *     the first build
 */
public record IndexDefinition(
    String name, long logNumber, String column, HnswParameters parameters, List<String> segments) {
  /** Keeps the list as it is. */
  public IndexDefinition {
    segments = List.copyOf(segments);
  }

  /** The same index with other segments. */
  IndexDefinition with(List<String> other) {
    return new IndexDefinition(name, logNumber, column, parameters, other);
  }

  /** Whether it serves searches of a column by a metric. */
  boolean serves(VectorColumn searched, dev.sextant.storage.vector.Metric metric) {
    return logNumber == searched.logNumber()
        && column.equalsIgnoreCase(searched.column())
        && parameters.metric() == metric;
  }
}
