package dev.sextant.storage.vector.hnsw;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.vector.Metric;

/**
 * How a graph is built.
 *
 * @param metric what nearest means; not L1
 * @param m links that an insertion makes on each level
 * @param efConstruction candidates that an insertion chooses its links from; at least m
 * @param quantization what searches compare first
 */
public record HnswParameters(Metric metric, int m, int efConstruction, Quantization quantization) {
  /** Links of a node unless said otherwise. */
  public static final int DEFAULT_M = 16;

  /** Candidates of an insertion unless said otherwise. */
  public static final int DEFAULT_EF_CONSTRUCTION = 128;

  /** Checks the ranges. */
  public HnswParameters {
    if (metric == Metric.L1) {
      throw new StorageException(
          Kind.PARAMETER,
          "Index USING hnsw expects vector_l2_ops, vector_cosine_ops or vector_ip_ops but got"
              + " vector_l1_ops. Search by <+> without an index.");
    }
    requireRange("m", m, HnswLimits.MIN_M, HnswLimits.MAX_M);
    requireRange("ef_construction", efConstruction, m, HnswLimits.MAX_EF_CONSTRUCTION);
  }

  /** The defaults for {@code metric}. */
  public static HnswParameters of(Metric metric) {
    return new HnswParameters(metric, DEFAULT_M, DEFAULT_EF_CONSTRUCTION, Quantization.INT8);
  }

  /** The same with another quantization. */
  public HnswParameters with(Quantization other) {
    return new HnswParameters(metric, m, efConstruction, other);
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new StorageException(
          Kind.PARAMETER,
          "Index option "
              + name
              + " expects from "
              + least
              + " to "
              + most
              + " but got "
              + value
              + ".");
    }
  }
}
