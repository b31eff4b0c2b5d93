package dev.sextant.sql.plan;

import java.util.List;

/** What CALL runs. Each gives one row with one number. */
public enum Procedure {
  /** Evicts so many bytes from a tier of the embedding cache. */
  CACHE_EVICT("cache_evict", "evicted_bytes"),
  /** Removes embeddings of a model, or older than so many seconds, or both. */
  CACHE_INVALIDATE("cache_invalidate", "removed"),
  /** Keeps a text's embedding whatever policy and age say. */
  CACHE_PIN("cache_pin", "pinned"),
  /** Ends that. */
  CACHE_UNPIN("cache_unpin", "unpinned"),
  /** Reads the machine's nodes again. */
  NUMA_REDISCOVER("numa_rediscover", "nodes");

  private final String sqlName;
  private final String result;

  Procedure(String sqlName, String result) {
    this.sqlName = sqlName;
    this.result = result;
  }

  /** The name in SQL. */
  public String sqlName() {
    return sqlName;
  }

  /** The result's column. */
  public String result() {
    return result;
  }

  /** The arguments, in the order in which they may stand without a name. */
  public List<String> arguments() {
    return switch (this) {
      case CACHE_EVICT -> List.of("bytes", "tier");
      case CACHE_INVALIDATE -> List.of("model", "older_than");
      case NUMA_REDISCOVER -> List.of();
      case CACHE_PIN, CACHE_UNPIN -> List.of("text", "model", "role");
    };
  }
}
