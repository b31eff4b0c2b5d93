package dev.sextant.storage.cache;

/**
 * What is kept with a vector.
 *
 * @param model the number of its model, from 0 to 16,383
 * @param tokens of the whole text
 * @param truncated whether the model left out a part of the text
 * @param costMicros what the vector took to compute
 * @param createdMillis when it was computed, milliseconds since 1970
 * @param expiresMillis when it is not to be used any more, or {@link #NEVER}
 */
public record CacheValue(
    int model,
    int tokens,
    boolean truncated,
    int costMicros,
    long createdMillis,
    long expiresMillis) {
  /** The end of what does not expire. */
  public static final long NEVER = Long.MAX_VALUE;

  /** The most models that one cache may hold vectors of. */
  public static final int MAX_MODELS = 16_384;
}
