package dev.sextant.storage.numa.topology;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two forms in which Linux writes sets of CPUs and of nodes, as documented with
 * bitmap_parselist() and bitmap_parse() in the kernel's lib/bitmap-str.c.
 */
final class IdFormat {
  /** {@code 3}, {@code 0-7} or {@code 0-31:2/8}: of each group of 8, the first 2. */
  private static final Pattern PIECE =
      Pattern.compile("(\\d{1,9})(?:\\s*-\\s*(\\d{1,9})(?::(\\d{1,9})/(\\d{1,9}))?)?");

  private static final Pattern WORD = Pattern.compile("[0-9a-fA-F]{1,8}");
  private static final int WORD_BITS = 32;
  private static final int HEX = 16;

  private IdFormat() {}

  /** Reads {@code 0-2,33,72-73}; the empty text is the empty set. */
  static BitSet list(String text) throws MalformedIds {
    BitSet bits = new BitSet();
    if (text.isBlank()) {
      return bits;
    }
    for (String piece : text.split(",", -1)) {
      addPiece(bits, piece.strip());
    }
    return bits;
  }

  private static void addPiece(BitSet bits, String piece) throws MalformedIds {
    Matcher matcher = PIECE.matcher(piece);
    if (!matcher.matches()) {
      throw new MalformedIds("a number or a range such as 0-7", quoted(piece));
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    if (last < first) {
      throw new MalformedIds("a range that goes up", quoted(piece));
    }
    requireId(last, piece);
    if (matcher.group(3) == null) {
      bits.set(first, last + 1);
      return;
    }
    int used = Integer.parseInt(matcher.group(3));
    int group = Integer.parseInt(matcher.group(4));
    if (group == 0 || used == 0 || used > group) {
      throw new MalformedIds("a stride used/group with 0 < used <= group", quoted(piece));
    }
    for (long start = first; start <= last; start += group) {
      bits.set((int) start, (int) Math.min(start + used, last + 1L));
    }
  }

  private static void requireId(int id, String piece) throws MalformedIds {
    if (id > IdSet.MAX_ID) {
      throw new MalformedIds("a number up to " + IdSet.MAX_ID, quoted(piece));
    }
  }

  /** Reads {@code ff,00000000,0000000f}: words of 32 bits in hexadecimal, the highest first. */
  static BitSet map(String text) throws MalformedIds {
    BitSet bits = new BitSet();
    if (text.isBlank()) {
      return bits;
    }
    String[] words = text.strip().split(",", -1);
    for (int i = 0; i < words.length; i++) {
      String word = words[i].strip();
      if (!WORD.matcher(word).matches()) {
        throw new MalformedIds("a word of up to 8 hexadecimal digits", quoted(word));
      }
      int value = Integer.parseUnsignedInt(word, HEX);
      long base = (long) (words.length - 1 - i) * WORD_BITS;
      for (int rest = value; rest != 0; rest &= rest - 1) {
        long id = base + Integer.numberOfTrailingZeros(rest);
        if (id > IdSet.MAX_ID) {
          throw new MalformedIds("a number up to " + IdSet.MAX_ID, Long.toString(id));
        }
        bits.set((int) id);
      }
    }
    return bits;
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }

  static String writeList(BitSet bits) {
    List<String> pieces = new ArrayList<>();
    for (int first = bits.nextSetBit(0); first >= 0; ) {
      int last = bits.nextClearBit(first) - 1;
      pieces.add(first == last ? Integer.toString(first) : first + "-" + last);
      first = bits.nextSetBit(last + 1);
    }
    return String.join(",", pieces);
  }

  static String writeMap(BitSet bits, int width) {
    int size = Math.max(1, Math.max(width, bits.length()));
    int words = (size + WORD_BITS - 1) / WORD_BITS;
    StringBuilder text = new StringBuilder();
    for (int word = words - 1; word >= 0; word--) {
      int base = word * WORD_BITS;
      long[] value = bits.get(base, base + WORD_BITS).toLongArray();
      String hex = Long.toHexString(value.length == 0 ? 0 : value[0]);
      int digits = word == words - 1 ? (size - base + 3) / 4 : WORD_BITS / 4;
      text.append("0".repeat(Math.max(0, digits - hex.length()))).append(hex);
      text.append(word > 0 ? "," : "");
    }
    return text.toString();
  }
}
