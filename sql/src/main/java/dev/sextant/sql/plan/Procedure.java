package dev.sextant.sql.plan;

import java.util.ArrayList;
import java.util.List;

/** What CALL runs. Most give one row with one number. */
public enum Procedure {
  /** Evicts so many bytes from a tier of the embedding cache. */
  CACHE_EVICT("cache_evict", "evicted_bytes"),
  /** Removes embeddings of a model, or older than so many seconds, or both. */
  CACHE_INVALIDATE("cache_invalidate", "removed"),
  /** Keeps a text's embedding whatever policy and age say. */
  CACHE_PIN("cache_pin", "pinned"),
  /** Ends that. */
  CACHE_UNPIN("cache_unpin", "unpinned"),
  /** Tells what the answer of a decision was worth. */
  FEEDBACK("feedback", "decision_id"),
  /** Writes a measurement to a file; gives the number of its samples. */
  MEASUREMENT_EXPORT("measurement_export", "samples"),
  /** Reads the machine's nodes again. */
  NUMA_REDISCOVER("numa_rediscover", "nodes"),
  /** Tries to break out of the sandbox of a profile; gives a row for each attempt. */
  SANDBOX_SELFTEST(
      "sandbox_selftest", "stage, attempted, expected, observed, without_sandbox, held");

  private final String sqlName;
  private final String columns;

  Procedure(String sqlName, String columns) {
    this.sqlName = sqlName;
    this.columns = columns;
  }

  /** The name in SQL. */
  public String sqlName() {
    return sqlName;
  }

  /** The query that gives the result from its parameter: a number, or rows as JSON. */
  public String result() {
    if (!columns.contains(",")) {
      return "SELECT ? AS " + columns;
    }
    List<String> items = new ArrayList<>();
    for (String column : columns.split(", ", -1)) {
      items.add("value ->> " + items.size() + " AS " + column);
    }
    return "SELECT " + String.join(", ", items) + " FROM json_each(?)";
  }

  /** The arguments, in the order in which they may stand without a name. */
  public List<String> arguments() {
    return switch (this) {
      case CACHE_EVICT -> List.of("bytes", "tier");
      case CACHE_INVALIDATE -> List.of("model", "older_than");
      case FEEDBACK -> List.of("decision_id", "metric", "value", "source");
      case MEASUREMENT_EXPORT -> List.of("id", "format", "path");
      case NUMA_REDISCOVER -> List.of();
      case CACHE_PIN, CACHE_UNPIN -> List.of("text", "model", "role");
      case SANDBOX_SELFTEST -> List.of("profile");
    };
  }
}
