package dev.sextant.storage.cache.shared;

import dev.sextant.storage.cache.CacheKey;
import dev.sextant.storage.cache.CacheValue;
import dev.sextant.storage.cache.ModelNames;
import dev.sextant.storage.cache.StoredVector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/*
 *    0  CRC-32C of the key and all that follows      4  dimensions
 *    8  tokens         12  cost, us                 16  created, ms      24  expires, ms
 *   32  flags          33  length of the name       36  the model's name, then the vector
 *
 * All is little-endian. The name stands in each entry, since numbers of models are a process's own.
 */
/** How a vector and what is kept with it are written in a shared file. */
final class SharedRecord {
  private static final int CHECKED_FROM = 4;
  private static final int DIMENSIONS = 4;
  private static final int TOKENS = 8;
  private static final int COST = 12;
  private static final int CREATED = 16;
  private static final int EXPIRES = 24;
  private static final int FLAGS = 32;
  private static final int NAME_LENGTH = 33;
  private static final int NAME = 36;
  private static final int MAX_NAME_BYTES = 255;

  /** What a record takes beside its vector, with a name of usual length. */
  static final int TYPICAL_BYTES = NAME + 20;

  private static final byte PINNED = 1;
  private static final byte TRUNCATED = 2;

  private final CacheKey key;
  private final ByteBuffer bytes;

  /** The record of a key, as it was read. */
  SharedRecord(CacheKey key, byte[] bytes) {
    this.key = key;
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A vector's record, with a name cut to 255 bytes. */
  static byte[] of(StoredVector stored, String model) {
    byte[] name = model.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(name.length, MAX_NAME_BYTES);
    CacheValue value = stored.value();
    byte[] record = new byte[NAME + length + stored.vector().length * Float.BYTES];
    ByteBuffer bytes = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(DIMENSIONS, stored.vector().length);
    bytes.putInt(TOKENS, value.tokens());
    bytes.putInt(COST, value.costMicros());
    bytes.putLong(CREATED, value.createdMillis());
    bytes.putLong(EXPIRES, value.expiresMillis());
    bytes.put(FLAGS, value.truncated() ? TRUNCATED : 0);
    bytes.put(NAME_LENGTH, (byte) length);
    bytes.put(NAME, name, 0, length);
    bytes.position(NAME + length);
    bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(stored.vector());
    bytes.putInt(0, checksum(stored.key(), record));
    return record;
  }

  /** The length of a vector's record. */
  static int lengthOf(StoredVector stored, String model) {
    int name = Math.min(model.getBytes(StandardCharsets.UTF_8).length, MAX_NAME_BYTES);
    return NAME + name + stored.vector().length * Float.BYTES;
  }

  private static int checksum(CacheKey key, byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(key.toBytes());
    crc.update(record, CHECKED_FROM, record.length - CHECKED_FROM);
    return (int) crc.getValue();
  }

  /** Whether it is as it was written, for this key. */
  boolean isSound() {
    return bytes.capacity() > NAME
        && bytes.getInt(0) == checksum(key, bytes.array())
        && bytes.capacity() == vectorOffset() + dimensions() * Float.BYTES;
  }

  /** The same, pinned or not. */
  byte[] pinned(boolean pinned) {
    byte[] record = bytes.array().clone();
    int flags = record[FLAGS];
    record[FLAGS] = (byte) (pinned ? flags | PINNED : flags & ~PINNED);
    ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(0, checksum(key, record));
    return record;
  }

  boolean isPinned() {
    return (bytes.get(FLAGS) & PINNED) != 0;
  }

  int dimensions() {
    return bytes.getInt(DIMENSIONS);
  }

  long createdMillis() {
    return bytes.getLong(CREATED);
  }

  private int vectorOffset() {
    return NAME + Byte.toUnsignedInt(bytes.get(NAME_LENGTH));
  }

  /** What is kept with the vector; gives the model a number if it has none. */
  CacheValue value(ModelNames models) {
    int length = Byte.toUnsignedInt(bytes.get(NAME_LENGTH));
    String model = new String(bytes.array(), NAME, length, StandardCharsets.UTF_8);
    return new CacheValue(
        models.number(model),
        bytes.getInt(TOKENS),
        (bytes.get(FLAGS) & TRUNCATED) != 0,
        bytes.getInt(COST),
        bytes.getLong(CREATED),
        bytes.getLong(EXPIRES));
  }

  /** A copy of the vector. */
  float[] vector() {
    float[] vector = new float[dimensions()];
    int offset = vectorOffset();
    bytes
        .slice(offset, bytes.capacity() - offset)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(vector);
    return vector;
  }
}
