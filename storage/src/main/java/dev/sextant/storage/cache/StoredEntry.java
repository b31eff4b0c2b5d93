package dev.sextant.storage.cache;

/**
 * An entry of a tier, without its vector.
 *
 * @param bytes that it takes in the tier
 * @param lastUsedMillis to the second or coarser
 */
public record StoredEntry(
    CacheKey key,
    int dimensions,
    int bytes,
    CacheValue value,
    long lastUsedMillis,
    boolean pinned) {}
