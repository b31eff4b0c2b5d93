package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.SqlSession;
import dev.sextant.sql.SqlStatement;
import java.sql.SQLException;
import java.util.Optional;

/**
 * One text made ready to run.
 *
 * @param statement the session's statement
 * @param keysAdded whether RETURNING was added for the generated keys asked for
 * @param ownReturning whether keys are asked for and the statement, a change, says itself which
 */
record Prepared(SqlStatement statement, boolean keysAdded, boolean ownReturning) {

  /** What a caller is ready to take. */
  enum Expected {
    ROWS,
    COUNT,
    EITHER
  }

  static Prepared of(SqlSession session, String sql, KeyRequest keys) throws SQLException {
    Optional<String> returning = GeneratedKeys.withReturning(session, sql, keys);
    try {
      SqlStatement statement = session.prepare(returning.orElse(sql));
      boolean ownReturning =
          !(keys instanceof KeyRequest.None)
              && returning.isEmpty()
              && SqlTokens.of(sql).changesRows();
      return new Prepared(statement, returning.isPresent(), ownReturning);
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
  }

  /** Whether the rows are the generated keys, and not the result. */
  boolean rowsAreKeys(Expected expected) {
    return keysAdded || (ownReturning && expected == Expected.COUNT);
  }

  /** Fails, before anything is done, when the statement gives what the caller does not take. */
  void check(Expected expected) throws SQLException {
    boolean rows = !statement.columns().isEmpty() && !rowsAreKeys(expected);
    if (expected == Expected.ROWS && !rows) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER,
          "executeQuery expects rows but the statement returns none; nothing was done. Use"
              + " executeUpdate or execute.");
    }
    if (expected == Expected.COUNT && rows) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER,
          "executeUpdate expects no rows but the statement returns some; nothing was done. Use"
              + " executeQuery or execute.");
    }
  }
}
