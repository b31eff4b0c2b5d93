package dev.sextant.engine.route.limit;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A budget as the catalog shows it; amounts in thousand-millionths of a US dollar.
 *
 * @param name unique among the budgets
 * @param limitNanoUsd the most that is spent in a window
 * @param window how long a window is; empty where there is only one, without end
 * @param windowStart when the current one began
 * @param spentNanoUsd what calls of this window have cost
 * @param reservedNanoUsd what calls under way may still cost
 * @param leakedNanoUsd what calls may have cost of which nobody said what became
 */
public record BudgetState(
    String name,
    long limitNanoUsd,
    Optional<Duration> window,
    Instant windowStart,
    long spentNanoUsd,
    long reservedNanoUsd,
    long leakedNanoUsd) {
  /** What may still be reserved. */
  public long leftNanoUsd() {
    return Math.max(0, limitNanoUsd - spentNanoUsd - reservedNanoUsd - leakedNanoUsd);
  }
}
