package dev.sextant.udf.wasm.wat;

import dev.sextant.udf.UdfException;
import dev.sextant.udf.wasm.wat.Sexpr.Atom;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as they are written. Source: WebAssembly Core Specification 2.0, section 6.3. */
final class Numbers {
  private static final String DIGITS = "[0-9](?:_?[0-9])*+";
  private static final String HEX_DIGITS = "[0-9a-fA-F](?:_?[0-9a-fA-F])*+";
  private static final Pattern INTEGER =
      Pattern.compile("([+-]?)(?:0x(" + HEX_DIGITS + ")|(" + DIGITS + "))");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?" + DIGITS + "(?:\\.(?:" + DIGITS + ")?)?(?:[eE][+-]?" + DIGITS + ")?");
  private static final Pattern HEX =
      Pattern.compile(
          "([+-]?0x" + HEX_DIGITS + "(?:\\.(?:" + HEX_DIGITS + ")?)?)([pP][+-]?" + DIGITS + ")?");
  private static final Pattern NAN = Pattern.compile("([+-]?)nan(?::0x(" + HEX_DIGITS + "))?");
  private static final int LONGEST = 400;

  private Numbers() {}

  /** A number that counts something. */
  static int unsigned(Atom atom, String expected) {
    BigInteger value = integer(atom, expected);
    if (value.signum() < 0 || value.bitLength() > 32) {
      throw wrong(atom, expected + " below 4294967296");
    }
    return value.intValue();
  }

  /** A number of 32 or 64 bits, signed or unsigned, as a signed one. */
  static long integer(Atom atom, int bits) {
    String expected = "an integer of " + bits + " bits";
    BigInteger value = integer(atom, expected);
    if (value.signum() < 0 ? value.bitLength() > bits - 1 : value.bitLength() > bits) {
      throw wrong(atom, expected);
    }
    return bits == 32 ? value.intValue() : value.longValue();
  }

  private static BigInteger integer(Atom atom, String expected) {
    Matcher matcher = INTEGER.matcher(atom.text());
    if (atom.text().length() > LONGEST || !matcher.matches()) {
      throw wrong(atom, expected);
    }
    boolean hex = matcher.group(2) != null;
    String digits = (hex ? matcher.group(2) : matcher.group(3)).replace("_", "");
    BigInteger value = new BigInteger(digits, hex ? 16 : 10);
    return matcher.group(1).equals("-") ? value.negate() : value;
  }

  /** The bits of a float. */
  static int floatBits(Atom atom) {
    Matcher nan = NAN.matcher(atom.text());
    if (nan.matches()) {
      return (int) nanBits(atom, nan, 23) | (nan.group(1).equals("-") ? 1 << 31 : 0);
    }
    float value = infinite(atom) ? Float.POSITIVE_INFINITY : Float.parseFloat(finite(atom));
    if (Float.isInfinite(value) && !infinite(atom)) {
      throw wrong(atom, "a number in the range of f32");
    }
    boolean negative = infinite(atom) && atom.text().startsWith("-");
    return Float.floatToRawIntBits(negative ? -value : value);
  }

  /** The bits of a double. */
  static long doubleBits(Atom atom) {
    Matcher nan = NAN.matcher(atom.text());
    if (nan.matches()) {
      return nanBits(atom, nan, 52) | (nan.group(1).equals("-") ? 1L << 63 : 0);
    }
    double value = infinite(atom) ? Double.POSITIVE_INFINITY : Double.parseDouble(finite(atom));
    if (Double.isInfinite(value) && !infinite(atom)) {
      throw wrong(atom, "a number in the range of f64");
    }
    boolean negative = infinite(atom) && atom.text().startsWith("-");
    return Double.doubleToRawLongBits(negative ? -value : value);
  }

  /** Exponent and payload of a NaN with so many bits in its fraction. */
  private static long nanBits(Atom atom, Matcher nan, int fraction) {
    long exponent = fraction == 23 ? 0xFFL << 23 : 0x7FFL << 52;
    if (nan.group(2) == null) {
      return exponent | (1L << (fraction - 1));
    }
    BigInteger payload = new BigInteger(nan.group(2).replace("_", ""), 16);
    if (payload.signum() == 0 || payload.bitLength() > fraction) {
      throw wrong(atom, "a payload of 1 to " + fraction + " bits");
    }
    return exponent | payload.longValue();
  }

  private static boolean infinite(Atom atom) {
    return atom.is("inf") || atom.is("+inf") || atom.is("-inf");
  }

  /** A number as Java writes it. */
  private static String finite(Atom atom) {
    String text = atom.text();
    Matcher hex = HEX.matcher(text);
    if (text.length() <= LONGEST) {
      if (hex.matches()) {
        String exponent = hex.group(2) == null ? "p0" : hex.group(2);
        return (hex.group(1) + exponent).replace("_", "");
      }
      if (DECIMAL.matcher(text).matches()) {
        return text.replace("_", "");
      }
    }
    throw wrong(atom, "a number such as 1.5, -2e9, 0x1.8p3, inf or nan");
  }

  private static UdfException wrong(Atom atom, String expected) {
    return Cursor.unexpected(atom, expected);
  }
}
