package dev.sextant.engine.cache;

import dev.sextant.storage.cache.CacheKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/*
 * The key is the SHA-256 of the fields one after another, each behind its length as four bytes: so
 * no two lists of fields give the same bytes. A text with half of a surrogate pair has no UTF-8; it
 * is taken as UTF-16 behind a length that no text in UTF-8 has.
 */
/** Makes the keys of one space. Safe for use by many threads. */
final class KeyMaker {
  private static final String FORMAT = "sextant-embedding-1";
  private static final int NO_UTF_8 = 0x8000_0000;

  private final MessageDigest space;

  KeyMaker(EmbeddingSpace space) {
    this.space = digest();
    List<String> fields =
        List.of(
            FORMAT,
            space.fingerprint(),
            space.prefix(),
            space.normalisation(),
            Integer.toString(space.dimensions()));
    fields.forEach(field -> update(this.space, field));
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** The key of a text. */
  CacheKey key(String text) {
    try {
      MessageDigest digest = (MessageDigest) space.clone();
      update(digest, text);
      return CacheKey.of(digest.digest());
    } catch (CloneNotSupportedException impossible) {
      throw new IllegalStateException("Java's own SHA-256 can be cloned", impossible);
    }
  }

  private static void update(MessageDigest digest, String field) {
    boolean whole = isWhole(field);
    byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
    if (!whole) {
      bytes = utf16(field);
    }
    int length = whole ? bytes.length : bytes.length | NO_UTF_8;
    digest.update((byte) (length >>> 24));
    digest.update((byte) (length >>> 16));
    digest.update((byte) (length >>> 8));
    digest.update((byte) length);
    digest.update(bytes);
  }

  /** Whether each surrogate has its other half. */
  private static boolean isWhole(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static byte[] utf16(String text) {
    byte[] bytes = new byte[2 * text.length()];
    for (int i = 0; i < text.length(); i++) {
      bytes[2 * i] = (byte) (text.charAt(i) >>> 8);
      bytes[2 * i + 1] = (byte) text.charAt(i);
    }
    return bytes;
  }
}
