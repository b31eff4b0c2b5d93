package dev.sextant.engine.vector;

/**
 * A vector column that can be searched in memory.
 *
 * @param table its table
 * @param column its name
 * @param dimensions of its vectors
 * @param key the table's INTEGER PRIMARY KEY
 * @param logNumber the table's number in the change log
 * @param replaceable whether rows can vanish without a trace in the log, so that each hit has to be
 *     looked up in its table
 */
public record VectorColumn(
    String table, String column, int dimensions, String key, long logNumber, boolean replaceable) {

  /** {@code table.column}, as messages name it. */
  public String label() {
    return table + "." + column;
  }
}
