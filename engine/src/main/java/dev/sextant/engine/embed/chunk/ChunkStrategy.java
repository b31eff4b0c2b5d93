package dev.sextant.engine.embed.chunk;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.SextantException;
import java.util.List;

/** How a text is cut. */
public enum ChunkStrategy {
  /** So many words each. */
  WORDS("words"),
  /** Whole sentences, as many as have so many words together; a longer one is cut between words. */
  SENTENCES("sentences"),
  /** So many tokens each, cut between words; a longer word is cut between tokens. */
  TOKENS("tokens"),
  /**
   * So many tokens at most: paragraphs if they fit, else lines, else sentences, else words, else
   * tokens, with neighbours of one level together as long as they fit.
   */
  RECURSIVE("recursive");

  private final String sqlName;

  ChunkStrategy(String sqlName) {
    this.sqlName = sqlName;
  }

  /** The name in SQL. */
  public String sqlName() {
    return sqlName;
  }

  /** What size and overlap count. */
  public String unit() {
    return switch (this) {
      case WORDS, SENTENCES -> "words";
      case TOKENS, RECURSIVE -> "tokens";
    };
  }

  /**
   * The strategy of that name, whatever its case.
   *
   * @throws SextantException {@code 22023} naming the nearest known one
   */
  public static ChunkStrategy of(String name) {
    return Names.choice("chunking strategy", name, List.of(values()), ChunkStrategy::sqlName);
  }
}
