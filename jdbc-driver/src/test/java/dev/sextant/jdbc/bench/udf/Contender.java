package dev.sextant.jdbc.bench.udf;

/**
 * One way to compute something for many rows.
 *
 * @param rows that one call of {@code work} computes
 * @param work gives something of its results, so that none is left out
 */
record Contender(String name, int rows, Work work) {
  /** Computes all rows. */
  @FunctionalInterface
  interface Work {
    double run();
  }
}
