package dev.sextant.jdbc.bench.ann;

import dev.sextant.jdbc.bench.Timing;
import java.io.IOException;
import java.sql.SQLException;

/** Something that finds nearest neighbours: built over a data set and searched by one thread. */
interface Contender extends AutoCloseable {

  /** How many neighbours are searched for. */
  int K = 10;

  /** As the report calls it. */
  String name();

  /** Its parameters, in a few words. */
  String settings();

  /** Whether it is Sextant. */
  default boolean ours() {
    return false;
  }

  /** Whether it compares all rows: it has one point then, and builds no graph. */
  default boolean exact() {
    return false;
  }

  /** Whether it can be built by so many threads. */
  default boolean builds(int threads) {
    return true;
  }

  /** Builds it, anew if it was built before. */
  Build build(int threads) throws Exception;

  /** Searches for the queries of the data set, one after the other. */
  Found search(int ef) throws Exception;

  @Override
  void close() throws IOException, SQLException;

  /**
   * What a build took and made.
   *
   * @param cpuSeconds of the whole process that built it
   * @param diskBytes of what would be kept
   * @param memoryBytes of what it holds in memory for searches
   * @param mappedBytes of files that it reads through the system's page cache besides
   */
  record Build(
      double cpuSeconds, double wallSeconds, long diskBytes, long memoryBytes, long mappedBytes) {}

  /**
   * What a pass over the queries found.
   *
   * @param rows for each query the numbers of the rows found, from 0; it may have fewer queries
   *     than the data set, never others
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Found(int[][] rows, double cpuSeconds, double wallSeconds) {}

  /** One search. */
  interface Search {
    /** The numbers of the rows found. */
    int[] rows(float[] query) throws Exception;
  }

  /** Runs a search for each query on this thread. */
  static Found pass(float[][] queries, Search search) throws Exception {
    int[][] rows = new int[queries.length][];
    Timing timing = Timing.ofThread();
    for (int q = 0; q < queries.length; q++) {
      rows[q] = search.rows(queries[q]);
    }
    return new Found(rows, timing.cpuSeconds(), timing.wallSeconds());
  }

  /** Makes a contender for a data set. */
  interface Maker {
    /** Not built yet. */
    Contender make(Dataset data) throws Exception;
  }
}
