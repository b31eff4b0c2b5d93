package dev.sextant.engine.vector;

/** How far the building of an index has come: a row of {@code sextant.index_progress}. */
public final class IndexProgress {
  private final String index;
  private final String operation;
  private volatile Reached reached = new Reached("reading", 0, -1);

  /**
   * A point reached.
   *
   * @param phase reading, building or writing
   * @param done rows so far
   * @param total rows in all; -1 while it is not known
   */
  public record Reached(String phase, long done, long total) {}

  /**
   * A build that begins.
   *
   * @param operation create, reindex, repair, fold or merge
   */
  IndexProgress(String index, String operation) {
    this.index = index;
    this.operation = operation;
  }

  /** The index's name. */
  public String index() {
    return index;
  }

  /** What is being done. */
  public String operation() {
    return operation;
  }

  /** Where it is now. */
  public Reached reached() {
    return reached;
  }

  void at(String phase, long done, long total) {
    reached = new Reached(phase, done, total);
  }
}
