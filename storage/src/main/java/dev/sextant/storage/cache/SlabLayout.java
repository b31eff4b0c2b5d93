package dev.sextant.storage.cache;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/*
 * A page of granules:            A page of entries:
 *
 *   granule 0     320 bytes        entry 0    16 bytes
 *   ...                            ...
 *   granule n-1   320 bytes        entry n-1
 *   next of 0       4 bytes
 *   ...
 *   next of n-1
 *
 * A record is a chain of granules: a header of one cache line and then the vector; the last
 * granule's rest is unused. A vector of 384 floats and its header are five granules to the byte.
 *
 *    0  key, four words         32  next record of the bucket  36  entry
 *   40  dimensions (16 bits)    42  pinned, whole (1 bit each), model (14 bits)
 *   44  CRC-32C of the vector   48  expires, ms                56  cost, us    60  last used, s
 *
 * A record is whole where its granules lie in one piece. What a hit does not need is with the
 * entry:
 *
 *    0  record, or -1            4  truncated (1 bit), tokens   8  created, ms
 *
 * All is little-endian.
 */
/** Where things lie in a {@link Slab}. */
final class SlabLayout {
  static final int GRANULE_BYTES = 320;
  static final int HEADER_BYTES = 64;
  static final int ENTRY_BYTES = 16;

  static final int KEY = 0;
  static final int BUCKET_NEXT = 32;
  static final int ENTRY = 36;
  static final int DIMENSIONS = 40;
  static final int FLAGS = 42;
  static final int CHECKSUM = 44;
  static final int EXPIRES = 48;
  static final int COST = 56;
  static final int LAST_USED = 60;

  static final int PINNED = 0x8000;
  static final int WHOLE = 0x4000;
  static final int MODEL_MASK = 0x3FFF;

  static final int RECORD = 0;
  static final int TOKENS = 4;
  static final int CREATED = 8;

  static final int TRUNCATED = Integer.MIN_VALUE;

  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private SlabLayout() {}

  /** The granules of a record. */
  static int granules(int dimensions) {
    return (HEADER_BYTES + dimensions * Float.BYTES + GRANULE_BYTES - 1) / GRANULE_BYTES;
  }
}
