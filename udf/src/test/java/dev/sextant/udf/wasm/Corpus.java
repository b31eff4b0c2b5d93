package dev.sextant.udf.wasm;

import dev.sextant.udf.FunctionDefinition;
import java.util.List;

/** Functions of an INTEGER each that use, together, most of what modules can do. */
final class Corpus {
  private static final String SIGNATURE = "f(INTEGER) INTEGER";

  static final String FIBONACCI =
      """
      (module
        (func $fib (export "f") (param $n i64) (result i64)
          (if (result i64) (i64.lt_s (local.get $n) (i64.const 2))
            (then (local.get $n))
            (else
              (i64.add
                (call $fib (i64.sub (local.get $n) (i64.const 1)))
                (call $fib (i64.sub (local.get $n) (i64.const 2))))))))
      """;

  /** Counts primes in a memory of flags. */
  static final String SIEVE =
      """
      (module
        (memory 1)
        (func (export "f") (param $n i64) (result i64)
          (local $i i32) (local $j i32) (local $count i64) (local $end i32)
          (local.set $end (i32.and (i32.wrap_i64 (local.get $n)) (i32.const 0x3ff)))
          (memory.fill (i32.const 0) (i32.const 1) (local.get $end))
          (local.set $i (i32.const 2))
          (block $done
            (loop $next
              (br_if $done (i32.ge_u (local.get $i) (local.get $end)))
              (if (i32.load8_u (local.get $i))
                (then
                  (local.set $count (i64.add (local.get $count) (i64.const 1)))
                  (local.set $j (i32.mul (local.get $i) (local.get $i)))
                  (block $marked
                    (loop $mark
                      (br_if $marked (i32.ge_u (local.get $j) (local.get $end)))
                      (i32.store8 (local.get $j) (i32.const 0))
                      (local.set $j (i32.add (local.get $j) (local.get $i)))
                      (br $mark)))))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br $next)))
          (local.get $count)))
      """;

  /** One of several functions in a table, and a jump table. */
  static final String DISPATCH =
      """
      (module
        (type $op (func (param i64) (result i64)))
        (table 4 funcref)
        (elem (i32.const 0) $twice $square $negate)
        (func $twice (type $op) local.get 0 i64.const 1 i64.shl)
        (func $square (param $x i64) (result i64) (i64.mul (local.get $x) (local.get $x)))
        (func $negate (param $x i64) (result i64) (i64.sub (i64.const 0) (local.get $x)))
        (func (export "f") (param $n i64) (result i64)
          (local $r i64)
          block $c
            block $b
              block $a
                local.get $n
                i32.wrap_i64
                br_table $a $b $c
              end
              i64.const 100
              local.set $r
            end
            local.get $r
            i64.const 7
            i64.add
            local.set $r
          end
          (i64.add
            (local.get $r)
            (call_indirect (type $op)
              (local.get $n)
              (i32.wrap_i64 (i64.rem_u (local.get $n) (i64.const 4)))))))
      """;

  /** Several results, parameters of blocks, global variables. */
  static final String MANY_RESULTS =
      """
      (module
        (global $calls (mut i64) (i64.const 40))
        (global $step i64 (i64.const 2))
        (func $split (param i64) (result i64 i64)
          (global.set $calls (i64.add (global.get $calls) (global.get $step)))
          (i64.div_s (local.get 0) (i64.const 10))
          (i64.rem_s (local.get 0) (i64.const 10)))
        (func (export "f") (param $n i64) (result i64)
          (call $split (local.get $n))
          (block (param i64 i64) (result i64)
            i64.mul
            (br_if 0 (i64.eqz (local.get $n)))
            (i64.add (global.get $calls)))))
      """;

  /** Passive data, copies that overlap, narrow loads and stores, growing. */
  static final String BULK =
      """
      (module
        (memory $m 1)
        (data $text "\\01\\02\\03\\04\\05\\06\\07\\08abc")
        (data (i32.const 64) "\\ff\\ff\\fe\\7f")
        (func (export "f") (param $n i64) (result i64)
          (local $old i32)
          (memory.init $text (i32.const 0) (i32.const 0) (i32.const 11))
          (data.drop $text)
          (memory.copy (i32.const 3) (i32.const 0) (i32.const 8))
          (local.set $old (memory.grow (i32.const 1)))
          (i64.store32 offset=8 (i32.shl (local.get $old) (i32.const 16)) (local.get $n))
          (i64.add
            (i64.load align=1 (i32.const 1))
            (i64.add
              (i64.load32_s offset=65536 (i32.const 8))
              (i64.add (i64.load16_s (i32.const 64)) (i64.load8_u (i32.const 66)))))))
      """;

  /** Floats through all kinds of rounding. */
  static final String FLOATS =
      """
      (module
        (func (export "f") (param $n i64) (result i64)
          (local $x f64) (local $y f32)
          (local.set $x (f64.div (f64.convert_i64_s (local.get $n)) (f64.const 0x1.8p1)))
          (local.set $y (f32.sqrt (f32.abs (f32.demote_f64 (local.get $x)))))
          (i64.xor
            (i64.add
              (i64.trunc_sat_f64_s (f64.nearest (local.get $x)))
              (i64.trunc_sat_f32_u (f32.ceil (local.get $y))))
            (i64.add
              (i64.extend_i32_s (i32.trunc_sat_f64_u (f64.max (local.get $x) (f64.const -0.5))))
              (i64.reinterpret_f64
                (f64.copysign (f64.floor (local.get $x)) (f64.const -inf)))))))
      """;

  /** Loops in loops, with branches out of both and a return from within. */
  static final String NESTED =
      """
      (func (export "f") (param $n i64) (result i64)
        (local $i i64) (local $j i64) (local $sum i64)
        (loop $outer
          (local.set $j (i64.const 0))
          (loop $inner
            (local.set $sum
              (i64.add (local.get $sum) (i64.rotl (local.get $j) (local.get $i))))
            (if (i64.gt_u (local.get $sum) (i64.const 100000))
              (then (return (i64.sub (i64.const 0) (local.get $sum)))))
            (local.set $j (i64.add (local.get $j) (i64.const 1)))
            (br_if $inner (i64.lt_s (local.get $j) (i64.const 5))))
          (local.set $i (i64.add (local.get $i) (i64.const 1)))
          (br_if $outer (i64.lt_s (local.get $i) (i64.and (local.get $n) (i64.const 63)))))
        (select (result i64) (local.get $sum) (i64.const 1) (i64.ne (local.get $n) (i64.const 3))))
      """;

  static final List<String> SOURCES =
      List.of(FIBONACCI, SIEVE, DISPATCH, MANY_RESULTS, BULK, FLOATS, NESTED);

  private Corpus() {}

  static FunctionDefinition function(String source) {
    return Functions.wat(SIGNATURE, source);
  }
}
