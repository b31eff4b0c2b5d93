package dev.sextant.storage.vector;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A vector's two outer forms: the BLOB of little-endian float32 that SQLite stores, and the text
 * {@code [1,2.5,-300]} that people read and write.
 *
 * <p>Every vector has from one to {@link VectorLimits#MAX_DIMENSIONS} dimensions.
 */
public final class VectorCodec {
  private VectorCodec() {}

  /** The BLOB of {@code vector}, four bytes a dimension. */
  public static byte[] encode(float[] vector) {
    requireCount(vector.length);
    byte[] blob = new byte[vector.length * Float.BYTES];
    ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vector);
    return blob;
  }

  /**
   * The vector in {@code blob}, which may hold NaN and infinities.
   *
   * @throws StorageException of kind INVALID_VECTOR when the length is not a vector's
   */
  public static float[] decode(byte[] blob) {
    if (blob.length % Float.BYTES != 0) {
      throw new StorageException(
          Kind.INVALID_VECTOR,
          "Vector BLOB expects four bytes a dimension but got "
              + blob.length
              + " bytes. Store float32 values in little-endian order.");
    }
    requireCount(blob.length / Float.BYTES);
    float[] vector = new float[blob.length / Float.BYTES];
    decodeInto(blob, vector);
    return vector;
  }

  /** Reads {@code blob}, which has exactly the right length, into {@code vector}. */
  static void decodeInto(byte[] blob, float[] vector) {
    ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
  }

  /**
   * The vector that {@code text} writes as {@code [1, 2.5, -3e2]}, white space allowed.
   *
   * @throws StorageException of kind INVALID_VECTOR that says what was expected, and where
   */
  public static float[] parse(String text) {
    return new VectorText(text).parse();
  }

  /** The shortest text that {@link #parse} reads back as {@code vector}, bit for bit. */
  public static String format(float[] vector) {
    StringBuilder text = new StringBuilder(vector.length * 8 + 2).append('[');
    for (int i = 0; i < vector.length; i++) {
      if (i > 0) {
        text.append(',');
      }
      appendNumber(text, vector[i]);
    }
    return text.append(']').toString();
  }

  /** Throws INVALID_VECTOR, naming the element, if {@code vector} holds NaN or an infinity. */
  public static void requireFinite(float[] vector) {
    int index = firstNotFinite(vector);
    if (index >= 0) {
      throw new StorageException(
          Kind.INVALID_VECTOR,
          "Vector expects finite numbers but element "
              + (index + 1)
              + " of "
              + vector.length
              + " is "
              + vector[index]
              + ". Correct what produced the vector.");
    }
  }

  /**
   * Throws DIMENSIONS unless {@code vector} has {@code expected} dimensions.
   *
   * @param what begins the message, such as {@code Vector column "docs.embedding"}
   */
  public static void requireDimensions(float[] vector, int expected, String what) {
    if (vector.length != expected) {
      throw wrongDimensions(what, expected, Integer.toString(vector.length));
    }
  }

  static StorageException wrongDimensions(String what, int expected, String got) {
    return new StorageException(
        Kind.DIMENSIONS,
        what
            + " expects "
            + expected
            + " dimensions but got "
            + got
            + ". Use the model that the column was built with, or re-create the column.");
  }

  /** The index of the first NaN or infinity, or -1. */
  static int firstNotFinite(float[] vector) {
    for (int i = 0; i < vector.length; i++) {
      if (!Float.isFinite(vector[i])) {
        return i;
      }
    }
    return -1;
  }

  /** Throws INVALID_VECTOR unless a vector may have {@code dimensions}. */
  public static void requireCount(int dimensions) {
    if (dimensions < 1 || dimensions > VectorLimits.MAX_DIMENSIONS) {
      throw new StorageException(
          Kind.INVALID_VECTOR,
          "Vector expects from 1 to "
              + VectorLimits.MAX_DIMENSIONS
              + " dimensions but got "
              + dimensions
              + ". Use a model with fewer dimensions, or subvector(v, start, count).");
    }
  }

  private static void appendNumber(StringBuilder text, float value) {
    String number = Float.toString(value);
    int exponent = number.indexOf('E');
    String mantissa = exponent < 0 ? number : number.substring(0, exponent);
    text.append(mantissa.endsWith(".0") ? mantissa.substring(0, mantissa.length() - 2) : mantissa);
    if (exponent >= 0) {
      text.append('e').append(number, exponent + 1, number.length());
    }
  }
}
