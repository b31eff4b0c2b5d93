package dev.sextant.udf.wasm;

import dev.sextant.udf.Column;
import dev.sextant.udf.ValueType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A function that takes many rows at once, in columns in its memory: the ABI columnar/1. */
final class ColumnarBatch implements Batch {
  private static final int ALIGNMENT = 8;

  private final Guest guest;
  private final Results results;
  private final ValueType type;
  private ByteBuffer memory = ByteBuffer.allocate(0);
  private long[] pointers = new long[0];
  private int pointerCount;
  private long[] numbers = new long[0];
  private boolean[] nulls = new boolean[0];

  ColumnarBatch(Guest guest) {
    this.guest = guest;
    this.results = new Results(guest);
    this.type = guest.definition().result();
  }

  @Override
  public void run(List<Column> arguments, int rows, Column result) {
    int from = 0;
    while (from < rows) {
      int to = Batch.chunkEnd(arguments, from, rows);
      runChunk(arguments, from, to, result);
      from = to;
    }
  }

  private static int aligned(long size) {
    return Math.toIntExact((size + ALIGNMENT - 1) & -ALIGNMENT);
  }

  private int outSize(int rows) {
    return aligned(type == ValueType.BOOLEAN ? rows : 8L * rows);
  }

  /** Bytes of a chunk: each part aligned, in the order of the pointers. */
  private int size(List<Column> arguments, int from, int to) {
    int rows = to - from;
    long size = 0;
    for (Column column : arguments) {
      size += aligned(rows);
      size +=
          switch (column.type()) {
            case INTEGER, REAL -> 8L * rows;
            case BOOLEAN -> aligned(rows);
            case TEXT, BLOB, VECTOR ->
                aligned(4L * (rows + 1))
                    + (long) aligned((long) column.end(to - 1) - column.start(from));
          };
    }
    return Math.toIntExact(size + outSize(rows) + aligned(rows));
  }

  private void runChunk(List<Column> arguments, int from, int to, Column result) {
    int rows = to - from;
    int size = size(arguments, from, to);
    int base = guest.reserve(size);
    memory = ByteBuffer.wrap(guest.memory().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    memory.position(base);
    pointers = new long[3 + 3 * arguments.size()];
    pointers[0] = rows;
    pointerCount = 1;
    for (Column column : arguments) {
      writeValues(column, from, to);
    }
    for (Column column : arguments) {
      addPointer();
      writeNulls(column, from, to);
    }
    int out = addPointer();
    writeZeros(outSize(rows));
    int outNulls = addPointer();
    writeOutNulls(arguments, from, to);
    guest.call(Arrays.copyOf(pointers, pointerCount));
    memory = ByteBuffer.wrap(guest.memory().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    readNulls(outNulls, rows);
    if (type.isNumber()) {
      readNumbers(out, rows, result);
    } else {
      readBytes(out, rows, result);
    }
  }

  /** Adds the address of what is written next. */
  private int addPointer() {
    int address = memory.position();
    pointers[pointerCount++] = address;
    return address;
  }

  /** Writes the values of a column. */
  private void writeValues(Column column, int from, int to) {
    addPointer();
    switch (column.type()) {
      case INTEGER -> {
        memory.asLongBuffer().put(column.numbers(), from, to - from);
        memory.position(memory.position() + 8 * (to - from));
      }
      case REAL -> {
        for (int row = from; row < to; row++) {
          memory.putLong(Double.doubleToLongBits(column.getDouble(row)));
        }
      }
      case BOOLEAN -> {
        for (int row = from; row < to; row++) {
          memory.put((byte) column.getLong(row));
        }
        align();
      }
      case TEXT, BLOB, VECTOR -> {
        int first = column.start(from);
        memory.putInt(0);
        for (int row = from; row < to; row++) {
          memory.putInt(column.end(row) - first);
        }
        align();
        addPointer();
        memory.put(column.bytes(), first, column.end(to - 1) - first);
        align();
      }
    }
  }

  private void align() {
    while (memory.position() % ALIGNMENT != 0) {
      memory.put((byte) 0);
    }
  }

  private void writeZeros(int bytes) {
    Arrays.fill(memory.array(), memory.position(), memory.position() + bytes, (byte) 0);
    memory.position(memory.position() + bytes);
  }

  private void writeNulls(Column column, int from, int to) {
    int start = memory.position();
    writeZeros(to - from);
    align();
    mark(column.nulls(), from, to, start);
  }

  /** Sets a byte for each flag; most batches have none. */
  private void mark(boolean[] flags, int from, int to, int start) {
    byte[] bytes = memory.array();
    for (int row = from; row < to; row++) {
      if (flags[row]) {
        bytes[start + row - from] = 1;
      }
    }
  }

  /** The result is NULL where an argument is, unless the function says otherwise. */
  private void writeOutNulls(List<Column> arguments, int from, int to) {
    int start = memory.position();
    writeZeros(to - from);
    align();
    for (Column column : arguments) {
      mark(column.nulls(), from, to, start);
    }
  }

  private void readNulls(int address, int rows) {
    if (nulls.length < rows) {
      nulls = new boolean[rows];
      numbers = new long[rows];
    }
    byte[] bytes = memory.array();
    for (int row = 0; row < rows; row++) {
      nulls[row] = bytes[address + row] != 0;
    }
  }

  private void readNumbers(int address, int rows, Column result) {
    if (type == ValueType.BOOLEAN) {
      for (int row = 0; row < rows; row++) {
        numbers[row] = memory.get(address + row);
      }
    } else {
      memory.position(address);
      memory.asLongBuffer().get(numbers, 0, rows);
    }
    if (type == ValueType.REAL) {
      for (int row = 0; row < rows; row++) {
        numbers[row] = Double.doubleToLongBits(Double.longBitsToDouble(numbers[row]));
      }
    }
    results.addNumbers(numbers, nulls, rows, result);
  }

  /** Reads address and length of each value, then the value. */
  private void readBytes(int address, int rows, Column result) {
    for (int row = 0; row < rows; row++) {
      long start = memory.getInt(address + 8 * row) & 0xFFFF_FFFFL;
      long length = memory.getInt(address + 8 * row + 4) & 0xFFFF_FFFFL;
      if (nulls[row]) {
        result.addNull();
      } else {
        results.addBytes(start, length, result);
      }
    }
  }
}
