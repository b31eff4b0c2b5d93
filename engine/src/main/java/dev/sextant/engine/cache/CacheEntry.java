package dev.sextant.engine.cache;

/**
 * A row of {@code sextant.cache_entries}.
 *
 * @param key the digest in hexadecimal
 * @param model the model's name; empty where its name is not known to this process
 * @param tier {@code hot}, {@code shared} or {@code durable}
 * @param dimensions of the vector
 * @param bytes that the entry takes
 * @param tokens of the whole text
 * @param truncated whether the model left out a part of the text
 * @param createdMillis when it was computed, milliseconds since 1970
 * @param lastUsedMillis when it was last used, to the second or coarser
 * @param expiresMillis when it expires; {@link Long#MAX_VALUE} for never
 * @param costMicros what it took to compute
 * @param pinned whether it is kept whatever the policy says
 */
public record CacheEntry(
    String key,
    String model,
    String tier,
    int dimensions,
    int bytes,
    int tokens,
    boolean truncated,
    long createdMillis,
    long lastUsedMillis,
    long expiresMillis,
    int costMicros,
    boolean pinned) {}
