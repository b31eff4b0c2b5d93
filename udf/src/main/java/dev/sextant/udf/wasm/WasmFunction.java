package dev.sextant.udf.wasm;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** A function whose module is compiled. */
final class WasmFunction implements FunctionRuntime.Prepared {
  private final FunctionDefinition definition;
  private final Abi abi;
  private final Compiled compiled;
  private final Deadlines deadlines;
  private final Optional<MethodHandle> loop;

  /**
   * Sets the module up once, so that what fails then fails at the definition.
   *
   * @throws dev.sextant.udf.UdfException DEFINITION where that fails
   */
  WasmFunction(FunctionDefinition definition, Abi abi, Compiled compiled, Deadlines deadlines) {
    this.definition = definition;
    this.abi = abi;
    this.compiled = compiled;
    this.deadlines = deadlines;
    compiled.instantiate();
    this.loop = definition.vectorized() ? Optional.empty() : Optional.of(compiled.loop(abi));
  }

  @Override
  public FunctionRuntime.Instance open() {
    Guest guest = new Guest(definition, abi, compiled);
    int parameters = abi.signature().parameters().size();
    Batch batch =
        loop.isPresent()
            ? new ScalarBatch(guest, loop.get(), parameters)
            : new ColumnarBatch(guest);
    return new WasmInstance(guest, batch, deadlines.open());
  }

  @Override
  public void close() {
    // The module belongs to the runtime, which keeps it for the next definition of the same source.
  }
}
