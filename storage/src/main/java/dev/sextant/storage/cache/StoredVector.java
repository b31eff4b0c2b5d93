package dev.sextant.storage.cache;

/**
 * A vector and what is kept with it.
 *
 * @param vector the receiver's own
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record StoredVector(CacheKey key, float[] vector, CacheValue value) {}
