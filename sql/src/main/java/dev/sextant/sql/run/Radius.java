package dev.sextant.sql.run;

import dev.sextant.sql.plan.Step;
import java.math.BigDecimal;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What {@code distance < value} means for a value of any type, as SQLite compares. */
final class Radius {
  private Radius() {}

  /**
   * The greatest distance for which the comparison holds: it holds for this one and all smaller
   * ones. Infinity for a text or bytes, which are greater than any number.
   *
   * @param inclusive whether it is {@code <=}
   * @return empty where it holds for none, since the value is NULL, which NaN is to SQLite
   */
  static OptionalDouble of(@Nullable Object value, boolean inclusive) {
    return switch (value) {
      case null -> OptionalDouble.empty();
      case Double real -> real.isNaN() ? OptionalDouble.empty() : below(real, inclusive);
      case Number whole -> whole(whole.longValue(), inclusive);
      default -> OptionalDouble.of(Double.POSITIVE_INFINITY);
    };
  }

  /** That of a step, by the parameters of its plan. */
  static OptionalDouble of(Step.Radius radius, @Nullable Object[] frame) {
    return of(frame[radius.parameter()], radius.inclusive());
  }

  private static OptionalDouble below(double real, boolean inclusive) {
    return OptionalDouble.of(inclusive ? real : Math.nextDown(real));
  }

  /** SQLite does not round a whole number to compare it. */
  private static OptionalDouble whole(long whole, boolean inclusive) {
    double nearest = whole;
    int order = new BigDecimal(nearest).compareTo(BigDecimal.valueOf(whole));
    return order == 0 ? below(nearest, inclusive) : below(nearest, order < 0);
  }
}
