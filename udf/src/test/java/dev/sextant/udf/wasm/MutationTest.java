package dev.sextant.udf.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.FunctionRuntime.Prepared;
import dev.sextant.udf.Language;
import dev.sextant.udf.Limits;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.wasm.wat.WatAssembler;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Modules and texts with bytes changed at random: refused or run, and nothing else. */
class MutationTest {
  private static final int MODULES = 10_000;
  private static final int TEXTS = 2_000;
  private static final Limits LIMITS =
      new Limits(2_000, 8L << 16, Duration.ofSeconds(5), 50, 1 << 12, 16, 1);

  private final Map<UdfException.Failure, Integer> failures =
      new EnumMap<>(UdfException.Failure.class);
  private int ran;

  private static byte[] mutated(byte[] module, Random random) {
    byte[] copy = module.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = 8 + random.nextInt(copy.length - 8);
      switch (random.nextInt(4)) {
        case 0 -> copy[at] = (byte) random.nextInt(256);
        case 1 -> copy[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> copy[at] += (byte) (random.nextInt(7) - 3);
        default -> {
          int from = 8 + random.nextInt(copy.length - 8);
          int length = Math.min(1 + random.nextInt(4), copy.length - Math.max(at, from));
          System.arraycopy(module, from, copy, at, length);
        }
      }
    }
    return random.nextInt(50) == 0 ? Arrays.copyOf(copy, 8 + random.nextInt(copy.length)) : copy;
  }

  private void run(WasmRuntime runtime, FunctionDefinition function, Random random) {
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      for (int i = 0; i < 3; i++) {
        Functions.call(instance, function, random.nextLong() >> random.nextInt(64));
      }
      ran++;
    } catch (UdfException e) {
      failures.merge(e.failure(), 1, Integer::sum);
      assertThat(e).hasMessageStartingWith("Function f(INTEGER) ");
    }
  }

  @Test
  @Timeout(300)
  void mutatedModulesAreRefusedOrRun() {
    List<byte[]> modules = Corpus.SOURCES.stream().map(WatAssembler::assemble).toList();
    Random random = new Random(20261122);
    try (WasmRuntime runtime = new WasmRuntime(8)) {
      for (int i = 0; i < MODULES; i++) {
        byte[] bytes = mutated(modules.get(i % modules.size()), random);
        String hex = HexFormat.of().formatHex(bytes);
        run(runtime, Functions.define("f(INTEGER) INTEGER", Language.WASM, hex, LIMITS), random);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
      }
      FunctionDefinition known = Corpus.function(Corpus.FIBONACCI);
      assertThat(Functions.call(runtime, known, 10L)).isEqualTo(55L);
    }
    assertThat(failures)
        .containsKeys(
            UdfException.Failure.DEFINITION,
            UdfException.Failure.TRAP,
            UdfException.Failure.FUEL,
            UdfException.Failure.STACK)
        .doesNotContainKeys(UdfException.Failure.TIME, UdfException.Failure.CANCELLED);
    assertThat(ran).isGreaterThan(100);
  }

  @Test
  @Timeout(300)
  void mutatedTextsAreRefusedOrAssembled() {
    Random random = new Random(20261123);
    String signs = "()$ \"\\;0123456789abcxi.-_=\n\u00e9";
    int assembled = 0;
    for (int i = 0; i < TEXTS; i++) {
      StringBuilder text = new StringBuilder(Corpus.SOURCES.get(i % Corpus.SOURCES.size()));
      int changes = 1 + random.nextInt(3);
      for (int change = 0; change < changes; change++) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, signs.charAt(random.nextInt(signs.length())));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, signs.charAt(random.nextInt(signs.length())));
        }
      }
      try {
        assertThat(WatAssembler.assemble(text.toString())).isNotEmpty();
        assembled++;
      } catch (UdfException e) {
        assertThat(e.failure()).isEqualTo(UdfException.Failure.DEFINITION);
        assertThat(e.getMessage()).matches("(?s)line \\d+, column \\d+: .*\\.");
      }
    }
    assertThat(assembled).isPositive();
  }
}
