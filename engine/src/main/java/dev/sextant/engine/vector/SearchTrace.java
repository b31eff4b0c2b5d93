package dev.sextant.engine.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a search did: kept for EXPLAIN ANALYZE and for later choices. Added to by the thread that
 * searches, read when it has ended.
 */
public final class SearchTrace {
  private final boolean told;
  private final List<String> paths = new ArrayList<>();
  private long visited;
  private long compared;
  private long rowsChecked;
  private long idsRead;

  /**
   * Nothing done yet.
   *
   * @param told whether {@link #paths} will be asked for
   */
  public SearchTrace(boolean told) {
    this.told = told;
  }

  /** Adds what one walk or scan counted. */
  public void add(long nodesVisited, long distancesComputed) {
    visited += nodesVisited;
    compared += distancesComputed;
  }

  /** Adds rows that SQLite was asked about. */
  void addChecked(long rows) {
    rowsChecked += rows;
  }

  /** Adds ids that SQLite gave. */
  void addIds(long ids) {
    idsRead += ids;
  }

  /** Notes a step of the way to the result, if anyone wants to know. */
  void path(Supplier<String> step) {
    if (told) {
      paths.add(step.get());
    }
  }

  /** The steps, in the order in which they were taken. */
  public List<String> paths() {
    return List.copyOf(paths);
  }

  /** Nodes of a graph whose neighbours were looked at. */
  public long visited() {
    return visited;
  }

  /** Vectors or codes that were compared with the query. */
  public long compared() {
    return compared;
  }

  /** Candidates that SQLite was asked whether they match. */
  public long rowsChecked() {
    return rowsChecked;
  }

  /** Ids of matching rows that were read from SQLite. */
  public long idsRead() {
    return idsRead;
  }
}
