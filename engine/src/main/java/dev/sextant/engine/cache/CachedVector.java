package dev.sextant.engine.cache;

import dev.sextant.storage.cache.CacheValue;

/**
 * A vector out of the cache, a copy, and what was kept with it.
 *
 * @param vector the receiver's own
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
record CachedVector(float[] vector, CacheValue value) {}
