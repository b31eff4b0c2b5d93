package dev.sextant.engine.embed;

/** Says where a model sees tokens in a text. Safe for use by many threads. */
@FunctionalInterface
public interface TokenSplitter {

  /**
   * Where each token begins, as an index of {@code text}, ascending; two tokens of one character
   * begin at the same place. The tokens that mark a text's start and end are left out.
   */
  int[] starts(String text);
}
