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

  /** The values for one execution; {@code set} tells a NULL from a value never given. */
  private record Bindings(@Nullable Object[] values, boolean[] set) {

    static Bindings of(int count) {
      return new Bindings(new @Nullable Object[count], new boolean[count]);
    }

    Bindings copy() {
      return new Bindings(values.clone(), set.clone());
    }
  }

  private final Prepared prepared;
  private final List<Bindings> batch = new ArrayList<>();
  private final Bindings bindings;

  SextantPreparedStatement(SextantConnection connection, int holdability, Prepared prepared)
      throws SQLException {
    super(connection, holdability);
    this.prepared = prepared;
    this.bindings = Bindings.of(prepared.statement().parameterCount());
    replaceCurrent(prepared.statement());
  }

  @Override
  void set(int index, @Nullable Object value, @Nullable Calendar calendar) throws SQLException {
    checkOpen();
    int count = bindings.set().length;
    if (index < 1 || index > count) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER,
          "There is no parameter " + index + ": the statement has " + count + ".");
    }
    bindings.values()[index - 1] = Parameters.bindable(value, SextantResultSet.zone(calendar));
    bindings.set()[index - 1] = true;
  }

  @Override
  public void clearParameters() throws SQLException {
    checkOpen();
    Arrays.fill(bindings.values(), null);
    Arrays.fill(bindings.set(), false);
  }

  private static void checkComplete(Bindings given) throws SQLException {
    for (int i = 0; i < given.set().length; i++) {
      if (!given.set()[i]) {
        throw Errors.of(
            ErrorCode.INVALID_PARAMETER,
            "Parameter "
                + (i + 1)
                + " of "
                + given.set().length
                + " is not set. Set it, to NULL by setNull or setObject.");
      }
    }
  }

  private boolean run(Bindings given, Prepared.Expected expected) throws SQLException {
    checkOpen();
    checkComplete(given);
    endResult();
    try {
      for (int i = 0; i < given.values().length; i++) {
        prepared.statement().bind(i + 1, given.values()[i]);
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
    batch.add(bindings.copy());
  }

  @Override
  public void clearBatch() throws SQLException {
    checkOpen();
    batch.clear();
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    checkOpen();
    List<Bindings> entries = List.copyOf(batch);
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
    return new SextantParameterMetaData(bindings.set().length);
  }
}
