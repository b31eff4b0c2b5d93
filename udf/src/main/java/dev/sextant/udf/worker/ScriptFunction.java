package dev.sextant.udf.worker;

import dev.sextant.udf.Column;
import dev.sextant.udf.UdfException.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.EvaluatorException;
import org.mozilla.javascript.Function;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.Script;
import org.mozilla.javascript.ScriptableObject;

/** A function of a script in a scope of its own. For the thread that has entered the context. */
final class ScriptFunction {
  private final ScriptSandbox sandbox;
  private final Context context;
  private final Task task;
  private final ScriptableObject scope;
  private final Function function;
  private final ScriptValues values;
  private final List<Column> arguments = new ArrayList<>();
  private final Column result;

  /**
   * Runs the script and finds the function.
   *
   * @param context of this function alone: what it promised for later waits there
   */
  ScriptFunction(ScriptSandbox sandbox, Context context, Task task, Script script) {
    this.sandbox = sandbox;
    this.context = context;
    this.task = task;
    this.result = new Column(task.result());
    task.parameters().forEach(type -> arguments.add(new Column(type)));
    sandbox.refuel(Long.MAX_VALUE);
    scope = sandbox.freshScope(context, task.deterministic());
    values = new ScriptValues(scope);
    sandbox.refuel(task.fuel());
    function =
        guarded(
            () -> {
              script.exec(context, scope, scope);
              return find();
            });
  }

  /** The script's code; fails with DEFINITION where it is no JavaScript. */
  static Script compile(Context context, Task task) {
    try {
      return context.compileString(task.source(), task.name(), 1, null);
    } catch (EvaluatorException wrong) {
      throw new ScriptFailure(
          Failure.DEFINITION, wrong.details() + " in line " + wrong.lineNumber());
    } catch (StackOverflowError deep) {
      throw new ScriptFailure(Failure.DEFINITION, "the source is nested too deep");
    }
  }

  private Function find() {
    Function found = null;
    for (Object id : scope.getIds()) {
      if (id instanceof String name
          && name.equalsIgnoreCase(task.name())
          && ScriptableObject.getProperty(scope, name) instanceof Function declared
          && (found == null || name.equals(task.name()))) {
        found = declared;
      }
    }
    if (found == null) {
      throw new ScriptFailure(Failure.DEFINITION, "the script declares no function " + task.name());
    }
    return found;
  }

  /** Where the arguments of a batch go. */
  List<Column> arguments() {
    return arguments;
  }

  /** Calls the function for each row, or once where it takes batches. */
  Column call(int rows) {
    try (Context entered = sandbox.enterContext(context)) {
      return callWithin(entered, rows);
    }
  }

  private Column callWithin(Context entered, int rows) {
    if (!entered.equals(context)) {
      throw new IllegalStateException("Another context is entered.");
    }
    sandbox.refuel(task.fuel());
    result.clear();
    guarded(
        () -> {
          if (task.vectorized()) {
            callForBatch(rows);
          } else {
            callForRows(rows);
          }
          return result;
        });
    return result;
  }

  private void callForRows(int rows) {
    int count = arguments.size();
    for (int row = 0; row < rows; row++) {
      @Nullable Object[] given = new Object[count];
      for (int index = 0; index < count; index++) {
        given[index] = values.argument(arguments.get(index), row);
      }
      add(function.call(context, scope, scope, given));
    }
  }

  private void callForBatch(int rows) {
    @Nullable Object[] columns = new Object[arguments.size()];
    for (int index = 0; index < columns.length; index++) {
      @Nullable Object[] column = new Object[rows];
      for (int row = 0; row < rows; row++) {
        column[row] = values.argument(arguments.get(index), row);
      }
      columns[index] = context.newArray(scope, column);
    }
    Object returned = function.call(context, scope, scope, columns);
    if (!(returned instanceof NativeArray array) || array.getLength() != rows) {
      throw new ScriptFailure(
          Failure.TRAP, "a vectorized function has to return an array of " + rows + " values");
    }
    for (int row = 0; row < rows; row++) {
      add(array.get(row, array));
    }
  }

  private void add(@Nullable Object value) {
    ScriptValues.add(value, result);
    if (result.byteSize() > task.outputBytes()) {
      throw new ScriptFailure(
          Failure.OUTPUT, "the results of a batch take more than " + task.outputBytes() + " bytes");
    }
  }

  /** Work that runs foreign code. */
  private <T> T guarded(Supplier<T> work) {
    try {
      return named(work);
    } catch (ScriptSandbox.OutOfFuel empty) {
      throw new ScriptFailure(Failure.FUEL, "more than " + task.fuel() + " units of fuel");
    } catch (StackOverflowError deep) {
      throw new ScriptFailure(Failure.STACK, "calls are nested too deep");
    } catch (ScriptFailure failure) {
      throw failure;
    } catch (RuntimeException broken) {
      throw new ScriptFailure(
          Failure.TRAP, "the engine failed: " + broken.getClass().getSimpleName());
    }
  }

  /** Gives what a script throws its text, which the script may have a function for. */
  private <T> T named(Supplier<T> work) {
    try {
      T value = work.get();
      sandbox.requireFuel();
      return value;
    } catch (RhinoException thrown) {
      sandbox.requireFuel();
      String details = String.valueOf(thrown.details());
      throw new ScriptFailure(Failure.TRAP, details + " in line " + thrown.lineNumber());
    }
  }
}
