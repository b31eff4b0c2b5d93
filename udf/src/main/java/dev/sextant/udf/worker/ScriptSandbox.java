package dev.sextant.udf.worker;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ContextFactory;
import org.mozilla.javascript.ScriptableObject;

/*
 * Fuel is what Rhino counts as instructions, at the end of functions and turns of loops. The
 * compiler of Rhino puts the counting into the code it makes, so that no script can leave it out.
 * Running out is an Error, which scripts cannot catch; a finally block that returns could still
 * drop it, so that it is thrown again at the next count, and asked for at the end.
 */
/** The engine without anything that leads out of it. For one thread. */
final class ScriptSandbox extends ContextFactory {
  /** The names that a script finds, those of the language. */
  private static final Set<String> GLOBALS =
      new HashSet<>(
          Arrays.asList(
              """
              Object Function Error decodeURI decodeURIComponent encodeURI encodeURIComponent escape
              isFinite isNaN parseFloat parseInt unescape eval NaN Infinity undefined globalThis
              AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError
              InternalError Array String Boolean Number Date Math JSON Iterator StopIteration RegExp
              ArrayBuffer Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array
              Uint32Array BigInt64Array BigUint64Array Float32Array Float64Array DataView Symbol Map
              Promise Set WeakMap WeakSet BigInt Proxy Reflect"""
                  .strip()
                  .split("\\s+")));

  /** More fuel than allowed was used. */
  static final class OutOfFuel extends Error {
    private static final long serialVersionUID = 1L;

    OutOfFuel() {
      super("out of fuel", null, false, false);
    }
  }

  private long limit = Long.MAX_VALUE;
  private long used;

  @Override
  protected Context makeContext() {
    Context context = super.makeContext();
    context.setLanguageVersion(Context.VERSION_ECMASCRIPT);
    context.setInterpretedMode(false);
    context.setGenerateObserverCount(true);
    context.setInstructionObserverThreshold(1);
    context.setClassShutter(name -> false);
    return context;
  }

  @Override
  protected boolean hasFeature(Context context, int feature) {
    return switch (feature) {
      case Context.FEATURE_LITTLE_ENDIAN -> true;
      case Context.FEATURE_E4X, Context.FEATURE_ENHANCED_JAVA_ACCESS -> false;
      default -> super.hasFeature(context, feature);
    };
  }

  @Override
  protected void observeInstructionCount(Context context, int count) {
    used += count;
    if (used > limit) {
      throw new OutOfFuel();
    }
  }

  /** Fills the tank. */
  void refuel(long fuel) {
    limit = fuel;
    used = 0;
  }

  /** What was used since. */
  long used() {
    return used;
  }

  /** Fails if the limit was passed, whatever became of the failure then. */
  void requireFuel() {
    if (used > limit) {
      throw new OutOfFuel();
    }
  }

  /** Objects of the language that nobody has touched. */
  ScriptableObject freshScope(Context context, boolean deterministic) {
    ScriptableObject scope = context.initSafeStandardObjects(null, false);
    for (Object name : scope.getAllIds()) {
      boolean wanted = GLOBALS.contains(name) && !(deterministic && name.equals("Date"));
      if (name instanceof String text && !wanted) {
        scope.setAttributes(text, ScriptableObject.EMPTY);
        scope.delete(text);
      }
    }
    if (deterministic) {
      ScriptableObject math = (ScriptableObject) ScriptableObject.getProperty(scope, "Math");
      math.setAttributes("random", ScriptableObject.EMPTY);
      math.delete("random");
    }
    return scope;
  }
}
