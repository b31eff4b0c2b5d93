package dev.sextant.udf;

import java.util.List;

/** Runs functions of some languages, each behind its own walls. */
public interface FunctionRuntime extends AutoCloseable {
  /**
   * Checks a function and makes it ready to run, once for all statements.
   *
   * @throws UdfException DEFINITION where the source is no such function, HOST where a layer that
   *     its profile requires is missing
   */
  Prepared prepare(FunctionDefinition function);

  /** Ends all processes and gives back all memory; functions under way fail. */
  @Override
  void close();

  /** A function that is ready; any thread may open it. */
  interface Prepared extends AutoCloseable {
    /** The function in a state that no call before has touched, for one thread. */
    Instance open();

    /** Forgets what was made ready. */
    @Override
    void close();
  }

  /** A function for one statement on one thread. After a failure it has to be closed. */
  interface Instance extends AutoCloseable {
    /**
     * Calls the function for each row of a batch.
     *
     * @param arguments a column for each parameter, of the types declared, with {@code rows} values
     *     each
     * @param rows from 1 to {@link Limits#batchRows()}
     * @param result cleared, then filled with {@code rows} values
     * @throws UdfException what the call broke; the result is then undefined
     */
    void call(List<Column> arguments, int rows, Column result);

    /**
     * The fuel that the last call used, in the unit of {@link Limits#fuel()}; 0 before the first
     * call and where it is not counted. The same function and arguments give the same number on
     * every machine.
     */
    default long fuelUsed() {
      return 0;
    }

    /** Gives back what the instance holds. */
    @Override
    void close();
  }
}
