package dev.sextant.engine.cache;

/**
 * A row of {@code sextant.cache_stats}: what one tier did for one model since the cache was opened.
 *
 * @param model the model's name
 * @param tier {@code hot}, {@code shared} or {@code durable}
 * @param entries there now
 * @param bytes that they take
 * @param hits look-ups that found their vector
 * @param misses look-ups that did not
 * @param evictions entries that went for others
 * @param rejections vectors that the policy did not let in
 * @param expirations entries that went for their age
 * @param savedMicros what the hits' vectors had taken to compute
 * @param computed texts that the model embedded; counted in the first tier only
 * @param joins requests that waited for another's computation of the same text; counted in the
 *     first tier only
 * @param checksumFailures entries that were found damaged
 */
public record CacheStats(
    String model,
    String tier,
    long entries,
    long bytes,
    long hits,
    long misses,
    long evictions,
    long rejections,
    long expirations,
    long savedMicros,
    long computed,
    long joins,
    long checksumFailures) {}
