package dev.sextant.udf.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.FunctionRuntime.Prepared;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ColumnarTest {
  private final WasmRuntime runtime = new WasmRuntime();

  @AfterEach
  void close() {
    runtime.close();
  }

  private List<@Nullable Object> rows(
      FunctionDefinition function, List<? extends @Nullable Object[]> rows) {
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      List<@Nullable Object> first = Functions.rows(instance, function, rows);
      List<@Nullable Object> second = Functions.rows(instance, function, rows);
      assertThat(second).usingRecursiveComparison().isEqualTo(first);
      return first;
    }
  }

  /** a * 2 + b, with b of bytes and the result of doubles; NULL as the engine says. */
  @Test
  void numbersGoInAndOutAsArrays() {
    FunctionDefinition function =
        Functions.wat(
            "f(INTEGER, BOOLEAN) REAL VECTORIZED",
            """
            (module (memory 0)
              (func (export "f")
                (param $n i32) (param $a i32) (param $b i32) (param $na i32) (param $nb i32)
                (param $out i32) (param $no i32)
                (local $i i32)
                (loop $next
                  (f64.store
                    (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 3)))
                    (f64.convert_i64_s
                      (i64.add
                        (i64.shl
                          (i64.load
                            (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 3))))
                          (i64.const 1))
                        (i64.load8_u (i32.add (local.get $b) (local.get $i))))))
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  (br_if $next (i32.lt_u (local.get $i) (local.get $n))))))
            """);
    List<@Nullable Object[]> rows = new ArrayList<>();
    List<@Nullable Object> expected = new ArrayList<>();
    for (long i = 0; i < 1000; i++) {
      boolean odd = i % 2 == 1;
      rows.add(new @Nullable Object[] {i % 10 == 3 ? null : i, odd});
      expected.add(i % 10 == 3 ? null : (double) (2 * i + (odd ? 1 : 0)));
    }
    assertThat(rows(function, rows)).isEqualTo(expected);
  }

  /** The function decides what is NULL: here it gives 1 where its argument is, and NULL else. */
  @Test
  void theFunctionMayChangeWhatIsNull() {
    FunctionDefinition function =
        Functions.wat(
            "f(REAL) BOOLEAN VECTORIZED",
            """
            (module (memory 0)
              (func (export "f")
                (param $n i32) (param $a i32) (param $na i32) (param $out i32) (param $no i32)
                (local $i i32)
                (loop $next
                  (if (i32.load8_u (i32.add (local.get $na) (local.get $i)))
                    (then
                      (i32.store8 (i32.add (local.get $out) (local.get $i)) (i32.const 1))
                      (i32.store8 (i32.add (local.get $no) (local.get $i)) (i32.const 0)))
                    (else
                      (i32.store8 (i32.add (local.get $no) (local.get $i)) (i32.const 1))))
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  (br_if $next (i32.lt_u (local.get $i) (local.get $n))))))
            """);
    List<@Nullable Object[]> rows = new ArrayList<>();
    rows.add(new @Nullable Object[] {1.0});
    rows.add(new @Nullable Object[] {null});
    rows.add(new @Nullable Object[] {2.0});
    List<@Nullable Object> results = rows(function, rows);
    assertThat(results.get(0)).isNull();
    assertThat(results.get(1)).isEqualTo(true);
    assertThat(results.get(2)).isNull();
  }

  /** The first text without its first and last letter: results lie within the arguments. */
  @Test
  void resultsMayLieWithinTheArguments() {
    FunctionDefinition function =
        Functions.wat(
            "f(TEXT) TEXT VECTORIZED",
            """
            (module (memory 0)
              (func (export "f")
                (param $n i32) (param $ends i32) (param $bytes i32) (param $na i32)
                (param $out i32) (param $no i32)
                (local $i i32) (local $from i32) (local $to i32)
                (loop $next
                  (local.set $from (i32.load (local.get $ends)))
                  (local.set $to (i32.load offset=4 (local.get $ends)))
                  (if (i32.gt_u (i32.sub (local.get $to) (local.get $from)) (i32.const 2))
                    (then
                      (i32.store (local.get $out)
                        (i32.add (i32.add (local.get $bytes) (local.get $from)) (i32.const 1)))
                      (i32.store offset=4 (local.get $out)
                        (i32.sub (i32.sub (local.get $to) (local.get $from)) (i32.const 2)))))
                  (local.set $ends (i32.add (local.get $ends) (i32.const 4)))
                  (local.set $out (i32.add (local.get $out) (i32.const 8)))
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  (br_if $next (i32.lt_u (local.get $i) (local.get $n))))))
            """);
    List<@Nullable Object[]> rows = new ArrayList<>();
    List<@Nullable Object> expected = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      String middle = "é".repeat(i % 40) + i;
      rows.add(new @Nullable Object[] {i % 9 == 4 ? null : "<" + middle + ">"});
      expected.add(i % 9 == 4 ? null : middle);
    }
    rows.add(new @Nullable Object[] {"ab"});
    expected.add("");
    assertThat(rows(function, rows)).isEqualTo(expected);
  }

  /** Large batches come in several calls; the rows stay in order. */
  @Test
  void largeBatchesComeInSeveralCalls() {
    FunctionDefinition function =
        Functions.wat(
            "f(BLOB) INTEGER VECTORIZED",
            """
            (module (memory 0) (global $calls (mut i64) (i64.const 0))
              (func (export "f")
                (param $n i32) (param $ends i32) (param $bytes i32) (param $na i32)
                (param $out i32) (param $no i32)
                (local $i i32)
                (global.set $calls (i64.add (global.get $calls) (i64.const 1000000)))
                (loop $next
                  (i64.store (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 3)))
                    (i64.add
                      (global.get $calls)
                      (i64.load16_u
                        (i32.add (local.get $bytes)
                          (i32.load
                            (i32.add (local.get $ends)
                              (i32.shl (local.get $i) (i32.const 2))))))))
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  (br_if $next (i32.lt_u (local.get $i) (local.get $n))))))
            """);
    List<Object[]> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[4000];
      bytes[0] = (byte) i;
      bytes[1] = (byte) (i >> 8);
      rows.add(new Object[] {bytes});
    }
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      List<@Nullable Object> results = Functions.rows(instance, function, rows);
      for (int i = 0; i < 300; i++) {
        assertThat((long) results.get(i) % 1_000_000).isEqualTo(i);
      }
      assertThat((long) results.getFirst() / 1_000_000).isEqualTo(1);
      assertThat((long) results.getLast() / 1_000_000).isGreaterThan(3);
    }
  }

  @Test
  void resultsOutsideOfTheMemoryAreRefused() {
    String source =
        """
        (module (memory 1)
          (func (export "f")
            (param $n i32) (param $ends i32) (param $bytes i32) (param $na i32)
            (param $out i32) (param $no i32)
            (i32.store (local.get $out) (i32.const ADDRESS))
            (i32.store offset=4 (local.get $out) (i32.const 4))))
        """;
    byte[] argument = "x".getBytes(StandardCharsets.UTF_8);
    String signature = "f(BLOB) BLOB VECTORIZED";
    for (String address : List.of("-1", "-4", "131069", "0x7fffffff")) {
      FunctionDefinition function = Functions.wat(signature, source.replace("ADDRESS", address));
      assertThatThrownBy(() -> Functions.call(runtime, function, (Object) argument))
          .hasMessageContaining("outside of its memory");
    }
    FunctionDefinition last = Functions.wat(signature, source.replace("ADDRESS", "131068"));
    assertThat(Functions.call(runtime, last, (Object) argument)).isEqualTo(new byte[4]);
  }
}
