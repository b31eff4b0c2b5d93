package dev.sextant.udf.worker;

import dev.sextant.udf.Column;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A frame being written. Reused; for one thread. */
final class FrameOutput {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[4096];
  private int size;

  /** Starts a frame. */
  FrameOutput start(byte type, int sequence) {
    size = 0;
    putInt(Frame.MAGIC).putInt(type).putInt(sequence).putInt(0);
    return this;
  }

  /** Ends the frame. */
  void end() {
    INTS.set(bytes, 12, size - Frame.HEADER_BYTES);
  }

  private int grow(int count) {
    int at = size;
    size = Math.addExact(size, count);
    if (size > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(2L * size, Integer.MAX_VALUE - 8));
    }
    return at;
  }

  FrameOutput putByte(int value) {
    int at = grow(1);
    bytes[at] = (byte) value;
    return this;
  }

  FrameOutput putInt(int value) {
    int at = grow(4);
    INTS.set(bytes, at, value);
    return this;
  }

  FrameOutput putLong(long value) {
    int at = grow(8);
    LONGS.set(bytes, at, value);
    return this;
  }

  FrameOutput putBytes(byte[] value) {
    putInt(value.length);
    int at = grow(value.length);
    System.arraycopy(value, 0, bytes, at, value.length);
    return this;
  }

  FrameOutput putText(String text) {
    return putBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds the first rows of a column. */
  FrameOutput putColumn(Column column, int rows) {
    putByte(Frame.code(column.type())).putInt(rows);
    int flags = grow(rows);
    for (int row = 0; row < rows; row++) {
      bytes[flags + row] = (byte) (column.isNull(row) ? 1 : 0);
    }
    if (column.type().isNumber()) {
      int at = grow(8 * rows);
      long[] numbers = column.numbers();
      for (int row = 0; row < rows; row++) {
        LONGS.set(bytes, at + 8 * row, numbers[row]);
      }
    } else {
      int at = grow(4 * rows);
      for (int row = 0; row < rows; row++) {
        INTS.set(bytes, at + 4 * row, column.end(row));
      }
      int length = rows == 0 ? 0 : column.end(rows - 1);
      int data = grow(length);
      System.arraycopy(column.bytes(), 0, bytes, data, length);
    }
    return this;
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }
}
