package dev.sextant.engine.measure;

import java.util.function.LongSupplier;

/**
 * Counts of the embedding cache.
 *
 * @param hits texts found
 * @param misses texts not found
 */
public record CacheCounts(LongSupplier hits, LongSupplier misses) {
  /** No cache. */
  public static CacheCounts none() {
    return new CacheCounts(() -> 0, () -> 0);
  }
}
