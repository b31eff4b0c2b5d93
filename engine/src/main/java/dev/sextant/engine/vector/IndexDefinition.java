package dev.sextant.engine.vector;

import dev.sextant.engine.numa.DataPlacement;
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
 * @param placement where they are to lie
 */
public record IndexDefinition(
    String name,
    long logNumber,
    String column,
    HnswParameters parameters,
    List<String> segments,
    DataPlacement placement) {
  /** Keeps the list as it is. */
  public IndexDefinition {
    segments = List.copyOf(segments);
  }

  /** An index that lies anywhere. */
  public IndexDefinition(
      String name,
      long logNumber,
      String column,
      HnswParameters parameters,
      List<String> segments) {
    this(name, logNumber, column, parameters, segments, new DataPlacement.Anywhere());
  }

  /** The same index with other segments. */
  IndexDefinition with(List<String> other) {
    return new IndexDefinition(name, logNumber, column, parameters, other, placement);
  }

  /** The same index elsewhere. */
  IndexDefinition with(DataPlacement other) {
    return new IndexDefinition(name, logNumber, column, parameters, segments, other);
  }

  /** Whether it is over a column. */
  boolean isOn(VectorColumn other) {
    return logNumber == other.logNumber() && column.equalsIgnoreCase(other.column());
  }

  /** Whether it serves searches of a column by a metric. */
  boolean serves(VectorColumn searched, dev.sextant.storage.vector.Metric metric) {
    return isOn(searched) && parameters.metric() == metric;
  }
}
