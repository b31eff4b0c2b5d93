package dev.sextant.udf.wasm.binary;

import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Bytes of a module that nobody has checked yet. Every count is bounded before it is believed. */
final class ByteReader {
  private final byte[] bytes;
  private final int end;
  private int position;

  ByteReader(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.position = from;
    this.end = end;
  }

  int position() {
    return position;
  }

  int end() {
    return end;
  }

  boolean atEnd() {
    return position == end;
  }

  /** All bytes of the module, of which this reads a part. */
  byte[] bytes() {
    return bytes;
  }

  /** Steps over bytes and gives a reader for them. */
  ByteReader part(int length) {
    require(length);
    ByteReader part = new ByteReader(bytes, position, position + length);
    position += length;
    return part;
  }

  void skip(int length) {
    require(length);
    position += length;
  }

  private void require(int length) {
    if (length < 0 || length > end - position) {
      throw malformed("it ends " + (length - (end - position)) + " bytes too early");
    }
  }

  int readByte() {
    require(1);
    return bytes[position++] & 0xFF;
  }

  /** A number in unsigned LEB128, at most five bytes. */
  long readUnsigned() {
    int at = position;
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = readByte();
      value |= (long) (next & 0x7F) << shift;
      if ((next & 0x80) == 0) {
        if (value > 0xFFFF_FFFFL) {
          break;
        }
        return value;
      }
    }
    throw malformed(at, "a number is longer than 32 bits");
  }

  /** A number in unsigned LEB128 that must not pass a limit, named in the message. */
  int readCount(String what, int limit) {
    int at = position;
    long value = readUnsigned();
    if (value > limit) {
      throw refused(at, what + " " + value + "; at most " + limit + " are allowed");
    }
    return (int) value;
  }

  /** A number in unsigned LEB128 that has to be below another. */
  int readIndex(String what, int count) {
    int at = position;
    long value = readUnsigned();
    if (value >= count) {
      throw malformed(at, "there is no " + what + " " + value + ", only " + count);
    }
    return (int) value;
  }

  /** A number in signed LEB128 of at most so many bits. */
  long readSigned(int bits) {
    int at = position;
    long value = 0;
    int shift = 0;
    while (shift < bits) {
      int next = readByte();
      value |= (long) (next & 0x7F) << shift;
      shift += 7;
      if ((next & 0x80) == 0) {
        int unused = Math.max(0, 64 - shift);
        return (value << unused) >> unused;
      }
    }
    throw malformed(at, "a number is longer than " + bits + " bits");
  }

  String readName() {
    int at = position;
    int length = readCount("bytes in a name:", ModuleLimits.NAME_BYTES);
    require(length);
    ByteBuffer utf8 = ByteBuffer.wrap(bytes, position, length);
    position += length;
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw malformed(at, "a name is not UTF-8");
    }
  }

  UdfException malformed(String why) {
    return malformed(position, why);
  }

  UdfException malformed(int at, String why) {
    return new UdfException(
        Failure.DEFINITION, "the module is malformed at byte " + at + ": " + why + ".");
  }

  UdfException refused(int at, String what) {
    return new UdfException(
        Failure.DEFINITION, "the module has at byte " + at + " what is not allowed: " + what + ".");
  }
}
