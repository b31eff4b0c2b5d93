package dev.sextant.engine;

import dev.sextant.engine.cache.CacheOptions;
import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The settings of one database: each has a name, a default, choices and a meaning; an unknown name
 * is refused with the nearest known one. Immutable.
 */
public final class Settings {

  /**
   * What a setting is.
   *
   * @param name as in the URL and in {@code sextant.settings}
   * @param defaultValue the value where none is given
   * @param choices the values allowed; empty where any number is
   * @param description one sentence for people
   */
  public record Setting(
      String name, String defaultValue, List<String> choices, String description) {}

  /** How the file is opened. */
  public static final Setting MODE =
      new Setting(
          "mode",
          "rwc",
          List.of("rwc", "rw", "ro"),
          "rwc creates a missing file, rw needs an existing one, ro never writes");

  /** Patience with other connections' locks. */
  public static final Setting BUSY_TIMEOUT =
      new Setting(
          "busy_timeout", "5000", List.of(), "milliseconds to wait for another connection's lock");

  /** Durability of a commit. */
  public static final Setting SYNCHRONOUS =
      new Setting(
          "synchronous",
          "full",
          List.of("full", "normal", "off"),
          "full survives a power cut; normal may lose the last commits in one; off may corrupt");

  /** Which statements are compiled. */
  public static final Setting COMPILE =
      new Setting(
          "compile",
          "auto",
          List.of("auto", "always"),
          "auto compiles what names something of Sextant's; always compiles every query");

  /** Which distance kernels are used. */
  public static final Setting KERNEL =
      new Setting(
          "kernel",
          "auto",
          List.of("auto", "simd", "scalar"),
          "distance kernels; simd fails where the Vector API is not to be had");

  /** Bound on off-heap memory. */
  public static final Setting MEMORY_LIMIT =
      new Setting(
          "memory_limit",
          "4294967296",
          List.of(),
          "bytes of off-heap memory for resident vectors and embeddings");

  /** Threads that embed. */
  public static final Setting THREADS =
      new Setting(
          "threads",
          "0",
          List.of(),
          "threads that embed texts, and that build an index; 0 means one per core");

  /** What the embedding cache keeps in memory. */
  public static final Setting CACHE_POLICY =
      new Setting(
          "cache.policy",
          PolicyKind.S3FIFO.sqlName(),
          Arrays.stream(PolicyKind.values()).map(PolicyKind::sqlName).toList(),
          "which embeddings the cache keeps in memory; sextant.cache_policies tells more");

  /** Where the embedding cache's tier in memory lies. */
  public static final Setting CACHE_STORE =
      new Setting(
          "cache.store",
          CacheOptions.Store.PRIVATE.sqlName(),
          Arrays.stream(CacheOptions.Store.values()).map(CacheOptions.Store::sqlName).toList(),
          "private keeps embeddings in this process; shared in a file, with others: see SQL.md");

  /** Where the embedding cache's tier in memory lies among the machine's nodes. */
  public static final Setting CACHE_PLACEMENT =
      new Setting(
          "cache.placement",
          "default",
          CacheOptions.PLACEMENTS,
          "NUMA nodes n where a private cache lies; default is where the system puts it");

  /** Bound on the embedding cache's memory. */
  public static final Setting CACHE_HOT_BYTES =
      new Setting(
          "cache.hot_bytes",
          "268435456",
          List.of(),
          "bytes of memory for embeddings, a part of memory_limit");

  /** Bound on the embedding cache's file. */
  public static final Setting CACHE_DURABLE_BYTES =
      new Setting(
          "cache.durable_bytes",
          "1073741824",
          List.of(),
          "bytes of the file that keeps embeddings beside the database; 0 for no file");

  /** Age at which an embedding goes. */
  public static final Setting CACHE_TTL =
      new Setting(
          "cache.ttl", "0", List.of(), "seconds that an embedding is kept; 0 for no such bound");

  /** What the embedding cache reads on opening. */
  public static final Setting CACHE_WARM_UP =
      new Setting(
          "cache.warm_up",
          "10000",
          List.of(),
          "embeddings that the cache reads from its file when it is first used");

  /** Keys of the embedding cache's workload sample. */
  public static final Setting CACHE_SAMPLE_KEYS =
      new Setting(
          "cache.sample_keys",
          "4096",
          List.of(),
          "texts that sextant.cache_mrc and cache_shadow follow, from 16; 0 for none");

  /** Whether this process may start others. */
  public static final Setting SANDBOX_PROCESSES =
      new Setting(
          "sandbox.processes",
          "off",
          List.of("on", "off"),
          "whether functions may run in processes of their own; bin/sextant sets it on");

  /** What happens where a placement cannot be had. */
  public static final Setting NUMA_ENFORCEMENT =
      new Setting(
          "numa.enforcement",
          "soft",
          List.of("soft", "strict"),
          "what a placement that cannot be had is: soft tells and goes on, strict is an error");

  /** Whether routing's log holds texts. */
  public static final Setting ROUTE_LOG_TEXT =
      new Setting(
          "route.log_text",
          "off",
          List.of("on", "off"),
          "whether prompts and answers are logged as they are, and not as hashes alone");

  /** Whose work idle workers of a node take. */
  public static final Setting NUMA_STEAL =
      new Setting(
          "numa.steal",
          "distance",
          List.of("none", "distance", "any"),
          "whose work a node's idle workers take: nobody's, the nearest node's, or any node's");

  private static final List<Setting> ALL =
      List.of(
          MODE,
          BUSY_TIMEOUT,
          SYNCHRONOUS,
          COMPILE,
          KERNEL,
          MEMORY_LIMIT,
          THREADS,
          CACHE_POLICY,
          CACHE_STORE,
          CACHE_PLACEMENT,
          CACHE_HOT_BYTES,
          CACHE_DURABLE_BYTES,
          CACHE_TTL,
          CACHE_WARM_UP,
          CACHE_SAMPLE_KEYS,
          SANDBOX_PROCESSES,
          NUMA_ENFORCEMENT,
          NUMA_STEAL,
          ROUTE_LOG_TEXT);

  private final Map<String, String> values;

  private Settings(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /**
   * The same with another value of one setting.
   *
   * @throws SextantException {@code 22023} for a value that is not allowed
   */
  public Settings with(Setting setting, String value) {
    Map<String, String> changed = new LinkedHashMap<>(values);
    changed.put(setting.name(), check(setting, value));
    return new Settings(changed);
  }

  /** All settings there are, in the order of the documentation. */
  public static List<Setting> all() {
    return ALL;
  }

  /** All defaults. */
  public static Settings defaults() {
    return of(Map.of());
  }

  /**
   * Settings with {@code given} over the defaults.
   *
   * @throws SextantException {@code 22023} for an unknown name or a value that is not allowed
   */
  public static Settings of(Map<String, String> given) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Setting setting : ALL) {
      values.put(setting.name(), setting.defaultValue());
    }
    given.forEach((name, value) -> values.put(find(name).name(), check(find(name), value)));
    return new Settings(values);
  }

  /**
   * The setting of that name, whatever its case.
   *
   * @throws SextantException {@code 22023} naming the nearest known setting
   */
  public static Setting find(String name) {
    return Names.choice("property", name, ALL, Setting::name);
  }

  private static String check(Setting setting, String value) {
    String wanted = value.toLowerCase(Locale.ROOT).strip();
    if (setting.equals(CACHE_PLACEMENT)) {
      return CacheOptions.placement(wanted).label().toLowerCase(Locale.ROOT);
    }
    if (setting.choices().isEmpty() ? isCount(wanted) : setting.choices().contains(wanted)) {
      return wanted;
    }
    String expected =
        setting.choices().isEmpty()
            ? "a whole number from 0"
            : "one of " + String.join(", ", setting.choices());
    throw new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Property \"" + setting.name() + "\" expects " + expected + " but got \"" + value + "\".");
  }

  private static boolean isCount(String text) {
    try {
      return Long.parseLong(text) >= 0;
    } catch (NumberFormatException notNumber) {
      return false;
    }
  }

  /** The value of a setting. */
  public String get(Setting setting) {
    return java.util.Objects.requireNonNull(values.get(setting.name()), setting.name());
  }

  /** The value of a setting that is a number. */
  public long getLong(Setting setting) {
    return Long.parseLong(get(setting));
  }
}
