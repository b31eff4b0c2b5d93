package dev.sextant.engine.cache;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.numa.DataPlacement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a cache is set up.
 *
 * @param hotBytes what the tier in memory may take, at least 65536
 * @param policy what it keeps
 * @param store where it lies
 * @param timeToLive how long a vector may be used; empty for as long as it is kept
 * @param folder where the files go, made if absent; empty for a cache without files
 * @param durableBytes what the durable tier may take; 0 for none
 * @param warmUpEntries how many vectors the durable tier gives to the one in memory on opening
 * @param sampleKeys how many keys the sample for shadow caches and miss-ratio curve holds
 * @param sampleRate the most of all keys that it takes; 0 for no sample
 * @param placement where the tier in memory lies among the machine's nodes
 */
public record CacheOptions(
    long hotBytes,
    PolicyKind policy,
    Store store,
    Optional<Duration> timeToLive,
    Optional<Path> folder,
    long durableBytes,
    int warmUpEntries,
    int sampleKeys,
    double sampleRate,
    DataPlacement placement) {

  /** Checks the ranges, and that what is to be placed can be. */
  public CacheOptions {
    if (hotBytes < PrivateStore.MIN_BUDGET_BYTES) {
      throw outOfRange(
          "cache.hot_bytes", "at least " + PrivateStore.MIN_BUDGET_BYTES, Long.toString(hotBytes));
    }
    if (timeToLive.isPresent() && !timeToLive.get().isPositive()) {
      throw outOfRange("cache.ttl", "more than 0 seconds", timeToLive.get().toString());
    }
    if (durableBytes < 0) {
      throw outOfRange("cache.durable_bytes", "at least 0", Long.toString(durableBytes));
    }
    if (warmUpEntries < 0) {
      throw outOfRange("cache.warm_up", "at least 0 entries", Integer.toString(warmUpEntries));
    }
    if (sampleKeys < 16) {
      throw outOfRange("cache.sample_keys", "at least 16", Integer.toString(sampleKeys));
    }
    if (!(sampleRate >= 0 && sampleRate <= 1)) {
      throw outOfRange("cache.sample_rate", "from 0 to 1", Double.toString(sampleRate));
    }
    if (placement instanceof DataPlacement.Replicate) {
      throw outOfRange(
          "cache.placement", String.join(", ", PLACEMENTS), "replicate; there is one cache");
    }
    if (store == Store.SHARED && !(placement instanceof DataPlacement.Anywhere)) {
      throw outOfRange(
          "cache.placement",
          "default where cache.store is shared, a file that other processes map,",
          placement.label().toLowerCase(Locale.ROOT) + "; set cache.store = private first");
    }
  }

  private static SextantException outOfRange(String setting, String expected, String got) {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Setting " + setting + " expects " + expected + " but got " + got + ".");
  }

  /** Where the tier in memory lies. */
  public enum Store {
    /** Off-heap in this process. */
    PRIVATE("private"),
    /** In a file that several processes map. */
    SHARED("shared");

    private final String sqlName;

    Store(String sqlName) {
      this.sqlName = sqlName;
    }

    /** The name in SQL. */
    public String sqlName() {
      return sqlName;
    }

    /**
     * The store of that name, whatever its case.
     *
     * @throws SextantException {@code 22023} for another name
     */
    public static Store of(String name) {
      for (Store store : values()) {
        if (store.sqlName.equals(name.toLowerCase(Locale.ROOT).strip())) {
          return store;
        }
      }
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Setting cache.store expects private or shared but got \"" + name + "\".");
    }
  }

  /** 256 MiB in memory under S3-FIFO, and in the folder, if any, four times as much. */
  public static CacheOptions defaults(Optional<Path> folder) {
    return new CacheOptions(
        256L << 20,
        PolicyKind.S3FIFO,
        Store.PRIVATE,
        Optional.empty(),
        folder,
        1L << 30,
        10_000,
        4096,
        0.125,
        new DataPlacement.Anywhere());
  }

  /** The same with another size of the tier in memory. */
  public CacheOptions withHotBytes(long bytes) {
    return new CacheOptions(
        bytes,
        policy,
        store,
        timeToLive,
        folder,
        durableBytes,
        warmUpEntries,
        sampleKeys,
        sampleRate,
        placement);
  }

  /** The same with another policy. */
  public CacheOptions withPolicy(PolicyKind other) {
    return new CacheOptions(
        hotBytes,
        other,
        store,
        timeToLive,
        folder,
        durableBytes,
        warmUpEntries,
        sampleKeys,
        sampleRate,
        placement);
  }

  /** The same with another store. */
  public CacheOptions withStore(Store other) {
    return new CacheOptions(
        hotBytes,
        policy,
        other,
        timeToLive,
        folder,
        durableBytes,
        warmUpEntries,
        sampleKeys,
        sampleRate,
        placement);
  }

  /** The same with another time to live. */
  public CacheOptions withTimeToLive(Optional<Duration> other) {
    return new CacheOptions(
        hotBytes,
        policy,
        store,
        other,
        folder,
        durableBytes,
        warmUpEntries,
        sampleKeys,
        sampleRate,
        placement);
  }

  /** The same with another size of the durable tier, 0 for none. */
  public CacheOptions withDurableBytes(long bytes) {
    return new CacheOptions(
        hotBytes,
        policy,
        store,
        timeToLive,
        folder,
        bytes,
        warmUpEntries,
        sampleKeys,
        sampleRate,
        placement);
  }

  /** The same with another sample: its keys, and the most of all keys, 0 for no sample. */
  public CacheOptions withSample(int keys, double rate) {
    return new CacheOptions(
        hotBytes,
        policy,
        store,
        timeToLive,
        folder,
        durableBytes,
        warmUpEntries,
        keys,
        rate,
        placement);
  }

  /** The same in another place. */
  public CacheOptions withPlacement(DataPlacement other) {
    return new CacheOptions(
        hotBytes,
        policy,
        store,
        timeToLive,
        folder,
        durableBytes,
        warmUpEntries,
        sampleKeys,
        sampleRate,
        other);
  }

  /** The forms that settings write placements in. */
  public static final List<String> PLACEMENTS =
      List.of("default", "local", "bind(n)", "preferred(n)", "interleave(n-m)");

  /**
   * The placement that a setting means, whatever its case.
   *
   * @throws SextantException {@code 22023} for another text, and for one that no cache can have
   */
  public static DataPlacement placement(String text) {
    String label = text.toUpperCase(Locale.ROOT).replace(" ", "");
    return DataPlacement.parse(label)
        .filter(wanted -> !(wanted instanceof DataPlacement.Replicate))
        .orElseThrow(
            () ->
                outOfRange(
                    "cache.placement",
                    "one of " + String.join(", ", PLACEMENTS) + " with the numbers of nodes",
                    "\"" + text + "\""));
  }
}
