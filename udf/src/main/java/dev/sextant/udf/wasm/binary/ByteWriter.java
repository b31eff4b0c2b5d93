package dev.sextant.udf.wasm.binary;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of a module, as they grow. Source: WebAssembly Core Specification 2.0, section 5.2. */
public final class ByteWriter {
  private byte[] bytes = new byte[64];
  private int size;

  /** How many bytes there are. */
  public int size() {
    return size;
  }

  /** A copy of the bytes. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  private void reserve(int more) {
    int needed = Math.addExact(size, more);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * needed, 1 << 30)));
    }
  }

  /** Adds one byte. */
  public ByteWriter writeByte(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
    return this;
  }

  /** Adds bytes. */
  public ByteWriter writeBytes(byte[] source) {
    return writeBytes(source, 0, source.length);
  }

  /** Adds some of the bytes of an array, from one index up to another. */
  public ByteWriter writeBytes(byte[] source, int from, int to) {
    reserve(to - from);
    System.arraycopy(source, from, bytes, size, to - from);
    size += to - from;
    return this;
  }

  /** Adds what another writer holds. */
  public ByteWriter writeAll(ByteWriter other) {
    return writeBytes(other.bytes, 0, other.size);
  }

  /** Adds a number of 32 bits in unsigned LEB128. */
  public ByteWriter writeUnsigned(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      writeByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    return writeByte(rest);
  }

  /** Adds a number of 32 or 64 bits in signed LEB128. */
  public ByteWriter writeSigned(long value) {
    long rest = value;
    while (rest < -64 || rest > 63) {
      writeByte((int) (rest & 0x7F) | 0x80);
      rest >>= 7;
    }
    return writeByte((int) rest & 0x7F);
  }

  /** Adds bytes of a number, the lowest first. */
  public ByteWriter writeLittleEndian(long value, int width) {
    for (int i = 0; i < width; i++) {
      writeByte((int) (value >>> (8 * i)));
    }
    return this;
  }

  /** Adds a name in UTF-8 behind its length. */
  public ByteWriter writeName(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    return writeUnsigned(utf8.length).writeBytes(utf8);
  }

  /** Adds what another writer holds, behind its length. */
  public ByteWriter writeSized(ByteWriter content) {
    return writeUnsigned(content.size).writeAll(content);
  }

  /** Adds a section; nothing where it is empty. */
  public ByteWriter writeSection(int id, ByteWriter content) {
    return content.size == 0 ? this : writeByte(id).writeSized(content);
  }
}
