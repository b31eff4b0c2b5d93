package dev.sextant.engine.route.optimize;

/** Asks what candidates score on rows of the validation set. */
public interface Scorer {
  /** The rows of the validation set. */
  int rows();

  /**
   * The scores of a candidate on some rows, 0 to 1, in the order of the rows. The same candidate
   * has the same score on the same row whenever it is asked for.
   *
   * @throws OutOfBudget where the rest of the budget does not pay for all of them
   */
  double[] score(Point point, int[] rows) throws OutOfBudget;
}
