package dev.sextant.udf.wasm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import run.endive.runtime.ConstantEvaluators;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.wasm.UninstantiableException;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.PassiveDataSegment;

/**
 * The memory of a module in one array, which is always exactly as long as the memory is large: the
 * array's own check of bounds is the module's. An access outside throws {@link
 * IndexOutOfBoundsException}. Growing copies, which the meter makes the function pay for.
 */
@SuppressWarnings("removal")
final class FlatMemory implements Memory {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

  private final MemoryLimits limits;
  private byte[] bytes;
  private DataSegment[] segments = new DataSegment[0];

  /** A memory of the smallest size. */
  FlatMemory(MemoryLimits limits) {
    this.limits = limits;
    this.bytes = new byte[Memory.bytes(limits.initialPages())];
  }

  /** All bytes; another array once the memory has grown. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public int pages() {
    return bytes.length / PAGE_SIZE;
  }

  @Override
  public int grow(int size) {
    int before = pages();
    if (size < 0 || size > maximumPages() - before) {
      return -1;
    }
    if (size > 0) {
      bytes = Arrays.copyOf(bytes, Memory.bytes(before + size));
    }
    return before;
  }

  @Override
  public int initialPages() {
    return limits.initialPages();
  }

  @Override
  public int maximumPages() {
    return Math.min(limits.maximumPages(), RUNTIME_MAX_PAGES);
  }

  @Override
  public boolean shared() {
    return false;
  }

  @Override
  public Object lock(int address) {
    throw unshared();
  }

  @Override
  public int waitOn(int address, int expected, long timeout) {
    throw unshared();
  }

  @Override
  public int waitOn(int address, long expected, long timeout) {
    throw unshared();
  }

  @Override
  public int notify(int address, int maxThreads) {
    throw unshared();
  }

  private static UnsupportedOperationException unshared() {
    return new UnsupportedOperationException("No memory is shared.");
  }

  @Override
  public void initialize(Instance instance, DataSegment[] dataSegments) {
    // The same array: an instance drops segments in its own.
    segments = dataSegments;
    for (DataSegment segment : segments) {
      if (segment instanceof ActiveDataSegment active) {
        long[] offset =
            ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions());
        try {
          write((int) offset[0], active.data(), 0, active.data().length);
        } catch (IndexOutOfBoundsException e) {
          throw new UninstantiableException("a data segment lies outside of the memory", e);
        }
      }
    }
  }

  @Override
  public void initPassiveSegment(int segmentId, int dest, int offset, int size) {
    write(dest, segments[segmentId].data(), offset, size);
  }

  @Override
  public void drop(int segment) {
    segments[segment] = PassiveDataSegment.EMPTY;
  }

  @Override
  public void write(int addr, byte[] data, int offset, int size) {
    System.arraycopy(data, offset, bytes, addr, size);
  }

  @Override
  public byte read(int addr) {
    return bytes[addr];
  }

  @Override
  public byte[] readBytes(int addr, int len) {
    byte[] copy = new byte[len];
    System.arraycopy(bytes, addr, copy, 0, len);
    return copy;
  }

  @Override
  public void writeI32(int addr, int data) {
    INT.set(bytes, addr, data);
  }

  @Override
  public int readInt(int addr) {
    return (int) INT.get(bytes, addr);
  }

  @Override
  public void writeLong(int addr, long data) {
    LONG.set(bytes, addr, data);
  }

  @Override
  public long readLong(int addr) {
    return (long) LONG.get(bytes, addr);
  }

  @Override
  public void writeShort(int addr, short data) {
    SHORT.set(bytes, addr, data);
  }

  @Override
  public short readShort(int addr) {
    return (short) SHORT.get(bytes, addr);
  }

  @Override
  public long readU16(int addr) {
    return readShort(addr) & 0xFFFF;
  }

  @Override
  public void writeByte(int addr, byte data) {
    bytes[addr] = data;
  }

  @Override
  public void writeF32(int addr, float data) {
    FLOAT.set(bytes, addr, data);
  }

  @Override
  public long readF32(int addr) {
    return readInt(addr);
  }

  @Override
  public float readFloat(int addr) {
    return (float) FLOAT.get(bytes, addr);
  }

  @Override
  public void writeF64(int addr, double data) {
    DOUBLE.set(bytes, addr, data);
  }

  @Override
  public double readDouble(int addr) {
    return (double) DOUBLE.get(bytes, addr);
  }

  @Override
  public long readF64(int addr) {
    return readLong(addr);
  }

  @Override
  public void zero() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public void fill(byte value, int fromIndex, int toIndex) {
    // A module gives any numbers; where the end overflowed, it lies before the start.
    if (toIndex < fromIndex) {
      throw new IndexOutOfBoundsException("fill from " + fromIndex + " to " + toIndex);
    }
    Arrays.fill(bytes, fromIndex, toIndex, value);
  }

  @Override
  public void copy(int dest, int src, int size) {
    System.arraycopy(bytes, src, bytes, dest, size);
  }
}
