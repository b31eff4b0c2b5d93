package dev.sextant.udf;

/**
 * A condition on one argument of a system call, as the 64 bits that the kernel gets.
 *
 * @param argument from 0 to 5
 * @param relation how the argument and the value are compared
 * @param mask bits of the argument that count; all for {@link Relation#AT_MOST}
 * @param value what to compare with
 */
public record ArgumentTest(int argument, Relation relation, long mask, long value) {
  /** How an argument is compared. */
  public enum Relation {
    /** The bits that count are those of the value. */
    IS,
    /** The argument, without sign, is not above the value. */
    AT_MOST
  }

  /** A condition that some argument can meet. */
  public ArgumentTest {
    boolean bits = relation == Relation.IS ? (value & ~mask) == 0 : mask == -1L;
    if (argument < 0 || argument > 5 || !bits) {
      throw new IllegalArgumentException("No argument can be tested so: " + argument);
    }
  }

  /** The argument is the value. */
  public static ArgumentTest is(int argument, long value) {
    return new ArgumentTest(argument, Relation.IS, -1L, value);
  }

  /** Of the bits that the mask names, those of the value are set and no others. */
  public static ArgumentTest bits(int argument, long mask, long value) {
    return new ArgumentTest(argument, Relation.IS, mask, value);
  }

  /** The argument, without sign, is not above the value. */
  public static ArgumentTest atMost(int argument, long value) {
    return new ArgumentTest(argument, Relation.AT_MOST, -1L, value);
  }

  /** Whether an argument meets the condition. */
  public boolean holds(long actual) {
    return switch (relation) {
      case IS -> (actual & mask) == value;
      case AT_MOST -> Long.compareUnsigned(actual, value) <= 0;
    };
  }

  @Override
  public String toString() {
    String name = "arg" + argument;
    return switch (relation) {
      case IS ->
          mask == -1L ? name + " = " + hex(value) : name + " & " + hex(mask) + " = " + hex(value);
      case AT_MOST -> name + " <= " + hex(value);
    };
  }

  private static String hex(long number) {
    return number >= 0 && number < 10 ? Long.toString(number) : "0x" + Long.toHexString(number);
  }
}
