package dev.sextant.udf;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one call of a function, on one batch of rows, may use at most.
 *
 * @param fuel what is computed, in the runtime's own unit; the same input uses the same fuel
 * @param memoryBytes linear memory of a module, or the heap of a worker
 * @param wallTime from the call to its answer
 * @param stackDepth calls within calls
 * @param outputBytes of all results of a batch
 * @param batchRows rows given to one call
 * @param workers processes that run functions of the profile side by side
 */
public record Limits(
    long fuel,
    long memoryBytes,
    Duration wallTime,
    int stackDepth,
    long outputBytes,
    int batchRows,
    int workers) {
  /** What the profile {@code untrusted} allows. */
  public static final Limits UNTRUSTED =
      new Limits(50_000_000, 64L << 20, Duration.ofSeconds(2), 1000, 1 << 20, 1024, 2);

  /** Limits that allow something. */
  public Limits {
    boolean positive =
        fuel > 0
            && memoryBytes > 0
            && wallTime.isPositive()
            && stackDepth > 0
            && outputBytes > 0
            && batchRows > 0
            && workers > 0;
    if (!positive) {
      throw new IllegalArgumentException("Every limit has to be positive.");
    }
  }

  /** All limits by the names they have in SQL. */
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("FUEL", Long.toString(fuel));
    settings.put("MEMORY", memoryBytes + "B");
    settings.put("WALL_TIME", wallTime.toMillis() + "ms");
    settings.put("STACK", Integer.toString(stackDepth));
    settings.put("OUTPUT", outputBytes + "B");
    settings.put("BATCH_ROWS", Integer.toString(batchRows));
    settings.put("WORKERS", Integer.toString(workers));
    return settings;
  }
}
