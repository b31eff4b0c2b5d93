package dev.sextant.engine.route.price;

/**
 * The tokens of a call, as a provider counts them.
 *
 * @param inputTokens the whole prompt
 * @param cachedTokens those of the prompt that were read from the provider's cache
 * @param cacheWrittenTokens those of the prompt that were put into it
 * @param outputTokens the whole answer
 * @param reasoningTokens those of the answer that nobody sees
 */
public record Usage(
    long inputTokens,
    long cachedTokens,
    long cacheWrittenTokens,
    long outputTokens,
    long reasoningTokens) {
  /** Refuses parts that exceed the whole. */
  public Usage {
    boolean odd =
        cachedTokens < 0
            || cacheWrittenTokens < 0
            || reasoningTokens < 0
            || cachedTokens > inputTokens
            || cacheWrittenTokens > inputTokens - cachedTokens
            || reasoningTokens > outputTokens;
    if (odd) {
      throw new IllegalArgumentException(
          ("Cached tokens are part of the input, reasoning tokens of the output;"
                  + " got input %d (%d, %d), output %d (%d)")
              .formatted(
                  inputTokens, cachedTokens, cacheWrittenTokens, outputTokens, reasoningTokens));
    }
  }

  /** A prompt and an answer, nothing cached. */
  public static Usage of(long inputTokens, long outputTokens) {
    return new Usage(inputTokens, 0, 0, outputTokens, 0);
  }
}
