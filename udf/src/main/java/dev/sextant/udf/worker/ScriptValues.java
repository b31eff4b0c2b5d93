package dev.sextant.udf.worker;

import dev.sextant.udf.Column;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;
import org.mozilla.javascript.typedarrays.NativeArrayBuffer;
import org.mozilla.javascript.typedarrays.NativeArrayBufferView;
import org.mozilla.javascript.typedarrays.NativeFloat32Array;
import org.mozilla.javascript.typedarrays.NativeUint8Array;

/**
 * Values of SQL as JavaScript sees them, and back.
 *
 * <ul>
 *   <li>INTEGER: a number up to 2^53 and down to -2^53, beyond that a BigInt; back from either
 *   <li>REAL: a number
 *   <li>TEXT: a string
 *   <li>BOOLEAN: a boolean
 *   <li>BLOB: an Uint8Array; back from any typed array and from an ArrayBuffer
 *   <li>VECTOR: a Float32Array; back from that, or from an array of numbers
 *   <li>NULL: null; back from null and undefined
 * </ul>
 */
final class ScriptValues {
  private static final long EXACT = 1L << 53;

  private final Scriptable scope;
  private final Scriptable bytePrototype;
  private final Scriptable floatPrototype;
  private final Scriptable bufferPrototype;

  ScriptValues(Scriptable scope) {
    this.scope = scope;
    this.bytePrototype = ScriptableObject.getClassPrototype(scope, "Uint8Array");
    this.floatPrototype = ScriptableObject.getClassPrototype(scope, "Float32Array");
    this.bufferPrototype = ScriptableObject.getClassPrototype(scope, "ArrayBuffer");
  }

  /** A value as an argument. */
  @Nullable Object argument(Column column, int row) {
    if (column.isNull(row)) {
      return null;
    }
    return switch (column.type()) {
      case INTEGER -> integer(column.getLong(row));
      case REAL -> column.getDouble(row);
      case BOOLEAN -> column.getLong(row) == 1;
      case TEXT -> column.getText(row);
      case BLOB -> {
        NativeArrayBuffer buffer = buffer(column, row);
        yield adopt(new NativeUint8Array(buffer, 0, buffer.getLength()), bytePrototype);
      }
      case VECTOR -> {
        NativeArrayBuffer buffer = buffer(column, row);
        yield adopt(new NativeFloat32Array(buffer, 0, buffer.getLength() / 4), floatPrototype);
      }
    };
  }

  private static Object integer(long value) {
    if (value == (int) value) {
      return (int) value;
    }
    return value >= -EXACT && value <= EXACT ? (Object) (double) value : BigInteger.valueOf(value);
  }

  private NativeArrayBuffer buffer(Column column, int row) {
    int start = column.start(row);
    int length = column.end(row) - start;
    NativeArrayBuffer buffer = new NativeArrayBuffer(length);
    System.arraycopy(column.bytes(), start, buffer.getBuffer(), 0, length);
    return adopt(buffer, bufferPrototype);
  }

  private <T extends ScriptableObject> T adopt(T object, Scriptable prototype) {
    object.setParentScope(scope);
    object.setPrototype(prototype);
    return object;
  }

  /** Adds what a function returned to a column. */
  static void add(@Nullable Object value, Column result) {
    if (value == null || value.equals(Scriptable.NOT_FOUND) || Undefined.isUndefined(value)) {
      result.addNull();
      return;
    }
    switch (result.type()) {
      case INTEGER -> result.addLong(integer(value));
      case REAL -> result.addDouble(real(value));
      case BOOLEAN -> {
        if (!(value instanceof Boolean truth)) {
          throw wrong(ValueType.BOOLEAN, value);
        }
        result.addLong(truth ? 1 : 0);
      }
      case TEXT -> {
        if (!(value instanceof CharSequence text)) {
          throw wrong(ValueType.TEXT, value);
        }
        result.addText(text.toString());
      }
      case BLOB -> addBytes(bytes(value), result);
      case VECTOR -> addBytes(vector(value), result);
    }
  }

  private static void addBytes(byte[] bytes, Column result) {
    result.addBytes(bytes, 0, bytes.length);
  }

  private static long integer(Object value) {
    if (value instanceof Integer small) {
      return small;
    }
    if (value instanceof BigInteger big && big.bitLength() < 64) {
      return big.longValue();
    }
    if (value instanceof Number number && !(value instanceof BigInteger)) {
      double real = number.doubleValue();
      if (Math.abs(real) <= EXACT && real == Math.rint(real)) {
        return (long) real;
      }
    }
    throw wrong(ValueType.INTEGER, value);
  }

  private static double real(Object value) {
    if (value instanceof Number number && !(value instanceof BigInteger)) {
      double real = number.doubleValue();
      // One of the many bit patterns of NaN, so that equal results are equal bytes.
      return Double.isNaN(real) ? Double.NaN : real;
    }
    throw wrong(ValueType.REAL, value);
  }

  private static byte[] bytes(Object value) {
    if (value instanceof NativeArrayBuffer buffer) {
      return Arrays.copyOf(buffer.getBuffer(), buffer.getLength());
    }
    if (value instanceof NativeArrayBufferView view) {
      int start = view.getByteOffset();
      return Arrays.copyOfRange(view.getBuffer().getBuffer(), start, start + view.getByteLength());
    }
    throw wrong(ValueType.BLOB, value);
  }

  private static byte[] vector(Object value) {
    if (value instanceof NativeFloat32Array floats) {
      return bytes(floats);
    }
    if (!(value instanceof NativeArray array) || array.getLength() > Integer.MAX_VALUE / 4) {
      throw wrong(ValueType.VECTOR, value);
    }
    int length = (int) array.getLength();
    ByteBuffer buffer = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
    for (int index = 0; index < length; index++) {
      Object element = array.get(index, array);
      if (!(element instanceof Number number) || element instanceof BigInteger) {
        throw wrong(ValueType.VECTOR, value);
      }
      buffer.putFloat(number.floatValue());
    }
    return buffer.array();
  }

  private static ScriptFailure wrong(ValueType expected, Object value) {
    String hint =
        switch (expected) {
          case INTEGER -> "a whole number up to 2^53, or a BigInt of 64 bits";
          case REAL -> "a number";
          case TEXT -> "a string";
          case BOOLEAN -> "a boolean";
          case BLOB -> "an Uint8Array";
          case VECTOR -> "a Float32Array or an array of numbers";
        };
    return new ScriptFailure(
        Failure.TRAP,
        "the result is declared %s, for which %s or null is expected, and is %s"
            .formatted(expected, hint, describe(value)));
  }

  private static String describe(Object value) {
    return switch (value) {
      case CharSequence text ->
          "the string \"" + text.subSequence(0, Math.min(40, text.length())) + "\"";
      case BigInteger _ -> "a BigInt";
      case Number number -> "the number " + Context.toString(number);
      case Boolean truth -> "the boolean " + truth;
      case Scriptable object -> "an object of class " + object.getClassName();
      default -> "a value of another kind";
    };
  }
}
