package dev.sextant.udf.wasm;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.Limits;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.wasm.binary.BinaryModule;
import dev.sextant.udf.wasm.binary.Meter;
import dev.sextant.udf.wasm.binary.ModuleLimits;
import dev.sextant.udf.wasm.binary.ModuleReader;
import dev.sextant.udf.wasm.wat.WatAssembler;
import java.util.HexFormat;
import run.endive.runtime.Memory;

/**
 * Runs WebAssembly in this process, compiled to bytecode of the JVM.
 *
 * <p>A module may import nothing, so it can reach nothing but its own memory; what it may use of
 * that, of time, of fuel and of the stack is bounded by the profile and by {@link ModuleLimits}.
 * The package's documentation says what a module has to export.
 */
public final class WasmRuntime implements FunctionRuntime {
  private static final int MODULES = 64;

  private final ModuleCache modules;
  private final Deadlines deadlines;
  private volatile boolean closed;

  /** A runtime that keeps the modules used last. */
  public WasmRuntime() {
    this(MODULES);
  }

  WasmRuntime(int modules) {
    this.modules = new ModuleCache(modules);
    this.deadlines = new Deadlines(System::nanoTime);
  }

  /** How many modules are kept. */
  int cachedModules() {
    return modules.size();
  }

  @Override
  public Prepared prepare(FunctionDefinition function) {
    if (closed) {
      throw new IllegalStateException("The runtime is closed.");
    }
    try {
      BinaryModule module = ModuleReader.read(binary(function));
      Abi abi = Abi.of(function, module);
      Compiled compiled = modules.get(module, bounds(function, abi));
      return new WasmFunction(function, abi, compiled, deadlines);
    } catch (UdfException e) {
      String message = "Function " + function.signature() + " is refused: " + e.getMessage();
      throw new UdfException(e.failure(), message, e);
    }
  }

  private static byte[] binary(FunctionDefinition function) {
    return switch (function.language()) {
      case WAT -> WatAssembler.assemble(function.source());
      case WASM -> hexadecimal(function.source().strip());
      case SQL, JAVASCRIPT ->
          throw new IllegalArgumentException(
              "expected WASM or WAT, got a function in " + function.language());
    };
  }

  private static byte[] hexadecimal(String digits) {
    if (digits.length() > 2 * ModuleLimits.MODULE_BYTES) {
      throw new UdfException(
          Failure.DEFINITION,
          "the module has "
              + digits.length() / 2
              + " bytes; at most "
              + ModuleLimits.MODULE_BYTES
              + " are allowed.");
    }
    try {
      return HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException e) {
      throw new UdfException(
          Failure.DEFINITION,
          "expected the module's bytes as hexadecimal digits, got other characters or an odd"
              + " number of them. Write LANGUAGE WAT for a module in text form.",
          e);
    }
  }

  private static Meter.Bounds bounds(FunctionDefinition function, Abi abi) {
    Limits limits = function.profile().limits();
    long pages = Math.min(limits.memoryBytes() / Guest.PAGE, Memory.RUNTIME_MAX_PAGES);
    boolean ownMaximum = !Abi.usesMemory(function) || abi.allocate().isPresent();
    return new Meter.Bounds((int) pages, ownMaximum, limits.stackDepth());
  }

  @Override
  public void close() {
    closed = true;
    deadlines.close();
    modules.clear();
  }
}
