package dev.sextant.udf.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.FunctionRuntime.Prepared;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeterTest {
  private final WasmRuntime runtime = new WasmRuntime();

  @AfterEach
  void close() {
    runtime.close();
  }

  private long fuel(FunctionDefinition function, long argument) {
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      Functions.call(instance, function, argument);
      return instance.fuelUsed();
    }
  }

  private static FunctionDefinition body(String instructions) {
    return Functions.wat(
        "f(INTEGER) INTEGER",
        "(module (memory 2) (func $g) (func (export \"f\") (param $x i64) (result i64) "
            + instructions
            + "))");
  }

  /** The loop turns {@code $x} times, at least once. */
  private static String loop(String instructions) {
    return "(loop $l "
        + instructions
        + " (br_if $l (i64.gt_s (local.tee $x (i64.sub (local.get $x) (i64.const 1)))"
        + " (i64.const 0))))";
  }

  @Test
  void entriesAndTurnsCostOneForEvery32Instructions() {
    assertThat(fuel(body("(local.get $x)"), 5)).isEqualTo(1);
    assertThat(fuel(body("nop ".repeat(30) + "(local.get $x)"), 5)).isEqualTo(1);
    assertThat(fuel(body("nop ".repeat(31) + "(local.get $x)"), 5)).isEqualTo(2);
    assertThat(fuel(body(loop("") + "(i64.const 0)"), 1)).isEqualTo(2);
    assertThat(fuel(body(loop("") + "(i64.const 0)"), 100)).isEqualTo(101);
    assertThat(fuel(body(loop("nop ".repeat(32)) + "(i64.const 0)"), 100)).isEqualTo(201);
    assertThat(fuel(body(loop("(call $g)") + "(i64.const 0)"), 100)).isEqualTo(201);
    assertThat(fuel(body(loop("(return (i64.const 1))") + "(i64.const 0)"), 100)).isEqualTo(2);
  }

  @Test
  void copiesCostOneForEvery64Bytes() {
    String copy = "(memory.copy (i32.const 0) (i32.const 64) (i32.wrap_i64 (local.get $x)))";
    String fill = "(memory.fill (i32.const 0) (i32.const 64) (i32.wrap_i64 (local.get $x)))";
    assertThat(fuel(body(copy + "(i64.const 0)"), 63)).isEqualTo(1);
    assertThat(fuel(body(copy + "(i64.const 0)"), 65536)).isEqualTo(1025);
    assertThat(fuel(body(fill + "(i64.const 0)"), 131072)).isEqualTo(2049);
    assertThat(fuel(body("(drop (memory.grow (i32.const 1))) (i64.const 0)"), 0)).isEqualTo(2049);
  }

  /** However rows are split into batches, each row costs the same. */
  @Test
  void theSameInputUsesTheSameFuel() {
    for (String source : Corpus.SOURCES) {
      FunctionDefinition function = Corpus.function(source);
      List<Long> first = new ArrayList<>();
      List<Long> second = new ArrayList<>();
      List<Long> arguments = List.of(1L, 2L, 4L, 5L, 6L, 9L, 12L, 14L, 17L, 18L);
      for (long argument : arguments) {
        first.add(fuel(function, argument));
      }
      try (WasmRuntime other = new WasmRuntime();
          Prepared prepared = other.prepare(function)) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (long argument : arguments) {
          try (Instance instance = prepared.open()) {
            Functions.call(instance, function, argument);
            second.add(instance.fuelUsed());
          }
          rows.add(new @Nullable Object[] {argument});
        }
        assertThat(second).isEqualTo(first);
        if (!source.equals(Corpus.BULK)) {
          try (Instance instance = prepared.open()) {
            Functions.rows(instance, function, rows);
            long sum = first.stream().mapToLong(Long::longValue).sum();
            assertThat(instance.fuelUsed()).isEqualTo(sum);
          }
        }
      }
    }
  }

  /** The limit is exact: what is used is enough, and one less is not. */
  @ParameterizedTest
  @CsvSource({"0,14", "1,900", "2,2", "3,12", "4,3", "5,9", "6,40"})
  void theLimitIsExact(int index, long argument) {
    String source = Corpus.SOURCES.get(index);
    long used = fuel(Corpus.function(source), argument);
    FunctionDefinition enough = Functions.wat("f(INTEGER) INTEGER", source, Functions.fuel(used));
    assertThat(Functions.call(runtime, enough, argument)).isNotNull();
    assertThat(fuel(enough, argument)).isEqualTo(used);
    if (used > 1) {
      FunctionDefinition less =
          Functions.wat("f(INTEGER) INTEGER", source, Functions.fuel(used - 1));
      assertThatThrownBy(() -> Functions.call(runtime, less, argument))
          .isInstanceOfSatisfying(
              UdfException.class, e -> assertThat(e.failure()).isEqualTo(Failure.FUEL));
    }
  }
}
