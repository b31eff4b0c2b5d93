package dev.sextant.udf.wasm;

import dev.sextant.udf.Column;
import dev.sextant.udf.ValueType;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;

/** A function that takes one row at a time and is not called where an argument is NULL. */
final class ScalarBatch implements Batch {
  private final Guest guest;
  private final MethodHandle loop;
  private final Results results;
  private final Instance instance;
  private final List<ValueType> types;
  private final boolean bytesIn;
  private final boolean bytesOut;
  private final long[][] in;
  private boolean[] nulls = new boolean[0];
  private long[] out = new long[0];

  ScalarBatch(Guest guest, MethodHandle loop, int parameters) {
    this.guest = guest;
    this.loop = loop;
    this.results = new Results(guest);
    this.instance = guest.instance();
    this.types = guest.definition().parameters();
    this.bytesIn = types.stream().anyMatch(type -> !type.isNumber());
    this.bytesOut = !guest.definition().result().isNumber();
    this.in = new long[parameters][];
    for (int i = 0; i < parameters; i++) {
      in[i] = out;
    }
  }

  @Override
  public void run(List<Column> arguments, int rows, Column result) {
    prepare(arguments, rows);
    int from = 0;
    while (from < rows) {
      int to = bytesIn ? Batch.chunkEnd(arguments, from, rows) : rows;
      if (bytesIn) {
        copyBytes(arguments, from, to);
      }
      runChunk(from, to, result);
      from = to;
    }
    if (!bytesOut) {
      results.addNumbers(out, nulls, rows, result);
    }
  }

  /** Finds the rows with NULL and the arrays that hold numbers. */
  private void prepare(List<Column> arguments, int rows) {
    if (out.length < rows) {
      out = new long[rows];
      nulls = new boolean[rows];
    }
    Arrays.fill(nulls, 0, rows, false);
    int slot = 0;
    for (int i = 0; i < types.size(); i++) {
      Column column = arguments.get(i);
      boolean[] flags = column.nulls();
      for (int row = 0; row < rows; row++) {
        nulls[row] |= flags[row];
      }
      if (types.get(i).isNumber()) {
        in[slot++] = column.numbers();
      } else {
        in[slot] = grown(in[slot], rows);
        in[slot + 1] = grown(in[slot + 1], rows);
        slot += 2;
      }
    }
  }

  private static long[] grown(long[] array, int rows) {
    return array.length < rows ? new long[rows] : array;
  }

  /** Copies the bytes of all columns, one behind the other, and notes where each value lies. */
  private void copyBytes(List<Column> arguments, int from, int to) {
    long needed = 0;
    for (Column column : arguments) {
      if (!column.type().isNumber()) {
        needed = aligned(needed) + column.end(to - 1) - column.start(from);
      }
    }
    long address = guest.reserve(needed);
    int slot = 0;
    for (Column column : arguments) {
      if (column.type().isNumber()) {
        slot++;
        continue;
      }
      address = aligned(address);
      int first = column.start(from);
      int length = column.end(to - 1) - first;
      guest.memory().write((int) address, column.bytes(), first, length);
      for (int row = from; row < to; row++) {
        in[slot][row] = address + (column.start(row) - first);
        in[slot + 1][row] = (long) column.end(row) - column.start(row);
      }
      address += length;
      slot += 2;
    }
  }

  private static long aligned(long address) {
    return (address + 7) & -8;
  }

  /** Calls the function for the rows without NULL. */
  private void runChunk(int start, int end, Column result) {
    int from = start;
    while (from < end) {
      if (nulls[from]) {
        if (bytesOut) {
          result.addNull();
        }
        from++;
        continue;
      }
      int to = from + 1;
      while (!bytesOut && to < end && !nulls[to]) {
        to++;
      }
      call(from, to);
      if (bytesOut) {
        results.addBytes(out[from] >>> 32, out[from] & 0xFFFF_FFFFL, result);
      }
      from = to;
    }
  }

  private void call(int from, int to) {
    Memory memory = instance.memory();
    try {
      loop.invokeExact(in, from, to, out, memory, instance);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("A compiled module throws no checked exception.", e);
    }
  }
}
