package dev.sextant.engine.embed;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;

/**
 * A native tokenizer built from a {@code tokenizer.json}; many threads may use it.
 *
 * <p>Padding and truncation that the file asks for are off: a text is never padded, and {@link
 * #tokenize} cuts it so that the length of the whole stays known.
 */
final class TextTokenizer implements AutoCloseable {

  /**
   * A text as the model reads it.
   *
   * @param ids within the window
   * @param total tokens of the whole text
   */
  @SuppressWarnings("ArrayRecordComponent") // handed straight to the model, never compared
  record Tokens(long[] ids, int total) {}

  private final TokenizersLibrary library;
  private final long handle;

  TextTokenizer(String json) {
    this.library = TokenizerLibrary.functions();
    this.handle = library.createTokenizerFromString(json);
    library.disablePadding(handle);
    library.disableTruncation(handle);
  }

  /** The first {@code window - 1} tokens and the closing one, or all where they fit. */
  Tokens tokenize(String text, int window) {
    long encoding = library.encode(handle, text, true);
    try {
      long[] all = library.getTokenIds(encoding);
      if (all.length <= window) {
        return new Tokens(all, all.length);
      }
      long[] head = java.util.Arrays.copyOf(all, window);
      head[window - 1] = all[all.length - 1];
      return new Tokens(head, all.length);
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  @Override
  public void close() {
    library.deleteTokenizer(handle);
  }
}
