package dev.sextant.engine.udf;

import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.StorageException;
import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * SQLite asks for one row at a time. Where a call costs more than the work (a process has to be
 * asked), and the arguments of the rows to come are known from a query that runs beside the
 * statement, a call takes the row that is asked for and some of those to come, and their results
 * are kept until SQLite asks for them. How many grows while they are asked for indeed, from one
 * row to the profile's batch_rows, and shrinks where they are not: a LIMIT, a condition that is
 * computed first. A batch that fails is forgotten, and the row that is asked for is called alone:
 * a function never fails for a row that the statement would not have given it.
 */
/** The calls of one function that one execution makes. */
final class FunctionCalls implements AutoCloseable {
  private static final int MAX_FAILED_BATCHES = 3;

  private final FunctionRun run;
  private final UserFunction function;
  private final FunctionStatistics.Counter counter;
  private final List<Column> columns = new ArrayList<>();
  private final Column result;
  private final ResultMemo memo;
  private final List<Upcoming> upcoming;
  private FunctionRuntime.@Nullable Instance instance;
  private @Nullable Thread thread;
  private int batch = 1;
  private int lastBatch;
  private int failedBatches;

  FunctionCalls(FunctionRun run, UserFunction function) {
    this.run = run;
    this.function = function;
    this.counter = run.library().statistics().of(function.signature());
    for (ValueType type : function.definition().parameters()) {
      columns.add(new Column(type));
    }
    this.result = new Column(function.definition().result());
    this.memo = new ResultMemo(function);
    this.upcoming = new ArrayList<>();
    if (function.isBatched()) {
      upcoming.addAll(run.upcoming(function.name()));
    }
  }

  /** The result for one row. */
  @Nullable Object call(@Nullable Object[] arguments) {
    @Nullable Object[] wanted = converted(arguments);
    if (!memo.isUsed()) {
      invoke(List.<@Nullable Object[]>of(wanted));
      return Values.taken(result, 0);
    }
    ResultMemo.Key key = ResultMemo.key(wanted);
    ResultMemo.Known known = memo.find(key);
    if (known != null) {
      return known.value();
    }
    List<@Nullable Object[]> rows = new ArrayList<>();
    rows.add(wanted);
    if (!upcoming.isEmpty()) {
      adapt();
      addUpcoming(rows, key);
    }
    if (rows.size() > 1 && invokeBatch(rows)) {
      return keep(rows);
    }
    invoke(List.<@Nullable Object[]>of(wanted));
    return keep(List.<@Nullable Object[]>of(wanted));
  }

  private @Nullable Object[] converted(@Nullable Object[] arguments) {
    List<ValueType> types = function.definition().parameters();
    @Nullable Object[] values = new @Nullable Object[arguments.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Values.converted(types.get(i), arguments[i]);
    }
    return values;
  }

  /** Takes twice as many rows where more than half of the last ones were asked for, else half. */
  private void adapt() {
    int most = function.definition().profile().limits().batchRows();
    int used = memo.takeUsed() + 1;
    batch = 2 * used > lastBatch ? Math.min(most, 2 * batch) : Math.max(1, batch / 2);
  }

  private void addUpcoming(List<@Nullable Object[]> rows, ResultMemo.Key first) {
    Set<ResultMemo.Key> taken = new HashSet<>(Set.of(first));
    while (rows.size() < batch && !upcoming.isEmpty()) {
      Upcoming source = upcoming.getFirst();
      @Nullable Object[] next = run.next(source);
      upcoming.removeFirst();
      if (next == null) {
        continue;
      }
      upcoming.add(source);
      @Nullable Object[] values = fits(next) ? fitted(next) : null;
      if (values != null) {
        ResultMemo.Key key = ResultMemo.key(values);
        if (!memo.holds(key) && taken.add(key)) {
          rows.add(values);
        }
      }
    }
  }

  /** Null where a text is no vector, which is an error only if the row is asked for. */
  private @Nullable Object @Nullable [] fitted(@Nullable Object[] arguments) {
    try {
      return converted(arguments);
    } catch (StorageException noVector) {
      return null;
    }
  }

  /** Whether a row would call this function, and not another of the name, or none. */
  private boolean fits(@Nullable Object[] arguments) {
    return Overloads.fits(function, arguments)
        && !(function.strict() && Overloads.hasNull(arguments));
  }

  private @Nullable Object keep(List<@Nullable Object[]> rows) {
    Object first = Values.taken(result, 0);
    memo.keep(ResultMemo.key(rows.getFirst()), first, false);
    for (int i = 1; i < rows.size(); i++) {
      memo.keep(ResultMemo.key(rows.get(i)), Values.taken(result, i), true);
    }
    lastBatch = rows.size();
    return first;
  }

  /** Whether a call with many rows succeeded. */
  private boolean invokeBatch(List<@Nullable Object[]> rows) {
    try {
      invoke(rows);
      return true;
    } catch (UdfException failure) {
      if (failure.failure() == Failure.CANCELLED) {
        throw failure;
      }
      counter.failed(failure.failure());
      batch = 1;
      failedBatches++;
      if (isSlow(failure)) {
        run.library()
            .audit()
            .record(function, failure.failure().name(), SextantException.of(failure));
      }
      if (failedBatches == MAX_FAILED_BATCHES || isSlow(failure)) {
        upcoming.clear();
      }
      return false;
    }
  }

  private static boolean isSlow(UdfException failure) {
    return switch (failure.failure()) {
      case TIME, WORKER, DENIED, HOST, QUARANTINED -> true;
      default -> false;
    };
  }

  private void invoke(List<@Nullable Object[]> rows) {
    FunctionRuntime.Instance ready = instance();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      column.clear();
      for (@Nullable Object[] row : rows) {
        Values.add(column, row[i]);
      }
    }
    result.clear();
    long start = run.library().nanos();
    try {
      run.interruptibly(function, () -> ready.call(columns, rows.size(), result));
      requireResult(rows.size());
    } catch (RuntimeException failure) {
      close();
      throw failure;
    } finally {
      long nanos = run.library().nanos() - start;
      counter.called(rows.size(), nanos);
      memo.called(nanos);
    }
    counter.used(ready.fuelUsed());
  }

  private void requireResult(int rows) {
    long most = function.definition().profile().limits().outputBytes();
    if (result.size() != rows) {
      throw new UdfException(
          Failure.WORKER,
          "Function "
              + function.signature()
              + " gave "
              + result.size()
              + " values for "
              + rows
              + " rows.");
    }
    if (result.byteSize() > Math.max(most, 8L * rows)) {
      throw new UdfException(
          Failure.OUTPUT,
          "Function "
              + function.signature()
              + " gave "
              + result.byteSize()
              + " bytes: profile \""
              + function.definition().profile().name()
              + "\" allows "
              + most
              + ".");
    }
  }

  private FunctionRuntime.Instance instance() {
    FunctionRuntime.Instance open = instance;
    if (open != null && Thread.currentThread().equals(thread)) {
      return open;
    }
    close();
    FunctionRuntime.Instance opened = run.opener().open(function);
    instance = opened;
    thread = Thread.currentThread();
    return opened;
  }

  @Override
  public void close() {
    FunctionRuntime.Instance open = instance;
    instance = null;
    if (open != null) {
      open.close();
    }
  }
}
