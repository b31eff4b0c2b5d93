package dev.sextant.udf.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.FunctionRuntime.Prepared;
import dev.sextant.udf.Language;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.wasm.wat.WatAssembler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WasmRuntimeTest {
  /** Gives its argument back as it lies in memory. */
  private static final String ECHO =
      """
      (module (memory 1)
        (func (export "f") (param $at i32) (param $n i32) (result i64)
          (i64.or
            (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32))
            (i64.extend_i32_u (local.get $n)))))
      """;

  private static final String COUNTER =
      """
      (module (memory 1) (global $g (mut i64) (i64.const 10)) (data $d "x")
        (func (export "f") (param $by i64) (result i64)
          (memory.init $d (i32.const 99) (i32.const 0) (i32.const 0))
          (i64.store (i32.const 8) (i64.add (i64.load (i32.const 8)) (local.get $by)))
          (global.set $g (i64.add (global.get $g) (i64.load (i32.const 8))))
          (if (i64.eq (local.get $by) (i64.const 7)) (then (data.drop $d)))
          (drop (memory.grow (i32.const 1)))
          (i64.add (global.get $g) (i64.extend_i32_u (memory.size)))))
      """;

  private final WasmRuntime runtime = new WasmRuntime(4);

  @AfterEach
  void close() {
    runtime.close();
  }

  private @Nullable Object call(FunctionDefinition function, @Nullable Object... arguments) {
    return Functions.call(runtime, function, arguments);
  }

  @Test
  void numbersGoInAndOut() {
    FunctionDefinition function =
        Functions.wat(
            "f(INTEGER, REAL, BOOLEAN) REAL",
            """
            (func (export "f") (param $i i64) (param $r f64) (param $b i32) (result f64)
              (f64.add
                (f64.mul (f64.convert_i64_s (local.get $i)) (local.get $r))
                (f64.convert_i32_s (local.get $b))))
            """);
    assertThat(call(function, -3L, 0.5, true)).isEqualTo(-0.5);
    assertThat(call(function, 1L << 40, 2.0, false)).isEqualTo((double) (1L << 41));
  }

  @Test
  void aBooleanIsTrueForAllButZero() {
    FunctionDefinition function =
        Functions.wat(
            "f(INTEGER) BOOLEAN",
            "(func (export \"f\") (param i64) (result i32) (i32.wrap_i64 (local.get 0)))");
    assertThat(call(function, 6L)).isEqualTo(true);
    assertThat(call(function, -1L)).isEqualTo(true);
    assertThat(call(function, 0L)).isEqualTo(false);
  }

  @Test
  void theNameMayBeInOtherCases() {
    String source = "(func (export \"TWICE\") (param i64) (result i64) (local.get 0))";
    assertThat(call(Functions.wat("twice(INTEGER) INTEGER", source), 5L)).isEqualTo(5L);
  }

  @Test
  void binaryModulesAreHexadecimalDigits() {
    String source = HexFormat.of().formatHex(WatAssembler.assemble(Corpus.FIBONACCI));
    FunctionDefinition function =
        Functions.define("f(INTEGER) INTEGER", Language.WASM, source + "\n", Functions.LIMITS);
    assertThat(call(function, 10L)).isEqualTo(55L);
    FunctionDefinition odd =
        Functions.define("f(INTEGER) INTEGER", Language.WASM, source + "0", Functions.LIMITS);
    assertThatThrownBy(() -> runtime.prepare(odd)).hasMessageContaining("hexadecimal digits");
  }

  @ParameterizedTest
  @CsvSource({"TEXT,''", "TEXT,Grüße", "BLOB,''", "BLOB,abc"})
  void bytesComeBackAsTheyWent(String type, String value) {
    FunctionDefinition function = Functions.wat("f(" + type + ") " + type, ECHO);
    Object argument = type.equals("TEXT") ? value : value.getBytes(StandardCharsets.UTF_8);
    assertThat(call(function, argument)).isEqualTo(argument);
  }

  @Test
  void vectorsComeBackWithOneNan() {
    FunctionDefinition function = Functions.wat("f(VECTOR) VECTOR", ECHO);
    float[] vector = {1.5f, -0f, Float.POSITIVE_INFINITY, Float.intBitsToFloat(0xFFA12345)};
    float[] result = (float[]) Objects.requireNonNull(call(function, vector));
    assertThat(result).containsExactly(1.5f, -0f, Float.POSITIVE_INFINITY, Float.NaN);
    assertThat(Float.floatToRawIntBits(result[3])).isEqualTo(0x7FC00000);
    assertThat((float[]) call(function, new float[0])).isEmpty();
  }

  @Test
  void everyNanIsTheSame() {
    FunctionDefinition in =
        Functions.wat(
            "f(REAL) INTEGER",
            "(func (export \"f\") (param f64) (result i64) (i64.reinterpret_f64 (local.get 0)))");
    assertThat(call(in, Double.longBitsToDouble(0xFFF8_0000_0000_1234L)))
        .isEqualTo(0x7FF8_0000_0000_0000L);
    FunctionDefinition out =
        Functions.wat(
            "f(INTEGER) REAL",
            "(func (export \"f\") (param i64) (result f64) (f64.reinterpret_i64 (local.get 0)))");
    double result = (double) Objects.requireNonNull(call(out, 0xFFF0_0000_0000_0001L));
    assertThat(Double.doubleToRawLongBits(result)).isEqualTo(0x7FF8_0000_0000_0000L);
    assertThat(call(out, Double.doubleToRawLongBits(-2.5))).isEqualTo(-2.5);
  }

  @Test
  void nullGivesNullWithoutACall() {
    FunctionDefinition function =
        Functions.wat(
            "f(INTEGER, INTEGER) INTEGER",
            "(func (export \"f\") (param i64 i64) (result i64)"
                + " (i64.div_s (local.get 0) (local.get 1)))");
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (long i = 0; i < 100; i++) {
      rows.add(new @Nullable Object[] {i % 3 == 0 ? null : i, i % 5 == 0 ? null : i});
    }
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      List<@Nullable Object> results = Functions.rows(instance, function, rows);
      for (int i = 0; i < 100; i++) {
        assertThat(results.get(i)).isEqualTo(i % 3 == 0 || i % 5 == 0 ? null : 1L);
      }
    }
  }

  @Test
  void textsOfABatchLieInMemoryOneByOne() {
    FunctionDefinition function = Functions.wat("f(TEXT) TEXT", ECHO);
    List<@Nullable Object[]> rows = new ArrayList<>();
    List<@Nullable Object> expected = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String text = i % 7 == 0 ? null : "ä".repeat(i % 50) + i;
      rows.add(new @Nullable Object[] {text});
      expected.add(text);
    }
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      assertThat(Functions.rows(instance, function, rows)).isEqualTo(expected);
      assertThat(Functions.rows(instance, function, rows)).isEqualTo(expected);
    }
  }

  /** 900 KB of arguments in 2 MB of memory, in chunks. */
  @Test
  void batchesLargerThanAChunkAreSplit() {
    FunctionDefinition function =
        Functions.wat(
            "f(BLOB, INTEGER) INTEGER",
            """
            (module (memory 0)
              (func (export "f") (param $at i32) (param $n i32) (param $i i64) (result i64)
                (i64.load8_u (i32.add (local.get $at) (i32.wrap_i64 (local.get $i))))))
            """);
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[3000];
      bytes[i] = (byte) (i % 100 + 1);
      rows.add(new @Nullable Object[] {bytes, (long) i});
    }
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      List<@Nullable Object> results = Functions.rows(instance, function, rows);
      for (int i = 0; i < 300; i++) {
        assertThat(results.get(i)).isEqualTo((long) i % 100 + 1);
      }
    }
  }

  @Test
  void anAllocatorGivesTheMemoryForArguments() {
    String source =
        """
        (module (memory 2 2) (global $asked (export "asked") (mut i32) (i32.const 0))
          (func (export "alloc") (param $n i32) (result i32)
            (global.set $asked (i32.add (global.get $asked) (i32.const 1)))
            (i32.const 1000))
          (func (export "f") (param $at i32) (param $n i32) (result i64)
            (i64.or
              (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 8))
              (i64.extend_i32_u (global.get $asked)))))
        """;
    FunctionDefinition function = Functions.wat("f(TEXT) INTEGER", source);
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      for (int i = 0; i < 3; i++) {
        assertThat(Functions.call(instance, function, "abc")).isEqualTo(1008L << 8 | 1);
      }
      assertThat(Functions.call(instance, function, "abcdefgh".repeat(100)))
          .isEqualTo(1008L << 8 | 2);
    }
    String outside = source.replace("(i32.const 1000)", "(i32.const 131060)");
    assertThatThrownBy(() -> call(Functions.wat("f(TEXT) INTEGER", outside), "abcdefgh"))
        .hasMessageContaining("alloc(")
        .isInstanceOfSatisfying(
            UdfException.class, e -> assertThat(e.failure()).isEqualTo(Failure.MEMORY));
  }

  @Test
  void nothingRemainsFromOneStatementToTheNext() {
    FunctionDefinition function = Functions.wat("f(INTEGER) INTEGER", COUNTER);
    try (Prepared prepared = runtime.prepare(function)) {
      for (int statement = 0; statement < 3; statement++) {
        try (Instance instance = prepared.open()) {
          assertThat(Functions.call(instance, function, 5L)).isEqualTo(10L + 5 + 2);
          assertThat(Functions.call(instance, function, 7L)).isEqualTo(15L + 12 + 3);
        }
      }
      try (Instance one = prepared.open();
          Instance other = prepared.open()) {
        assertThat(Functions.call(one, function, 1L)).isEqualTo(13L);
        assertThat(Functions.call(other, function, 2L)).isEqualTo(14L);
      }
    }
  }

  @Test
  void modulesAreCompiledOnceAndTheOldestForgotten() {
    String source = "(func (export \"f\") (result i64) (i64.const %d))";
    for (int i = 0; i < 3; i++) {
      for (int value = 0; value < 3; value++) {
        FunctionDefinition function = Functions.wat("f() INTEGER", String.format(source, value));
        assertThat(call(function)).isEqualTo((long) value);
      }
      assertThat(runtime.cachedModules()).isEqualTo(3);
    }
    for (int value = 0; value < 9; value++) {
      assertThat(call(Functions.wat("f() INTEGER", String.format(source, value))))
          .isEqualTo((long) value);
    }
    assertThat(runtime.cachedModules()).isEqualTo(4);
  }

  @Test
  void fuelIsCounted() {
    FunctionDefinition function = Corpus.function(Corpus.FIBONACCI);
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      assertThat(instance.fuelUsed()).isZero();
      Functions.call(instance, function, 1L);
      assertThat(instance.fuelUsed()).isEqualTo(1);
      Functions.call(instance, function, 10L);
      assertThat(instance.fuelUsed()).isEqualTo(177);
      Functions.call(instance, function, 10L);
      assertThat(instance.fuelUsed()).isEqualTo(177);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "f(INTEGER) INTEGER | (func (export \"g\") (param i64) (result i64) unreachable)"
            + " | has to export a function \"f\"; it exports \"g\"",
        "f(INTEGER) INTEGER | (func (export \"f\") (param i32) (result i64) unreachable)"
            + " | as (func (param i32) (result i64)), but f(INTEGER) RETURNS INTEGER needs"
            + " (func (param i64) (result i64))",
        "f(TEXT) REAL | (func (export \"f\") (param i32 i32) (result f64) unreachable)"
            + " | lie in memory, but the module has none",
        "f(INTEGER) INTEGER VECTORIZED | (func (export \"f\") (param i64) (result i64) unreachable)"
            + " | RETURNS INTEGER VECTORIZED needs (func (param i32 i32 i32 i32 i32))",
        "f() INTEGER | (func (export \"f\") (result i64) (i32.const 1)) | the module is not valid",
        "f() INTEGER | (memory (export \"f\") 1) | it exports none",
        "f() INTEGER | (memory 33) (func (export \"f\") (result i64) (i64.const 1))"
            + " | has 33 pages of 64 KiB at the start, but the profile allows 32",
        "f() INTEGER | (memory 1) (data (i32.const 65535) \"ab\")"
            + " (func (export \"f\") (result i64) (i64.const 1)) | segments have to fit in",
      })
  void definitionsThatDoNotFitAreRefused(String signature, String source, String message) {
    assertThatThrownBy(() -> runtime.prepare(Functions.wat(signature, source)))
        .isInstanceOfSatisfying(
            UdfException.class, e -> assertThat(e.failure()).isEqualTo(Failure.DEFINITION))
        .hasMessageStartingWith("Function f(")
        .hasMessageContaining(message);
  }

  @Test
  void aClosedRuntimeRunsNothing() {
    FunctionDefinition function = Corpus.function(Corpus.FIBONACCI);
    Prepared prepared = runtime.prepare(function);
    Instance instance = prepared.open();
    assertThat(Functions.call(instance, function, 7L)).isEqualTo(13L);
    runtime.close();
    assertThatThrownBy(() -> Functions.call(instance, function, 7L))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> runtime.prepare(function)).isInstanceOf(IllegalStateException.class);
    instance.close();
    prepared.close();
  }
}
