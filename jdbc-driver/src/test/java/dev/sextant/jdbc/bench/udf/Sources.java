package dev.sextant.jdbc.bench.udf;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.Language;
import dev.sextant.udf.SandboxProfiles;
import dev.sextant.udf.ValueType;
import java.util.List;

/** The functions that are measured. */
final class Sources {
  private static final String ADD =
      """
      (module
        (func (export "add") (param i64 i64) (result i64)
          (i64.add (local.get 0) (local.get 1))))
      """;

  /** Four rows a turn, as compilers unroll a loop, and then the rest. */
  private static final String ADD_COLUMNS =
      """
      (module (memory 0)
        (func (export "add")
          (param $n i32) (param $a i32) (param $b i32) (param $na i32) (param $nb i32)
          (param $out i32) (param $no i32)
          (local $end i32)
          (local.set $end (i32.add (local.get $a) (i32.shl (local.get $n) (i32.const 3))))
          (block $few
            (loop $four
              (br_if $few
                (i32.gt_u (i32.add (local.get $a) (i32.const 32)) (local.get $end)))
              (i64.store (local.get $out)
                (i64.add (i64.load (local.get $a)) (i64.load (local.get $b))))
              (i64.store offset=8 (local.get $out)
                (i64.add (i64.load offset=8 (local.get $a)) (i64.load offset=8 (local.get $b))))
              (i64.store offset=16 (local.get $out)
                (i64.add (i64.load offset=16 (local.get $a)) (i64.load offset=16 (local.get $b))))
              (i64.store offset=24 (local.get $out)
                (i64.add (i64.load offset=24 (local.get $a)) (i64.load offset=24 (local.get $b))))
              (local.set $out (i32.add (local.get $out) (i32.const 32)))
              (local.set $b (i32.add (local.get $b) (i32.const 32)))
              (local.set $a (i32.add (local.get $a) (i32.const 32)))
              (br $four)))
          (block $done
            (loop $one
              (br_if $done (i32.ge_u (local.get $a) (local.get $end)))
              (i64.store (local.get $out)
                (i64.add (i64.load (local.get $a)) (i64.load (local.get $b))))
              (local.set $out (i32.add (local.get $out) (i32.const 8)))
              (local.set $b (i32.add (local.get $b) (i32.const 8)))
              (local.set $a (i32.add (local.get $a) (i32.const 8)))
              (br $one)))))
      """;

  private static final String DOT =
      """
      (module (memory 0)
        (func (export "dot") (param $a i32) (param $la i32) (param $b i32) (param $lb i32)
          (result f64)
          (local $end i32) (local $sum f32)
          (local.set $end (i32.add (local.get $a) (local.get $la)))
          (loop $next
            (local.set $sum
              (f32.add (local.get $sum)
                (f32.mul (f32.load (local.get $a)) (f32.load (local.get $b)))))
            (local.set $b (i32.add (local.get $b) (i32.const 4)))
            (local.set $a (i32.add (local.get $a) (i32.const 4)))
            (br_if $next (i32.lt_u (local.get $a) (local.get $end))))
          (f64.promote_f32 (local.get $sum))))
      """;

  private Sources() {}

  private static FunctionDefinition function(
      String name, ValueType parameter, ValueType result, Language language, String source) {
    return new FunctionDefinition(
        name,
        List.of(parameter, parameter),
        result,
        language,
        source,
        true,
        source.equals(ADD_COLUMNS),
        SandboxProfiles.UNTRUSTED);
  }

  static FunctionDefinition add() {
    return function("add", ValueType.INTEGER, ValueType.INTEGER, Language.WAT, ADD);
  }

  static FunctionDefinition addColumns() {
    return function("add", ValueType.INTEGER, ValueType.INTEGER, Language.WAT, ADD_COLUMNS);
  }

  static FunctionDefinition dot() {
    return function("dot", ValueType.VECTOR, ValueType.REAL, Language.WAT, DOT);
  }

  static FunctionDefinition javaScript() {
    return function(
        "add",
        ValueType.INTEGER,
        ValueType.INTEGER,
        Language.JAVASCRIPT,
        "function add(a, b) { return a + b; }");
  }
}
