package dev.sextant.engine.embed;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.util.Arrays;

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
      long[] head = Arrays.copyOf(all, window);
      head[window - 1] = all[all.length - 1];
      return new Tokens(head, all.length);
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  /** Where each token begins; see {@link TokenSplitter#starts}. */
  int[] starts(String text) {
    long encoding = library.encode(handle, withoutLoneSurrogates(text), false);
    try {
      CharSpan[] spans = library.getTokenCharSpans(encoding);
      int[] starts = new int[spans.length];
      int character = 0;
      int index = 0;
      int count = 0;
      for (CharSpan span : spans) {
        if (span != null) {
          // Spans count code points and ascend.
          while (character < span.getStart()) {
            index += Character.charCount(text.codePointAt(index));
            character++;
          }
          starts[count++] = index;
        }
      }
      return Arrays.copyOf(starts, count);
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  /** The native side would turn half of a pair into more than one character. */
  private static String withoutLoneSurrogates(String text) {
    int length = text.length();
    StringBuilder mended = null;
    for (int i = 0; i < length; i++) {
      boolean pair =
          i + 1 < length && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
      if (pair) {
        i++;
      } else if (Character.isSurrogate(text.charAt(i))) {
        mended = mended == null ? new StringBuilder(text) : mended;
        mended.setCharAt(i, '\uFFFD');
      }
    }
    return mended == null ? text : mended.toString();
  }

  @Override
  public void close() {
    library.deleteTokenizer(handle);
  }
}
