package dev.sextant.storage.vector.hnsw;

/** The limits of graph indexes. */
public final class HnswLimits {
  /** The fewest links of a node above level 0. */
  public static final int MIN_M = 2;

  /** The most links of a node above level 0; on level 0 it may have twice as many. */
  public static final int MAX_M = 128;

  /** The most candidates that an insertion keeps. */
  public static final int MAX_EF_CONSTRUCTION = 4096;

  /** The most rows of one segment. */
  public static final int MAX_ROWS = 1 << 30;

  /** The most levels of a graph, level 0 included. */
  public static final int MAX_LEVELS = 16;

  /** The most threads that build one segment. */
  public static final int MAX_THREADS = 256;

  /** How many rows a scan may score between two looks at its cancel signal. */
  public static final int ROWS_PER_CANCEL_CHECK = 4096;

  private HnswLimits() {}
}
