package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.SQLException;

/** A vector's three forms: {@code float[]}, text like {@code [1,0.5,-2]}, little-endian bytes. */
final class Vectors {

  private Vectors() {}

  static float[] fromBytes(byte[] bytes) throws SQLException {
    if (bytes.length % Float.BYTES != 0) {
      throw Errors.of(
          ErrorCode.INVALID_VECTOR,
          "A BLOB of "
              + bytes.length
              + " bytes is not a vector: expected 4 little-endian bytes for each dimension.");
    }
    float[] vector = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }

  static float[] fromText(String text) throws SQLException {
    String body = text.strip();
    if (!body.startsWith("[") || !body.endsWith("]")) {
      throw malformed();
    }
    String inner = body.substring(1, body.length() - 1).strip();
    if (inner.isEmpty()) {
      throw malformed();
    }
    String[] parts = inner.split(",", -1);
    float[] vector = new float[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        vector[i] = Float.parseFloat(parts[i].strip());
      } catch (NumberFormatException notANumber) {
        throw malformed();
      }
    }
    return vector;
  }

  private static SQLException malformed() {
    return Errors.of(
        ErrorCode.INVALID_VECTOR, "The text is not a vector: expected a form like [1, 0.5, -2].");
  }

  static String toText(float[] vector) {
    StringBuilder text = new StringBuilder(vector.length * 10).append('[');
    for (int i = 0; i < vector.length; i++) {
      if (i > 0) {
        text.append(',');
      }
      float value = vector[i];
      if (value == Math.rint(value) && Math.abs(value) < 1e7f) {
        text.append((int) value);
      } else {
        text.append(value);
      }
    }
    return text.append(']').toString();
  }
}
