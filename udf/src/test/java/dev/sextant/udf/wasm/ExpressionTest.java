package dev.sextant.udf.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime.Instance;
import dev.sextant.udf.FunctionRuntime.Prepared;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Expressions made at random, as text assembled and run, beside what Java makes of them. */
class ExpressionTest {
  private static WasmRuntime runtime = new WasmRuntime();

  private static final Map<String, LongBinaryOperator> INTEGER_PAIRS =
      Map.ofEntries(
          Map.entry("i64.add", (a, b) -> a + b),
          Map.entry("i64.sub", (a, b) -> a - b),
          Map.entry("i64.mul", (a, b) -> a * b),
          Map.entry("i64.and", (a, b) -> a & b),
          Map.entry("i64.or", (a, b) -> a | b),
          Map.entry("i64.xor", (a, b) -> a ^ b),
          Map.entry("i64.shl", (a, b) -> a << b),
          Map.entry("i64.shr_s", (a, b) -> a >> b),
          Map.entry("i64.shr_u", (a, b) -> a >>> b),
          Map.entry("i64.rotl", (a, b) -> Long.rotateLeft(a, (int) b)),
          Map.entry("i64.rotr", (a, b) -> Long.rotateRight(a, (int) b)));

  private static final Map<String, LongUnaryOperator> INTEGERS =
      Map.of(
          "i64.clz",
          Long::numberOfLeadingZeros,
          "i64.ctz",
          Long::numberOfTrailingZeros,
          "i64.popcnt",
          Long::bitCount,
          "i64.extend8_s",
          a -> (byte) a,
          "i64.extend16_s",
          a -> (short) a,
          "i64.extend32_s",
          a -> (int) a);

  private static final Map<String, DoubleBinaryOperator> REAL_PAIRS =
      Map.of(
          "f64.add", (a, b) -> a + b,
          "f64.sub", (a, b) -> a - b,
          "f64.mul", (a, b) -> a * b,
          "f64.div", (a, b) -> a / b,
          "f64.min", Math::min,
          "f64.max", Math::max,
          "f64.copysign", Math::copySign);

  private static final Map<String, DoubleUnaryOperator> REALS =
      Map.of(
          "f64.abs", Math::abs,
          "f64.neg", a -> -a,
          "f64.ceil", Math::ceil,
          "f64.floor", Math::floor,
          "f64.nearest", Math::rint,
          "f64.sqrt", Math::sqrt);

  /** Text and value of an expression. */
  private record Expression<T>(String text, T value) {}

  @BeforeContainer
  static void open() {
    runtime = new WasmRuntime();
  }

  @AfterContainer
  static void close() {
    runtime.close();
  }

  private static <T> Map.Entry<String, T> pick(Map<String, T> operators, Random random) {
    List<String> names = operators.keySet().stream().sorted().toList();
    String name = names.get(random.nextInt(names.size()));
    return Map.entry(name, operators.get(name));
  }

  private static Expression<Long> integer(Random random, int depth, long x) {
    if (depth == 0) {
      long constant = random.nextLong() >> random.nextInt(64);
      boolean variable = random.nextInt(3) > 0;
      String text = variable ? "(local.get $x)" : "(i64.const " + constant + ")";
      return new Expression<>(text, variable ? x : constant);
    }
    Expression<Long> a = integer(random, depth - 1, x);
    Expression<Long> b = integer(random, depth - 1, x);
    return switch (random.nextInt(5)) {
      case 0 -> {
        var operator = pick(INTEGERS, random);
        String text = "(" + operator.getKey() + " " + a.text + ")";
        yield new Expression<>(text, operator.getValue().applyAsLong(a.value));
      }
      case 1 -> {
        String text = "(i64.extend_i32_u (i64.lt_u " + a.text + " " + b.text + "))";
        yield new Expression<>(text, Long.compareUnsigned(a.value, b.value) < 0 ? 1L : 0L);
      }
      case 2 -> {
        String text =
            "(if (result i64) (i64.eqz (i64.and (i64.const 1) "
                + a.text
                + ")) (then "
                + a.text
                + ") (else "
                + b.text
                + "))";
        yield new Expression<>(text, (a.value & 1) == 0 ? a.value : b.value);
      }
      default -> {
        var operator = pick(INTEGER_PAIRS, random);
        String text = "(" + operator.getKey() + " " + a.text + " " + b.text + ")";
        yield new Expression<>(text, operator.getValue().applyAsLong(a.value, b.value));
      }
    };
  }

  private static Expression<Double> real(Random random, int depth, double x) {
    if (depth == 0) {
      double constant = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(12) - 4);
      boolean variable = random.nextInt(3) > 0;
      String digits =
          random.nextBoolean()
              ? Double.toString(constant)
              : Double.toHexString(constant).toLowerCase(Locale.ROOT);
      String text = variable ? "(local.get $x)" : "(f64.const " + digits + ")";
      return new Expression<>(text, variable ? x : constant);
    }
    Expression<Double> a = real(random, depth - 1, x);
    if (random.nextInt(4) == 0) {
      var operator = pick(REALS, random);
      String text = "(" + operator.getKey() + " " + a.text + ")";
      return new Expression<>(text, operator.getValue().applyAsDouble(a.value));
    }
    Expression<Double> b = real(random, depth - 1, x);
    var operator = pick(REAL_PAIRS, random);
    String text = "(" + operator.getKey() + " " + a.text + " " + b.text + ")";
    return new Expression<>(text, operator.getValue().applyAsDouble(a.value, b.value));
  }

  private static Object call(String type, String number, String text, Object argument) {
    FunctionDefinition function =
        Functions.wat(
            "f(" + type + ") " + type,
            "(func (export \"f\") (param $x " + number + ") (result " + number + ") " + text + ")");
    try (Prepared prepared = runtime.prepare(function);
        Instance instance = prepared.open()) {
      return Objects.requireNonNull(Functions.call(instance, function, argument));
    }
  }

  @Property(tries = 120, seed = "20261122", shrinking = ShrinkingMode.OFF)
  void integersAreAsInJava(@ForAll long seed, @ForAll long x) {
    Expression<Long> expression = integer(new Random(seed), 4, x);
    assertThat(call("INTEGER", "i64", expression.text, x))
        .as(expression.text)
        .isEqualTo(expression.value);
  }

  @Property(tries = 120, seed = "20261123", shrinking = ShrinkingMode.OFF)
  void realsAreAsInJava(@ForAll long seed, @ForAll int x) {
    double argument = x / 1000.0;
    Expression<Double> expression = real(new Random(seed), 4, argument);
    assertThat(call("REAL", "f64", expression.text, argument))
        .as(expression.text)
        .isEqualTo(expression.value);
  }
}
