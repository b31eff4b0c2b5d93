package dev.sextant.udf.worker;

import dev.sextant.udf.Column;
import dev.sextant.udf.ValueType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The payload of a frame that somebody sent who is not trusted. Checks everything it reads. */
final class FrameInput {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final int size;
  private int at;

  /**
   * A header.
   *
   * @param length of the payload
   */
  record Header(byte type, int sequence, int length) {
    /** A header of 16 bytes whose payload has at most so many bytes. */
    static Header read(byte[] bytes, int mostBytes) {
      int magic = (int) INTS.get(bytes, 0);
      int type = (int) INTS.get(bytes, 4);
      int length = (int) INTS.get(bytes, 12);
      if (magic != Frame.MAGIC || type < 0 || type > Byte.MAX_VALUE) {
        throw new FrameException("a frame that starts with %x %x".formatted(magic, type));
      }
      if (length < 0 || length > mostBytes) {
        throw new FrameException(
            "a frame of %s bytes where %d are the most"
                .formatted(Integer.toUnsignedString(length), mostBytes));
      }
      return new Header((byte) type, (int) INTS.get(bytes, 8), length);
    }
  }

  FrameInput(byte[] bytes, int size) {
    this.bytes = bytes;
    this.size = size;
  }

  private int take(int count) {
    if (count < 0 || count > size - at) {
      throw new FrameException("a frame that ends too early");
    }
    int start = at;
    at += count;
    return start;
  }

  byte getByte() {
    return bytes[take(1)];
  }

  int getInt() {
    return (int) INTS.get(bytes, take(4));
  }

  long getLong() {
    return (long) LONGS.get(bytes, take(8));
  }

  byte[] getBytes() {
    int length = getInt();
    int start = take(length);
    return Arrays.copyOfRange(bytes, start, start + length);
  }

  String getText() {
    int length = getInt();
    int start = take(length);
    return decode(start, start + length);
  }

  /** Fails if something is left. */
  void end() {
    if (at != size) {
      throw new FrameException("a frame with " + (size - at) + " bytes too many");
    }
  }

  /** Fills a column that has to have so many rows. */
  void getColumn(Column target, int rows) {
    target.clear();
    int type = getByte();
    int count = getInt();
    if (type != Frame.code(target.type()) || count != rows) {
      throw new FrameException(
          "a column of type %d with %d rows where %s with %d is due"
              .formatted(type, count, target.type(), rows));
    }
    int flags = take(rows);
    if (target.type().isNumber()) {
      getNumbers(target, rows, flags);
    } else {
      getStrings(target, rows, flags);
    }
  }

  private boolean flag(int index) {
    if ((bytes[index] & ~1) != 0) {
      throw new FrameException("a flag that is neither 0 nor 1");
    }
    return bytes[index] == 1;
  }

  private void getNumbers(Column target, int rows, int flags) {
    int start = take(Math.multiplyExact(8, rows));
    for (int row = 0; row < rows; row++) {
      long number = (long) LONGS.get(bytes, start + 8 * row);
      if (flag(flags + row)) {
        target.addNull();
      } else if (target.type() == ValueType.REAL) {
        target.addDouble(Double.longBitsToDouble(number));
      } else {
        if (target.type() == ValueType.BOOLEAN && (number & ~1) != 0) {
          throw new FrameException("a BOOLEAN that is neither 0 nor 1");
        }
        target.addLong(number);
      }
    }
  }

  private void getStrings(Column target, int rows, int flags) {
    int ends = take(Math.multiplyExact(4, rows));
    int start = 0;
    int data = at;
    for (int row = 0; row < rows; row++) {
      int end = (int) INTS.get(bytes, ends + 4 * row);
      if (end < start || end > size - data) {
        throw new FrameException("a value that ends at " + end);
      }
      if (flag(flags + row)) {
        if (end != start) {
          throw new FrameException("a NULL with bytes");
        }
        target.addNull();
      } else {
        check(target.type(), data + start, data + end);
        target.addBytes(bytes, data + start, end - start);
      }
      start = end;
    }
    take(start);
  }

  private void check(ValueType type, int from, int to) {
    if (type == ValueType.VECTOR && (to - from) % 4 != 0) {
      throw new FrameException("a VECTOR of " + (to - from) + " bytes");
    }
    if (type == ValueType.TEXT) {
      for (int index = from; index < to; index++) {
        if (bytes[index] < 0) {
          decode(index, to);
          return;
        }
      }
    }
  }

  private String decode(int from, int to) {
    try {
      ByteBuffer text = ByteBuffer.wrap(bytes, from, to - from);
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException notUtf8) {
      throw new FrameException("text that is not UTF-8");
    }
  }
}
