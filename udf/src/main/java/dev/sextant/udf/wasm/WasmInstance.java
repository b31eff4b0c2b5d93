package dev.sextant.udf.wasm;

import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.ValueType;
import java.util.List;
import java.util.Locale;

/** A function of a module for one statement: memory and variables of its own. */
final class WasmInstance implements FunctionRuntime.Instance {
  private enum State {
    READY,
    FAILED,
    CLOSED
  }

  private final FunctionDefinition definition;
  private final Guest guest;
  private final Batch batch;
  private final Deadlines.Watch watch;
  private State state = State.READY;
  private Deadlines.End end = Deadlines.End.UNDISTURBED;
  private long fuelUsed;

  WasmInstance(Guest guest, Batch batch, Deadlines.Watch watch) {
    this.definition = guest.definition();
    this.guest = guest;
    this.batch = batch;
    this.watch = watch;
  }

  @Override
  public void call(List<Column> arguments, int rows, Column result) {
    requireReady(arguments, rows, result);
    result.clear();
    end = Deadlines.End.UNDISTURBED;
    watch.begin(definition.profile().limits().wallTime());
    try {
      runWatched(arguments, rows, result);
      fuelUsed = guest.fuelUsed();
      guest.requireFuel();
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      state = State.FAILED;
      fuelUsed = guest.fuelUsed();
      throw guest.explain(e, end);
    }
  }

  private void runWatched(List<Column> arguments, int rows, Column result) {
    try {
      guest.refuel();
      batch.run(arguments, rows, result);
    } finally {
      end = watch.end();
    }
  }

  private void requireReady(List<Column> arguments, int rows, Column result) {
    if (state != State.READY) {
      throw new IllegalStateException(
          guest.title() + " is " + state.name().toLowerCase(Locale.ROOT) + "; open it again.");
    }
    int most = definition.profile().limits().batchRows();
    if (rows < 1 || rows > most) {
      throw new IllegalArgumentException("expected 1 to " + most + " rows, got " + rows);
    }
    List<ValueType> types = definition.parameters();
    boolean fits = result.type() == definition.result() && arguments.size() == types.size();
    for (int i = 0; fits && i < types.size(); i++) {
      fits = arguments.get(i).type() == types.get(i) && arguments.get(i).size() >= rows;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "expected columns with "
              + rows
              + " values for "
              + definition.signature()
              + " RETURNS "
              + definition.result()
              + ", got "
              + arguments.stream().map(column -> column.type() + " " + column.size()).toList()
              + " and "
              + result.type());
    }
  }

  @Override
  public long fuelUsed() {
    return fuelUsed;
  }

  @Override
  public void close() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      watch.close();
    }
  }
}
