package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ResultColumn;
import java.sql.ParameterMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A text prepared once and run with parameters. */
final class SextantPreparedStatement extends ParameterStatement {

  /* Stands for a parameter that was never given, which is not the same as NULL. */
  private static final Object UNSET = new Object();

  private final Prepared prepared;
  private final List<@Nullable Object[]> batch = new ArrayList<>();
  private final @Nullable Object[] bindings;

  SextantPreparedStatement(SextantConnection connection, int holdability, Prepared prepared)
      throws SQLException {
    super(connection, holdability);
    this.prepared = prepared;
    this.bindings = new @Nullable Object[prepared.statement().parameterCount()];
    Arrays.fill(bindings, UNSET);
    replaceCurrent(prepared.statement());
  }

  @Override
  void set(int index, @Nullable Object value, @Nullable Calendar calendar) throws SQLException {
    checkOpen();
    int count = bindings.length;
    if (index < 1 || index > count) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER,
          "There is no parameter " + index + ": the statement has " + count + ".");
    }
    bindings[index - 1] = Parameters.bindable(value, SextantResultSet.zone(calendar));
  }

  @Override
  public void clearParameters() throws SQLException {
    checkOpen();
    Arrays.fill(bindings, UNSET);
  }

  private static void checkComplete(@Nullable Object[] given) throws SQLException {
    for (int i = 0; i < given.length; i++) {
      if (UNSET.equals(given[i])) {
        throw Errors.of(
            ErrorCode.INVALID_PARAMETER,
            "Parameter "
                + (i + 1)
                + " of "
                + given.length
                + " is not set. Set it, to NULL by setNull or setObject.");
      }
    }
  }

  private boolean run(@Nullable Object[] given, Prepared.Expected expected) throws SQLException {
    checkOpen();
    checkComplete(given);
    endResult();
    try {
      for (int i = 0; i < given.length; i++) {
        prepared.statement().bind(i + 1, given[i]);
      }
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
    return run(prepared, expected);
  }

  @Override
  public ResultSet executeQuery() throws SQLException {
    forgetKeys();
    run(bindings, Prepared.Expected.ROWS);
    return rows();
  }

  @Override
  public boolean execute() throws SQLException {
    forgetKeys();
    return run(bindings, Prepared.Expected.EITHER);
  }

  @Override
  public long executeLargeUpdate() throws SQLException {
    forgetKeys();
    run(bindings, Prepared.Expected.COUNT);
    return count();
  }

  @Override
  public int executeUpdate() throws SQLException {
    return narrow(executeLargeUpdate());
  }

  @Override
  public void addBatch() throws SQLException {
    checkOpen();
    checkComplete(bindings);
    batch.add(bindings.clone());
  }

  @Override
  public void clearBatch() throws SQLException {
    checkOpen();
    batch.clear();
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    checkOpen();
    List<@Nullable Object[]> entries = List.copyOf(batch);
    batch.clear();
    forgetKeys();
    long[] counts = new long[entries.size()];
    for (int i = 0; i < counts.length; i++) {
      try {
        run(entries.get(i), Prepared.Expected.COUNT);
        counts[i] = count();
      } catch (SQLException failed) {
        throw batchFailed(failed, counts, i);
      }
    }
    return counts;
  }

  @Override
  public @Nullable ResultSetMetaData getMetaData() throws SQLException {
    checkOpen();
    List<ResultColumn> columns = prepared.statement().columns();
    return columns.isEmpty() || prepared.keysAdded()
        ? null
        : new SextantResultSetMetaData(columns, null);
  }

  @Override
  public ParameterMetaData getParameterMetaData() throws SQLException {
    checkOpen();
    return new SextantParameterMetaData(bindings.length);
  }
}
