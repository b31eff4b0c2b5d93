package dev.sextant.udf.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.udf.wasm.binary.BinaryModule;
import dev.sextant.udf.wasm.binary.Meter;
import dev.sextant.udf.wasm.binary.ModuleReader;
import dev.sextant.udf.wasm.wat.WatAssembler;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.Instance;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;

/**
 * Modules as they are, interpreted, beside the same modules metered, interpreted and compiled: the
 * results are the same, and so is the fuel of the latter two.
 */
class DifferentialTest {
  private static final long FUEL = 1_000_000;

  static Iterable<String> sources() {
    return Corpus.SOURCES;
  }

  @ParameterizedTest
  @MethodSource("sources")
  void meteringAndCompilingChangeNothing(String source) {
    BinaryModule module = ModuleReader.read(WatAssembler.assemble(source));
    Compiled compiled = Compiled.of(module, new Meter.Bounds(32, true, 1000));
    Random random = new Random(20261122);
    for (int i = 0; i < 60; i++) {
      long argument = i < 20 ? i : random.nextLong() >> random.nextInt(64);
      boolean recursive = source.equals(Corpus.FIBONACCI);
      long given = recursive ? argument & 15 : argument;
      Instance plain =
          Instance.builder(Parser.parse(module.toByteArray()))
              .withMemoryFactory(ByteArrayMemory::new)
              .build();
      Instance interpreted =
          Instance.builder(compiled.module()).withMemoryFactory(FlatMemory::new).build();
      Instance direct = compiled.instantiate();
      String expected = outcome(() -> plain.export("f").apply(given));
      assertThat(metered(compiled, interpreted, given)).startsWith(expected + " ");
      assertThat(metered(compiled, direct, given))
          .isEqualTo(metered(compiled, fresh(compiled), given));
    }
  }

  private static Instance fresh(Compiled compiled) {
    return Instance.builder(compiled.module()).withMemoryFactory(FlatMemory::new).build();
  }

  private static String metered(Compiled compiled, Instance instance, long given) {
    instance.global(compiled.fuel()).setValue(FUEL);
    String outcome = outcome(() -> instance.export("f").apply(given));
    boolean trapped = outcome.equals("trap");
    long fuel = trapped ? 0 : FUEL - instance.global(compiled.fuel()).getValue();
    long depth = trapped ? 0 : instance.global(compiled.depth()).getValue();
    return String.format(Locale.ROOT, "%s %d %d", outcome, fuel, depth);
  }

  private static String outcome(Supplier<long[]> call) {
    try {
      return Long.toString(call.get()[0]);
    } catch (WasmEngineException | IndexOutOfBoundsException e) {
      return "trap";
    }
  }
}
