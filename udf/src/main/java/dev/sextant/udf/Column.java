package dev.sextant.udf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Values of one type, in the layout that sandboxes take: numbers of 8 bytes, or bytes with offsets,
 * and a flag for NULL. For one thread; grows as values are added.
 */
public final class Column {
  private final ValueType type;
  private int size;
  private boolean[] nulls = new boolean[16];
  private long[] numbers = new long[0];
  private byte[] bytes = new byte[0];
  private int[] ends = new int[0];

  /** An empty column. */
  public Column(ValueType type) {
    this.type = type;
    if (type.isNumber()) {
      numbers = new long[16];
    } else {
      bytes = new byte[256];
      ends = new int[16];
    }
  }

  /** What the values are. */
  public ValueType type() {
    return type;
  }

  /** How many values there are. */
  public int size() {
    return size;
  }

  /** Removes all values and keeps the memory. */
  public void clear() {
    size = 0;
  }

  private void reserve(int values) {
    if (values > nulls.length) {
      int grown = Math.max(values, Math.multiplyExact(nulls.length, 2));
      nulls = Arrays.copyOf(nulls, grown);
      if (type.isNumber()) {
        numbers = Arrays.copyOf(numbers, grown);
      } else {
        ends = Arrays.copyOf(ends, grown);
      }
    }
  }

  private int next() {
    reserve(size + 1);
    return size++;
  }

  /** Adds NULL. */
  public void addNull() {
    int at = next();
    nulls[at] = true;
    if (type.isNumber()) {
      numbers[at] = 0;
    } else {
      ends[at] = start(at);
    }
  }

  /** Adds an INTEGER, or a BOOLEAN as 0 or 1. */
  public void addLong(long value) {
    require(type == ValueType.INTEGER || type == ValueType.BOOLEAN);
    int at = next();
    nulls[at] = false;
    numbers[at] = value;
  }

  /** Adds a REAL. */
  public void addDouble(double value) {
    require(type == ValueType.REAL);
    int at = next();
    nulls[at] = false;
    numbers[at] = Double.doubleToRawLongBits(value);
  }

  /** Adds numbers as {@link #numbers()} holds them, from one index up to another. */
  public void addNumbers(long[] source, int from, int to) {
    require(type.isNumber());
    reserve(Math.addExact(size, to - from));
    System.arraycopy(source, from, numbers, size, to - from);
    Arrays.fill(nulls, size, size + to - from, false);
    size += to - from;
  }

  /** Adds a TEXT in UTF-8, a BLOB or a VECTOR. */
  public void addBytes(byte[] source, int offset, int length) {
    require(!type.isNumber());
    int at = next();
    int start = start(at);
    int end = Math.addExact(start, length);
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, (int) Math.min(2L * end, 1 << 30)));
    }
    System.arraycopy(source, offset, bytes, start, length);
    nulls[at] = false;
    ends[at] = end;
  }

  /** Adds a TEXT. */
  public void addText(String text) {
    require(type == ValueType.TEXT);
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    addBytes(utf8, 0, utf8.length);
  }

  private static void require(boolean fits) {
    if (!fits) {
      throw new IllegalStateException("The value is not of the column's type.");
    }
  }

  private int checked(int row) {
    if (row < 0 || row >= size) {
      throw new IndexOutOfBoundsException("row " + row + " of " + size);
    }
    return row;
  }

  /** Whether a value is NULL. */
  public boolean isNull(int row) {
    return nulls[checked(row)];
  }

  /** An INTEGER, or a BOOLEAN as 0 or 1; 0 where it is NULL. */
  public long getLong(int row) {
    return numbers[checked(row)];
  }

  /** A REAL; 0 where it is NULL. */
  public double getDouble(int row) {
    return Double.longBitsToDouble(numbers[checked(row)]);
  }

  /** Where a value's bytes start in {@link #bytes()}. */
  public int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  /** Where a value's bytes end in {@link #bytes()}. */
  public int end(int row) {
    return ends[checked(row)];
  }

  /** A copy of a value's bytes; empty where it is NULL. */
  public byte[] getBytes(int row) {
    return Arrays.copyOfRange(bytes, start(row), end(row));
  }

  /** A TEXT; empty where it is NULL. */
  public String getText(int row) {
    return new String(bytes, start(row), end(row) - start(row), StandardCharsets.UTF_8);
  }

  /** All bytes of a TEXT, BLOB or VECTOR column; valid until a value is added. */
  public byte[] bytes() {
    return bytes;
  }

  /** Which values are NULL; valid until a value is added. */
  public boolean[] nulls() {
    return nulls;
  }

  /** All numbers, a REAL as its bits; valid until a value is added. */
  public long[] numbers() {
    return numbers;
  }

  /** How many bytes the values take. */
  public long byteSize() {
    return type.isNumber() ? 8L * size : size == 0 ? 0 : ends[size - 1];
  }
}
