package dev.sextant.udf.seccomp;

import java.util.Arrays;

/**
 * What a filter sees of a call: {@code struct seccomp_data}.
 *
 * <pre>
 * 0   number               32 bits
 * 4   architecture         32 bits
 * 8   instruction pointer  64 bits
 * 16  six arguments        64 bits each, little-endian
 * </pre>
 *
 * @param number of the call
 * @param auditNumber of the architecture it is made for
 * @param arguments six
 */
public record CallData(int number, int auditNumber, Arguments arguments) {
  static final int NUMBER_OFFSET = 0;
  static final int ARCHITECTURE_OFFSET = 4;
  static final int ARGUMENTS_OFFSET = 16;

  /** Six arguments of 64 bits. */
  public static final class Arguments {
    /** All 0. */
    public static final Arguments ZERO = new Arguments();

    private final long[] values;

    /** The first arguments; the rest is 0. */
    public Arguments(long... values) {
      this.values = Arrays.copyOf(values, 6);
    }

    /** One of them. */
    public long get(int index) {
      return values[index];
    }

    /** A copy. */
    public long[] toArray() {
      return values.clone();
    }

    @Override
    public String toString() {
      return Arrays.toString(values);
    }
  }

  /** A call with arguments 0. */
  public static CallData of(Architecture architecture, int number) {
    return new CallData(number, architecture.auditNumber(), Arguments.ZERO);
  }

  /** The word at an offset, as a filter loads it on a little-endian machine. */
  int word(int offset) {
    if (offset == NUMBER_OFFSET) {
      return number;
    }
    if (offset == ARCHITECTURE_OFFSET) {
      return auditNumber;
    }
    int at = offset - ARGUMENTS_OFFSET;
    if (at < 0 || at >= 48 || at % 4 != 0) {
      throw new IllegalArgumentException("No word of a call's data is at " + offset);
    }
    long argument = arguments.get(at / 8);
    return (int) (at % 8 == 0 ? argument : argument >>> 32);
  }
}
