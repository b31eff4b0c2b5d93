package dev.sextant.sql;

import dev.sextant.sql.run.StepRunner;
import org.jspecify.annotations.Nullable;

/** What a statement runs that holds others, such as EXPLAIN ANALYZE and MEASURE. */
interface InnerRun extends AutoCloseable {

  /** How many values the user binds. */
  int parameterCount();

  /**
   * Runs.
   *
   * @param values of the user's
   * @return rows as JSON
   */
  String run(@Nullable Object[] values, StepRunner.Tools tools);

  /** Stops what runs, from any thread. */
  void stop();

  @Override
  void close();
}
