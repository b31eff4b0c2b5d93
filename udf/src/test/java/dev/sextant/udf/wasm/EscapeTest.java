package dev.sextant.udf.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.FunctionRuntime.Prepared;
import dev.sextant.udf.Language;
import dev.sextant.udf.Limits;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportValues;
import run.endive.wasm.Parser;
import run.endive.wasm.types.FunctionType;

/**
 * What a hostile module might try. Each case has a control that succeeds, and after each a function
 * known to be right still is.
 */
class EscapeTest {
  private final WasmRuntime runtime = new WasmRuntime();

  @AfterEach
  void stillAnswers() {
    assertThat(Functions.call(runtime, Corpus.function(Corpus.FIBONACCI), 12L)).isEqualTo(144L);
    runtime.close();
  }

  private void fails(FunctionDefinition function, Failure failure, String why, Object... given) {
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      assertThatThrownBy(() -> Functions.call(instance, function, given))
          .isInstanceOfSatisfying(
              UdfException.class, e -> assertThat(e.failure()).isEqualTo(failure))
          .hasMessageStartingWith("Function f(")
          .hasMessageContaining(why);
      assertThatThrownBy(() -> Functions.call(instance, function, given))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is failed; open it again");
    }
  }

  /** A function of one INTEGER, with a memory of one page and a table of two. */
  private static FunctionDefinition body(String instructions) {
    return body(instructions, Functions.LIMITS);
  }

  private static FunctionDefinition body(String instructions, Limits limits) {
    return Functions.wat(
        "f(INTEGER) INTEGER",
        """
        (module
          (memory 1)
          (table 2 funcref)
          (elem (i32.const 0) $f)
          (func $f (export "f") (param $x i64) (result i64) (local $i i32)
        """
            + instructions
            + "))",
        limits);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(i64.load (i32.wrap_i64 (local.get $x))) | 65528 | 65529 | out of bounds memory access",
        "(i64.load (i32.wrap_i64 (local.get $x))) | 0 | -1 | out of bounds memory access",
        "(i64.load offset=65520 (i32.wrap_i64 (local.get $x))) | 8 | 9 | out of bounds",
        "(i64.load8_u offset=2147483647 (i32.wrap_i64 (i64.sub (local.get $x) (i64.const 1))))"
            + " (drop) (i64.const 0) | | 1 | out of bounds",
        "(i64.store (i32.wrap_i64 (local.get $x)) (i64.const 1)) (i64.const 0)"
            + " | 65528 | 65529 | out of bounds memory access",
        "(memory.fill (i32.wrap_i64 (local.get $x)) (i32.const 1) (i32.const 9)) (i64.const 0)"
            + " | 65527 | 65528 | out of bounds memory access",
        "(memory.fill (i32.const 9) (i32.const 1) (i32.wrap_i64 (local.get $x))) (i64.const 0)"
            + " | 65527 | 65528 | out of bounds memory access",
        "(memory.copy (i32.const 9) (i32.const 1) (i32.wrap_i64 (local.get $x))) (i64.const 0)"
            + " | 65527 | 65528 | out of bounds memory access",
        "(i64.div_s (i64.const 8) (local.get $x)) | 2 | 0 | integer divide by zero",
        "(i64.rem_u (i64.const 8) (local.get $x)) | 3 | 0 | integer divide by zero",
        "(i64.div_s (i64.const -9223372036854775808) (local.get $x)) | 1 | -1 | integer overflow",
        "(if (i64.eqz (local.get $x)) (then unreachable)) (local.get $x) | 1 | 0 |",
        "(i64.trunc_f64_s (f64.div (f64.convert_i64_s (local.get $x)) (f64.const 0)))"
            + " (drop) (local.get $x) | | 1 | overflow",
        "(if (result i64) (i64.eqz (local.get $x)) (then (i64.const 1))"
            + " (else (call_indirect (param i64) (result i64) (i64.const 0)"
            + " (i32.wrap_i64 (i64.sub (local.get $x) (i64.const 1)))))) | 1 | 2 |",
        "(if (result i64) (i64.eqz (local.get $x)) (then (i64.const 1))"
            + " (else (call_indirect (param i64) (result i64) (i64.const 0)"
            + " (i32.wrap_i64 (i64.sub (local.get $x) (i64.const 1)))))) | 1 | 100 |",
        "(if (i64.ne (local.get $x) (i64.const 0)) (then (call_indirect (i32.const 0))))"
            + " (i64.const 1) | 0 | 1 |",
      })
  void trapsAreFailures(String instructions, Long control, long argument, String why) {
    FunctionDefinition function = body(instructions);
    if (control != null) {
      assertThat(Functions.call(runtime, function, control)).isInstanceOf(Long.class);
    }
    fails(function, Failure.TRAP, why == null ? "failed" : why, argument);
  }

  @Test
  void recursionIsBounded() {
    FunctionDefinition function =
        body(
            """
            (if (result i64) (i64.eqz (local.get $x))
              (then (i64.const 0))
              (else (i64.add (i64.const 1) (call $f (i64.sub (local.get $x) (i64.const 1))))))
            """);
    assertThat(Functions.call(runtime, function, 99L)).isEqualTo(99L);
    fails(function, Failure.STACK, "allows 100 calls within calls", 100L);
    fails(function, Failure.STACK, "nested its calls too deeply", Long.MAX_VALUE);
  }

  /** A profile that allows more calls than the thread's stack holds. */
  @Test
  void theThreadsStackIsBounded() {
    Limits deep =
        new Limits(Long.MAX_VALUE, 32L << 16, Duration.ofSeconds(20), 1 << 30, 1 << 16, 1024, 1);
    FunctionDefinition function =
        body("(i64.add (i64.const 1) (call $f (i64.add (local.get $x) (i64.const 1))))", deep);
    fails(function, Failure.STACK, "nested its calls too deeply", 0L);
  }

  @Test
  void mutualAndIndirectRecursionIsBounded() {
    FunctionDefinition function =
        body(
            """
            (if (i64.eqz (local.get $x)) (then (return (i64.const 7))))
            (call_indirect (param i64) (result i64)
              (i64.sub (local.get $x) (i64.const 1)) (i32.const 0))
            """);
    assertThat(Functions.call(runtime, function, 99L)).isEqualTo(7L);
    fails(function, Failure.STACK, "nested its calls too deeply", 100L);
  }

  @Test
  void growingStopsAtTheProfilesMemory() {
    FunctionDefinition function =
        body(
            """
            (drop (memory.grow (i32.wrap_i64 (local.get $x))))
            (i64.extend_i32_u (memory.size))
            """);
    assertThat(Functions.call(runtime, function, 31L)).isEqualTo(32L);
    assertThat(Functions.call(runtime, function, 32L)).isEqualTo(1L);
    assertThat(Functions.call(runtime, function, 0xFFFF_FFFFL)).isEqualTo(1L);
    FunctionDefinition all =
        body(
            """
            (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
            (i64.extend_i32_u (memory.size))
            """);
    assertThat(Functions.call(runtime, all, 0L)).isEqualTo(32L);
    fails(
        body("(loop $more (drop (memory.grow (i32.const 0))) (br $more)) (i64.const 1)"),
        Failure.FUEL,
        "units of fuel",
        0L);
  }

  @Test
  void aDeclaredMaximumIsKept() {
    FunctionDefinition function =
        Functions.wat(
            "f() INTEGER",
            """
            (module (memory 1 3)
              (func (export "f") (result i64)
                (i64.extend_i32_s
                  (i32.add (memory.grow (i32.const 2)) (memory.grow (i32.const 1))))))
            """);
    assertThat(Functions.call(runtime, function)).isEqualTo(0L);
  }

  @Test
  void argumentsThatDoNotFitAreRefused() {
    FunctionDefinition function =
        Functions.wat(
            "f(BLOB) INTEGER",
            """
            (module (memory 30)
              (func (export "f") (param i32 i32) (result i64)
                (i64.extend_i32_u (local.get 1))))
            """);
    assertThat(Functions.call(runtime, function, (Object) new byte[1 << 17])).isEqualTo(1L << 17);
    fails(function, Failure.MEMORY, "too little memory", (Object) new byte[(1 << 17) + 1]);
    fails(function, Failure.MEMORY, "too little memory", (Object) new byte[1 << 22]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(loop $l (br $l)) (i64.const 0)",
        "(loop $l (br_if $l (i64.eq (i64.const 1) (i64.const 1)))) (i64.const 0)",
        "(loop (br_table 0 0 (i32.const 5))) (i64.const 0)",
        "(loop (loop (br 1))) (i64.const 0)",
        "(loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $l))"
            + " (i64.const 0)",
        "(loop $l (drop (memory.grow (i32.const 0))) (br $l)) (i64.const 0)",
        "(if (i64.gt_s (local.get $x) (i64.const 50)) (then (return (i64.const 0))))"
            + " (drop (call $f (i64.add (local.get $x) (i64.const 1))))"
            + " (drop (call $f (i64.add (local.get $x) (i64.const 1)))) (i64.const 1)",
        "(if (i64.gt_s (local.get $x) (i64.const 50)) (then (return (i64.const 0))))"
            + " (drop (call $f (i64.add (local.get $x) (i64.const 1))))"
            + " (drop (call $f (i64.add (local.get $x) (i64.const 1)))) (return (i64.const 1))"
            + " (loop (br 0))",
      })
  void endlessWorkRunsOutOfFuel(String instructions) {
    fails(body(instructions), Failure.FUEL, "more than the 2000000 units of fuel", 0L);
  }

  @Test
  void theFunctionsOwnStopIsNotTakenForItsFuel() {
    FunctionDefinition function =
        body(
            "(loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))"
                + " (i32.const 100000)))) unreachable");
    fails(function, Failure.TRAP, "failed", 0L);
  }

  @Test
  void outputIsBounded() {
    FunctionDefinition function =
        Functions.wat(
            "f(INTEGER) BLOB",
            """
            (module (memory 2)
              (func (export "f") (param i64) (result i64) (local.get 0)))
            """);
    byte[] most = (byte[]) Functions.call(runtime, function, 65536L);
    assertThat(most).hasSize(65536);
    fails(function, Failure.OUTPUT, "gave 65537 bytes of results", 65537L);
    fails(function, Failure.OUTPUT, "bytes of results", -1L);
    fails(function, Failure.TRAP, "outside of its memory", 131072L << 32 | 1);
    fails(function, Failure.TRAP, "outside of its memory", -1L << 32 | 8);
  }

  @Test
  void resultsHaveToBeOfTheirType() {
    String source =
        """
        (module (memory 1) (data (i32.const 0) "ab\\c3\\a4\\c3")
          (func (export "f") (param i64) (result i64) (local.get 0)))
        """;
    FunctionDefinition text = Functions.wat("f(INTEGER) TEXT", source);
    assertThat(Functions.call(runtime, text, 4L)).isEqualTo("abä");
    fails(text, Failure.TRAP, "not UTF-8", 5L);
    FunctionDefinition vector = Functions.wat("f(INTEGER) VECTOR", source);
    assertThat((float[]) Functions.call(runtime, vector, 4L)).hasSize(1);
    fails(vector, Failure.TRAP, "a VECTOR of 5 bytes", 5L);
  }

  private void refused(String source, String why) {
    assertThatThrownBy(() -> runtime.prepare(Functions.wat("f() INTEGER", source)))
        .isInstanceOfSatisfying(
            UdfException.class, e -> assertThat(e.failure()).isEqualTo(Failure.DEFINITION))
        .hasMessageContaining(why);
  }

  @Test
  void tableBombsAreRefused() {
    String function = " (func (export \"f\") (result i64) (i64.const 5))";
    assertThat(
            Functions.call(
                runtime, Functions.wat("f() INTEGER", "(table 10000 funcref)" + function)))
        .isEqualTo(5L);
    refused("(table 10001 funcref)" + function, "entries in a table: 10001; at most 10000");
    refused("(table 0xffffffff funcref)" + function, "entries in a table: 4294967295");
    refused("(table 1 funcref)".repeat(9) + function, "tables: 9; at most 8");
  }

  @Test
  void localBombsAreRefused() {
    String source = "(func (export \"f\") (result i64) (local %s) (i64.const 5))";
    String most = String.format(source, "i64 ".repeat(1000));
    assertThat(Functions.call(runtime, Functions.wat("f() INTEGER", most))).isEqualTo(5L);
    refused(String.format(source, "i64 ".repeat(1001)), "1001 local variables");
    String bomb =
        "0061736d0100000001050160"
            + "00017e"
            + "03020100"
            + "0705010166"
            + "0000"
            + "0a0c010a01ffffffff0f7e42050b";
    FunctionDefinition binary =
        Functions.define("f() INTEGER", Language.WASM, bomb, Functions.LIMITS);
    assertThatThrownBy(() -> runtime.prepare(binary))
        .hasMessageContaining("4294967295 local variables; at most 1000");
    String fits = bomb.replace("0a0c010a01ffffffff0f7e42050b", "0a0801060101" + "7e42050b");
    FunctionDefinition control =
        Functions.define("f() INTEGER", Language.WASM, fits, Functions.LIMITS);
    assertThat(Functions.call(runtime, control)).isEqualTo(5L);
  }

  /** The same module runs where nobody refuses imports. */
  @ParameterizedTest
  @CsvSource({
    "env,now",
    "wasi_snapshot_preview1,fd_write",
    "wasi_snapshot_preview1,proc_exit",
    "a,b"
  })
  void importsAreRefusedByName(String module, String name) {
    String hex =
        "0061736d01000000"
            + "0105016000017e"
            + "02"
            + size(4 + module.length() + name.length() + 1)
            + "01"
            + string(module)
            + string(name)
            + "0000"
            + "03020100"
            + "07050101660001"
            + "0a06010400"
            + "10000b";
    byte[] bytes = HexFormat.of().parseHex(hex);
    long[] control =
        run.endive.runtime.Instance.builder(Parser.parse(bytes))
            .withImportValues(
                ImportValues.builder()
                    .addFunction(
                        new HostFunction(
                            module,
                            name,
                            FunctionType.returning(run.endive.wasm.types.ValType.I64),
                            (instance, given) -> new long[] {42}))
                    .build())
            .build()
            .export("f")
            .apply();
    assertThat(control).containsExactly(42);
    FunctionDefinition function =
        Functions.define("f() INTEGER", Language.WASM, hex, Functions.LIMITS);
    assertThatThrownBy(() -> runtime.prepare(function))
        .isInstanceOfSatisfying(
            UdfException.class, e -> assertThat(e.failure()).isEqualTo(Failure.DEFINITION))
        .hasMessageContaining("the import \"" + module + "." + name + "\"")
        .hasMessageContaining("may import nothing");
  }

  private static String size(int value) {
    return HexFormat.of().toHexDigits((byte) value);
  }

  private static String string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return size(bytes.length) + HexFormat.of().formatHex(bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0061736d02000000 | does not begin with",
        "0061736d01000000 0801 00 | a start function",
        "0061736d01000000 0d0100 | section 13",
        "0061736d01000000 010501 6000017e 010501 6000017e | out of order",
        "0061736d01000000 0105016000017b | value type 0x7b",
        "0061736d01000000 0503010301 01 | shared or of 64 bits",
        "0061736d01000000 0505020001 0001 | memories: 2; at most 1",
        "0061736d01000000 01ffffffff0f | at most 1048576",
        "0061736d01000000 0105016000017e 03020100 0705010166 0000 0a05010300fe0b"
            + " | instruction 0xFE",
        "0061736d01000000 0105016000017e 03020100 0705010166 0000 0a06010400d0700b"
            + " | instruction 0xD0",
        "0061736d01000000 0105016000017e 03020100 0705010166 0000 0a0501030012 00"
            + " | instruction 0x12",
        "0061736d01000000 0105016000017e 03020100 0705010166 0000 0a0601040042050b 0b"
            + " | malformed",
        "0061736d01000000 0105016000017e 03020100 0705010166 0000 0a05010300230b" + " | malformed",
        "0061736d01000000 0105016000017e 03020100 0705010166 0000 0a0601040023000b"
            + " | there is no global variable 0",
        "0061736d01000000 0105016000017e 03020100 0705010166 0000 0a0a010800024042050b050b"
            + " | malformed",
        "0061736d01000000 0105016000017e 03020100 0705010166 0000 0a0a010800024005 0b42050b"
            + " | an else has no if",
        "0061736d01000000 0105016000017e 03020100 0705010166 0000 0a08010600 0c0142050b"
            + " | there is no block 1 outward, only 1",
        "'' | does not begin with",
      })
  void malformedAndForeignModulesAreRefused(String hex, String why) {
    FunctionDefinition function =
        Functions.define("f() INTEGER", Language.WASM, hex.replace(" ", ""), Functions.LIMITS);
    assertThatThrownBy(() -> runtime.prepare(function))
        .isInstanceOfSatisfying(
            UdfException.class, e -> assertThat(e.failure()).isEqualTo(Failure.DEFINITION))
        .hasMessageContaining(why);
  }

  /** The meter's own variables have numbers too; a module that names them is refused. */
  @Test
  void theMetersVariablesCannotBeNamed() {
    String source =
        """
        (module (global i64 (i64.const 3))
          (func (export "f") (result i64) (global.get %d)))
        """;
    assertThat(Functions.call(runtime, Functions.wat("f() INTEGER", String.format(source, 0))))
        .isEqualTo(3L);
    for (int variable = 1; variable < 3; variable++) {
      refused(String.format(source, variable), "there is no global variable");
    }
    refused(
        "(func (export \"f\") (result i64) (loop) (local.get 0))", "there is no local variable");
  }

  @Test
  void hugeFunctionsAreRefusedAndNeverInterpreted() {
    String add =
        "(local.set $x (i64.mul (i64.add (local.get $x) (i64.const 99999)) (i64.const 77)))";
    String source = "(func (export \"f\") (result i64) (local $x i64) %s (local.get $x))";
    assertThat(Functions.call(runtime, Functions.wat("f() INTEGER", String.format(source, add))))
        .isEqualTo(99999L * 77);
    refused(String.format(source, add.repeat(8_000)), "cannot be compiled");
    refused(String.format(source, add.repeat(12_000)), "at most 131072 are allowed");
    String jumps = "(func (export \"f\") (result i64) (br_table %s (i64.const 1) (i32.const 0)))";
    String most = String.format(jumps, "0 ".repeat(5001));
    assertThat(Functions.call(runtime, Functions.wat("f() INTEGER", most))).isEqualTo(1L);
    refused(String.format(jumps, "0 ".repeat(5002)), "labels: 5001; at most 5000");
  }
}
