package dev.sextant.engine.route.optimize;

/**
 * A candidate of the search: which instruction with which demonstrations.
 *
 * @param instruction the index of the instruction; 0 is the base prompt's own
 * @param demonstrations the index of the set of demonstrations; 0 is the empty one
 */
public record Point(int instruction, int demonstrations) {
  /** The base prompt. */
  public static final Point BASE = new Point(0, 0);
}
