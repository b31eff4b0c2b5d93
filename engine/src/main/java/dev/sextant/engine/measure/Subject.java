package dev.sextant.engine.measure;

/** What is measured. */
public interface Subject {

  /**
   * Makes a run ready, outside the time that is taken.
   *
   * @param number of the run, from 0
   */
  void prepare(int number);

  /** Runs once, to the end; gives the number of rows. */
  long run();
}
