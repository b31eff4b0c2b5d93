package dev.sextant.engine.cache.policy;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.List;

/** The policies there are, by the names that {@code SET cache.policy} takes. */
public enum PolicyKind {
  /** The entry that was used longest ago goes. */
  LRU("lru", "evicts what was used longest ago"),
  /** Three first-in-first-out queues, see {@link S3Fifo}. */
  S3FIFO("s3fifo", "a small queue on trial, a main queue, and the memory of those that left"),
  /** A window, a protected main part and a filter by frequency, see {@link WTinyLfu}. */
  WTINYLFU("wtinylfu", "admits what is asked for more often than what would go"),
  /** Frequency times cost by size, see {@link Gdsf}. */
  GDSF("gdsf", "keeps what is asked for often, dear to compute and small");

  private final String sqlName;
  private final String description;

  PolicyKind(String sqlName, String description) {
    this.sqlName = sqlName;
    this.description = description;
  }

  /** The name in SQL. */
  public String sqlName() {
    return sqlName;
  }

  /** One sentence for people. */
  public String description() {
    return description;
  }

  /**
   * The policy of that name, whatever its case.
   *
   * @throws SextantException {@code 22023} naming the nearest known one
   */
  public static PolicyKind of(String name) {
    return Names.choice("cache policy", name, List.of(values()), PolicyKind::sqlName);
  }

  /**
   * A policy without entries.
   *
   * @param capacity the most weight that entries may have together, at least 1
   * @param expectedEntries about how many entries fit; more may come
   * @param listener hears of evictions, from within {@link Policy#add}, {@link Policy#evict} and
   *     {@link Policy#resize}
   */
  public Policy create(long capacity, int expectedEntries, Policy.EvictionListener listener) {
    if (capacity < 1 || expectedEntries < 1) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Cache policy \""
              + sqlName
              + "\" expects a capacity of at least 1 but got "
              + Math.min(capacity, expectedEntries)
              + ". Give the cache room for an entry.");
    }
    return switch (this) {
      case LRU -> new Lru(capacity, listener);
      case S3FIFO -> new S3Fifo(capacity, listener);
      case WTINYLFU -> new WTinyLfu(capacity, expectedEntries, listener);
      case GDSF -> new Gdsf(capacity, listener);
    };
  }
}
