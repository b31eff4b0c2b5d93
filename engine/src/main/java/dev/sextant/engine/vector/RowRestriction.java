package dev.sextant.engine.vector;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The rows that the rest of a query lets through, as SQLite knows them in one snapshot. Belongs to
 * one execution of one session.
 */
public interface RowRestriction {
  /**
   * The ids of all matching rows.
   *
   * @param most how many are wanted at most
   * @return ascending and each once; empty where there are more
   */
  Optional<long[]> ids(int most);

  /** {@link #ids} as an earlier execution left them, if they surely still hold. */
  Optional<long[]> knownIds();

  /** How many ids {@link #knownIds} has; empty where it has none. */
  default OptionalLong knownCount() {
    return knownIds().map(ids -> OptionalLong.of(ids.length)).orElse(OptionalLong.empty());
  }

  /**
   * Those of the candidates that match, in any order.
   *
   * @throws IllegalStateException unless {@link #checksRows}
   */
  long[] matching(long[] candidates);

  /** Whether ids that are read will be known to the next execution, if the database stays. */
  boolean keepsIds();

  /** Whether single rows can be checked; else only all ids can be read. */
  boolean checksRows();

  /** Whether reading the ids means to read the whole table, however few match. */
  boolean readsWholeTable();

  /** What is known of the filter from this and earlier executions. */
  FilterStatistics.Of statistics();
}
