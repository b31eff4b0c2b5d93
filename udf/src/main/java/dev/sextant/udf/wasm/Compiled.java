package dev.sextant.udf.wasm;

import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.wasm.binary.BinaryModule;
import dev.sextant.udf.wasm.binary.Meter;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;

/**
 * A module that was validated, metered and compiled to bytecode of the JVM.
 *
 * @param module as the meter wrote it
 * @param machines compiled functions for an instance
 * @param fuel the number of the global variable with the fuel
 * @param depth the number of the global variable with the calls under way
 * @param loops around functions of the module, by their number
 */
record Compiled(
    WasmModule module,
    Function<Instance, Machine> machines,
    int fuel,
    int depth,
    ConcurrentMap<Integer, MethodHandle> loops) {
  /** Changes with the library that validates and compiles. */
  static final String ENGINE = "endive-1.0.0";

  /**
   * Compiles a module.
   *
   * @throws UdfException DEFINITION where it is not valid, or a function is too large
   */
  static Compiled of(BinaryModule source, Meter.Bounds bounds) {
    Meter.Metered metered = Meter.apply(source, bounds);
    validate(source.toByteArray());
    WasmModule module = validate(metered.bytes().toByteArray());
    try {
      Function<Instance, Machine> machines =
          MachineFactoryCompiler.builder(module)
              .withInterpreterFallback(InterpreterFallback.FAIL)
              .compile();
      return new Compiled(
          module, machines, metered.fuel(), metered.depth(), new ConcurrentHashMap<>());
    } catch (RuntimeException
        | LinkageError
        | AssertionError
        | StackOverflowError
        | OutOfMemoryError e) {
      throw refused("the module cannot be compiled", e);
    }
  }

  private static WasmModule validate(byte[] bytes) {
    try {
      return Parser.parse(bytes);
    } catch (RuntimeException | AssertionError | StackOverflowError | OutOfMemoryError e) {
      throw refused("the module is not valid", e);
    }
  }

  private static UdfException refused(String what, Throwable cause) {
    String why = Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
    return new UdfException(Failure.DEFINITION, what + ": " + why + ".", cause);
  }

  /** The loop over rows around a function. */
  MethodHandle loop(Abi abi) {
    return loops.computeIfAbsent(abi.function(), _ -> RowLoop.of(instantiate(), abi));
  }

  /**
   * The module in its first state: memory and variables that no call has touched.
   *
   * @throws UdfException DEFINITION where a segment does not fit, MEMORY where the JVM has too
   *     little
   */
  Instance instantiate() {
    try {
      return Instance.builder(module)
          .withMachineFactory(machines)
          .withMemoryFactory(FlatMemory::new)
          .withStart(false)
          .build();
    } catch (OutOfMemoryError e) {
      throw new UdfException(
          Failure.MEMORY, "the JVM has too little memory for that of the module.", e);
    } catch (WasmEngineException e) {
      throw new UdfException(
          Failure.DEFINITION,
          String.format(
              Locale.ROOT,
              "the module cannot be set up: %s. Data and element segments have to fit in.",
              e.getMessage()),
          e);
    }
  }
}
