package dev.sextant.storage.vector;

import java.lang.foreign.MemorySegment;

/**
 * Keeps a few bytes of each row, by which most rows are known to be far from a query without being
 * read. A store writes with one thread at a time; a {@link Near} is one thread's.
 */
public interface Sketcher {
  /** What nearest means to it. */
  Metric metric();

  /** Dimensions of every row. */
  int dimensions();

  /** Bytes of a row's sketch, a multiple of eight. */
  int bytes();

  /** The sketch of a row; for any thread. */
  long[] sketch(float[] vector);

  /** Writes a sketch for the row whose place among the sketches is {@code index}. */
  void place(long[] sketch, MemorySegment sketches, int index);

  /** What tells rows near the query from others. */
  Near near(float[] query);

  /** Rows by their sketches. */
  @FunctionalInterface
  interface Near {
    /**
     * One bit for each row from the first on, set unless it is farther than {@code worst} but for
     * one row in tens of thousands.
     *
     * @param worst a {@link Metric#distance}
     */
    long among(Rows rows, double worst);
  }

  /**
   * Up to 64 rows side by side.
   *
   * @param sketches of all rows of a chunk
   * @param first the first one's place among them, a multiple of 64
   */
  record Rows(MemorySegment sketches, int first, int count) {}
}
