package dev.sextant.storage.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The SHA-256 digest of all that a cached vector depends on, as four words.
 *
 * @param a bytes 0 to 7, big-endian, and so on
 */
public record CacheKey(long a, long b, long c, long d) implements Comparable<CacheKey> {
  /** Length of the digest. */
  public static final int BYTES = 32;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The key of a digest of 32 bytes. */
  public static CacheKey of(byte[] digest) {
    if (digest.length != BYTES) {
      throw new IllegalArgumentException("a digest of " + digest.length + " bytes");
    }
    return new CacheKey(
        (long) LONGS.get(digest, 0),
        (long) LONGS.get(digest, 8),
        (long) LONGS.get(digest, 16),
        (long) LONGS.get(digest, 24));
  }

  /** The digest. */
  public byte[] toBytes() {
    byte[] digest = new byte[BYTES];
    LONGS.set(digest, 0, a);
    LONGS.set(digest, 8, b);
    LONGS.set(digest, 16, c);
    LONGS.set(digest, 24, d);
    return digest;
  }

  /** A hash of 64 bits that is independent of the places a {@link Slab} chooses. */
  public long hash() {
    return b;
  }

  @Override
  public int hashCode() {
    return (int) c;
  }

  /** In the order of the digests' bytes. */
  @Override
  public int compareTo(CacheKey other) {
    int first = Long.compareUnsigned(a, other.a);
    int second = first != 0 ? first : Long.compareUnsigned(b, other.b);
    int third = second != 0 ? second : Long.compareUnsigned(c, other.c);
    return third != 0 ? third : Long.compareUnsigned(d, other.d);
  }

  /** The digest in hexadecimal. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
