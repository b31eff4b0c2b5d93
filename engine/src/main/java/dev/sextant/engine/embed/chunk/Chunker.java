package dev.sextant.engine.embed.chunk;

import dev.sextant.engine.embed.TokenSplitter;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.ArrayList;
import java.util.List;

/*
 * A text is first cut into pieces without a gap: the first of the whole size, the others of size
 * less overlap at most; then each but the first takes in as many words before it as the overlap
 * allows. So the pieces without their overlaps make up the text, and no piece exceeds the size.
 *
 * The cut goes down a list of levels: a part that fits is left whole; of one that does not, the
 * next level's tiles are taken together as long as they fit, and a tile that does not fit by itself
 * is cut by the levels below. Words are cut by the level of words alone, sentences by sentences and
 * words, and so on.
 */
/** Cuts texts into pieces that cover them. Safe for use by many threads. */
public final class Chunker {
  private final ChunkStrategy strategy;
  private final int size;
  private final int overlap;
  private final TokenSplitter tokens;

  /**
   * A way to cut.
   *
   * @param size words or tokens of a piece at most, see {@link ChunkStrategy#unit()}
   * @param overlap how many of them, less than the size, a piece shares with the one before it
   * @param tokens the model's tokenizer
   * @throws SextantException {@code 22023} where size or overlap are out of their ranges
   */
  public Chunker(ChunkStrategy strategy, int size, int overlap, TokenSplitter tokens) {
    if (size < 1) {
      throw outOfRange("size", "at least 1", size);
    }
    if (overlap < 0 || overlap >= size) {
      throw outOfRange("overlap", "from 0 to " + (size - 1) + ", less than the size,", overlap);
    }
    this.strategy = strategy;
    this.size = size;
    this.overlap = overlap;
    this.tokens = tokens;
  }

  private static SextantException outOfRange(String what, String expected, int got) {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "CHUNK expects a " + what + " of " + expected + " but got " + got + ".");
  }

  /** The pieces of a text in order; none of the empty text. */
  public List<Chunk> chunk(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    Tiles words = Tiles.words(text);
    boolean byTokens = strategy.unit().equals("tokens");
    int[] tokenStarts = byTokens ? tokens.starts(text) : new int[0];
    Weights weights = byTokens ? new Weights(tokenStarts) : Weights.of(words);
    List<Tiles> levels =
        switch (strategy) {
          case WORDS -> List.of(words);
          case SENTENCES -> List.of(Tiles.sentences(text), words);
          case TOKENS -> List.of(words, Tiles.tokens(text, tokenStarts));
          case RECURSIVE ->
              List.of(
                  Tiles.paragraphs(text),
                  Tiles.lines(text),
                  Tiles.sentences(text),
                  words,
                  Tiles.tokens(text, tokenStarts));
        };
    Cut cut = new Cut(weights);
    cut.part(0, text.length(), levels);
    return chunks(text, cut.starts, words, weights);
  }

  /** Where pieces start. */
  private final class Cut {
    private final Weights weights;
    private final List<Integer> starts = new ArrayList<>();

    Cut(Weights weights) {
      this.weights = weights;
    }

    private boolean fits(int from, int to) {
      int most = starts.isEmpty() ? size : size - overlap;
      return weights.between(from, to) <= most;
    }

    /** Cuts the part from one place to another by the levels that are left. */
    void part(int from, int to, List<Tiles> levels) {
      if (levels.isEmpty() || fits(from, to)) {
        starts.add(from);
        return;
      }
      Tiles tiles = levels.getFirst();
      int start = from;
      // Tiles of this level need not begin where the part does: the first may stick out before it.
      for (int tile = tiles.at(from); start < to; ) {
        int end = Math.min(to, tiles.start(tile + 1));
        int next = tile + 1;
        while (end < to && fits(start, Math.min(to, tiles.start(next + 1)))) {
          next++;
          end = Math.min(to, tiles.start(next));
        }
        part(start, end, levels.subList(1, levels.size()));
        start = end;
        tile = next;
      }
    }
  }

  private List<Chunk> chunks(String text, List<Integer> starts, Tiles words, Weights weights) {
    List<Chunk> chunks = new ArrayList<>(starts.size());
    int at = 0;
    int character = 0;
    for (int i = 0; i < starts.size(); i++) {
      int base = starts.get(i);
      int end = i + 1 < starts.size() ? starts.get(i + 1) : text.length();
      int from = i == 0 ? base : overlapped(base, words, weights);
      character += text.codePointCount(at, base);
      at = base;
      String piece = text.substring(from, end);
      int start = character - text.codePointCount(from, base);
      int characters = piece.codePointCount(0, piece.length());
      chunks.add(new Chunk(i, piece, start, start + characters, tokens.starts(piece).length));
    }
    return chunks;
  }

  /** The first word's start from which no more than the overlap lies before {@code base}. */
  private int overlapped(int base, Tiles words, Weights weights) {
    int from = base;
    for (int word = words.at(base); word >= 0; word--) {
      int start = words.start(word);
      if (start < base) {
        if (weights.between(start, base) > overlap) {
          break;
        }
        from = start;
      }
    }
    return from;
  }
}
