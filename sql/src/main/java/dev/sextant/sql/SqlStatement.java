package dev.sextant.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement of a {@link SqlSession}. One execution at a time: executing again or closing
 * ends the cursor of the execution before.
 */
public interface SqlStatement extends AutoCloseable {

  /** What an execution gives. */
  sealed interface Outcome {
    /** Rows, to be closed by the caller. */
    record Rows(RowCursor cursor) implements Outcome {}

    /** The number of rows inserted, updated or deleted; 0 for a statement that changes none. */
    record Count(long rows) implements Outcome {}
  }

  /** The text as the user wrote it. */
  String sql();

  /** The columns of the result; empty when the statement returns no rows. */
  List<ResultColumn> columns();

  /** How many parameters there are. */
  int parameterCount();

  /**
   * Sets a parameter for the executions to come.
   *
   * @param index from 1
   * @param value Long, Double, String, byte[], float[] (a vector) or null
   */
  void bind(int index, @Nullable Object value);

  /** Forgets all parameters. */
  void clearBindings();

  /** Milliseconds an execution may take, rows included; 0 for no limit. */
  void setTimeoutMillis(long timeoutMillis);

  /** Runs the statement. Every parameter must be bound. */
  Outcome execute();

  /** Stops the execution under way, from any thread; nothing happens when there is none. */
  void cancel();

  /** Warnings of the last execution, in order. */
  List<String> warnings();

  /** Releases the statement and its cursor. Idempotent. */
  @Override
  void close();
}
