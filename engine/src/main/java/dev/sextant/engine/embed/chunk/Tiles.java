package dev.sextant.engine.embed.chunk;

import java.text.BreakIterator;
import java.util.Arrays;
import java.util.Locale;

/**
 * The places at which a text may be cut: pieces that follow one another without a gap and make up
 * the whole text. White space goes with what stands before it; at the start with what stands behind
 * it.
 */
final class Tiles {
  private final int[] starts;
  private final int count;
  private final int end;

  private Tiles(int[] starts, int count, int end) {
    this.starts = starts;
    this.count = count;
    this.end = end;
  }

  int count() {
    return count;
  }

  /** Where a piece starts; that of {@link #count()} is the text's end. */
  int start(int tile) {
    return tile == count ? end : starts[tile];
  }

  /** The last piece that starts at or before {@code index}. */
  int at(int index) {
    int found = Arrays.binarySearch(starts, 0, count, index);
    return found >= 0 ? found : -found - 2;
  }

  /** Collects starts. */
  private static final class Builder {
    private int[] starts = new int[64];
    private int count;

    void add(int start) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, Math.multiplyExact(count, 2));
      }
      starts[count++] = start;
    }

    Tiles build(int end) {
      return new Tiles(starts, count, end);
    }
  }

  /** Words: what stands between white space, and each ideograph. */
  static Tiles words(String text) {
    Builder builder = new Builder();
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      boolean space = Character.isWhitespace(c) || Character.isSpaceChar(c);
      boolean ideograph = Character.isIdeographic(c);
      if (!space && (!inWord || ideograph)) {
        builder.add(builder.count == 0 ? 0 : i);
      }
      inWord = !space && !ideograph;
      i += Character.charCount(c);
    }
    if (builder.count == 0 && !text.isEmpty()) {
      builder.add(0);
    }
    return builder.build(text.length());
  }

  /** Sentences as Unicode's rules see them. */
  static Tiles sentences(String text) {
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(text);
    Builder builder = new Builder();
    int start = breaks.first();
    for (int next = breaks.next(); next != BreakIterator.DONE; next = breaks.next()) {
      builder.add(start);
      start = next;
    }
    return builder.build(text.length());
  }

  /** Lines, each with its end. */
  static Tiles lines(String text) {
    return after(text, 1);
  }

  /** Paragraphs, each with the empty lines behind it. */
  static Tiles paragraphs(String text) {
    return after(text, 2);
  }

  /** Pieces that end with so many line ends at least, and the white space among and behind them. */
  private static Tiles after(String text, int lineEnds) {
    Builder builder = new Builder();
    int seen = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        seen++;
      } else if (!Character.isWhitespace(c)) {
        if (builder.count == 0) {
          builder.add(0);
        } else if (seen >= lineEnds) {
          builder.add(i);
        }
        seen = 0;
      }
    }
    if (builder.count == 0 && !text.isEmpty()) {
      builder.add(0);
    }
    return builder.build(text.length());
  }

  /** Tokens from where they start; two of one place are one piece. */
  static Tiles tokens(String text, int[] tokenStarts) {
    Builder builder = new Builder();
    int last = -1;
    for (int start : tokenStarts) {
      int from = builder.count == 0 ? 0 : start;
      if (from > last) {
        builder.add(from);
        last = from;
      }
    }
    if (builder.count == 0 && !text.isEmpty()) {
      builder.add(0);
    }
    return builder.build(text.length());
  }
}
