package dev.sextant.storage.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.util.Arrays;

/** Reads one vector text from left to right. */
final class VectorText {
  private final String text;
  private int at;

  VectorText(String text) {
    this.text = text;
  }

  float[] parse() {
    expect('[', "\"[\"");
    float[] vector = new float[16];
    int dimensions = 0;
    do {
      if (dimensions == VectorLimits.MAX_DIMENSIONS) {
        throw malformed("at most " + VectorLimits.MAX_DIMENSIONS + " numbers");
      }
      if (dimensions == vector.length) {
        vector = Arrays.copyOf(vector, dimensions * 2);
      }
      vector[dimensions++] = number();
    } while (accept(','));
    expect(']', "\",\" or \"]\"");
    skipSpace();
    if (at < text.length()) {
      throw malformed("the end");
    }
    return Arrays.copyOf(vector, dimensions);
  }

  private float number() {
    skipSpace();
    int start = at;
    if (peek() == '+' || peek() == '-') {
      at++;
    }
    int digits = digits();
    if (peek() == '.') {
      at++;
      digits += digits();
    }
    if (digits == 0) {
      at = start;
      throw malformed("a number");
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      if (digits() == 0) {
        throw malformed("the digits of an exponent");
      }
    }
    float value = Float.parseFloat(text.substring(start, at));
    if (Float.isInfinite(value)) {
      at = start;
      throw malformed("a number in the range of float32");
    }
    return value;
  }

  private int digits() {
    int start = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    return at - start;
  }

  private boolean accept(char wanted) {
    skipSpace();
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  private void expect(char wanted, String name) {
    if (!accept(wanted)) {
      throw malformed(name);
    }
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  /** The next character, or NUL, which no vector text may hold, at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private StorageException malformed(String expected) {
    String got = at < text.length() ? "\"" + text.charAt(at) + "\"" : "the end";
    return new StorageException(
        Kind.INVALID_VECTOR,
        "Text \""
            + excerpt()
            + "\" is not a vector: expected "
            + expected
            + " but got "
            + got
            + " at character "
            + (at + 1)
            + ". Write a vector as [1,2.5,-3e2].");
  }

  private String excerpt() {
    int most = VectorLimits.MAX_QUOTED_CHARS;
    return text.length() <= most ? text : text.substring(0, most - 3) + "...";
  }
}
