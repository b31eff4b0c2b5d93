package dev.sextant.engine.cache;

/**
 * A row about one tier as a whole.
 *
 * @param tier {@code hot}, {@code shared} or {@code durable}
 * @param policy what decides what goes; {@code lru} for the durable tier
 * @param usedBytes of memory or file
 * @param budgetBytes the most it may take
 * @param bookkeepingBytes of heap that the policy takes beside it
 * @param file where it is; empty for memory
 */
public record CacheTier(
    String tier,
    String policy,
    long usedBytes,
    long budgetBytes,
    long bookkeepingBytes,
    String file) {}
