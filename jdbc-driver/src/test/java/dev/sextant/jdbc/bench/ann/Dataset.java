package dev.sextant.jdbc.bench.ann;

import dev.sextant.storage.vector.Metric;
import java.util.Arrays;

/**
 * Vectors to be searched and vectors to search for.
 *
 * @param name as the reports call it
 * @param about where it is from, for the report
 * @param base the rows; row i has the key i + 1
 * @param queries none of them is among the rows
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Dataset(String name, String about, Metric metric, float[][] base, float[][] queries) {

  int dimensions() {
    return base[0].length;
  }

  /** The operator that orders by the metric. */
  String operator() {
    return metric == Metric.COSINE ? "<=>" : "<->";
  }

  /** The operator class of an index by the metric. */
  String operatorClass() {
    return metric == Metric.COSINE ? "vector_cosine_ops" : "vector_l2_ops";
  }

  /** Bytes of the rows as float32. */
  long rawBytes() {
    return (long) base.length * dimensions() * Float.BYTES;
  }

  /** The same with no more than so many rows; 0 for all. */
  Dataset limitedTo(int rows) {
    if (rows <= 0 || rows >= base.length) {
      return this;
    }
    return new Dataset(name, about, metric, Arrays.copyOf(base, rows), queries);
  }
}
