package dev.sextant.engine;

import dev.sextant.engine.cache.CacheOptions;
import dev.sextant.engine.cache.policy.PolicyKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What the settings of the embedding cache mean. */
final class CacheSettings {
  /** What the names of these settings begin with. */
  static final String PREFIX = "cache.";

  private static final double SAMPLE_RATE = 0.125;

  private CacheSettings() {}

  /**
   * The options that settings mean.
   *
   * @param folder where the durable tier goes; empty for none
   * @throws dev.sextant.engine.error.SextantException {@code 22023} for a value out of its range
   */
  static CacheOptions options(Settings settings, Optional<Path> folder) {
    long ttl = settings.getLong(Settings.CACHE_TTL);
    int keys = count(settings, Settings.CACHE_SAMPLE_KEYS);
    CacheOptions defaults = CacheOptions.defaults(folder);
    return new CacheOptions(
        settings.getLong(Settings.CACHE_HOT_BYTES),
        PolicyKind.of(settings.get(Settings.CACHE_POLICY)),
        CacheOptions.Store.of(settings.get(Settings.CACHE_STORE)),
        ttl == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(ttl)),
        folder,
        settings.getLong(Settings.CACHE_DURABLE_BYTES),
        count(settings, Settings.CACHE_WARM_UP),
        keys == 0 ? defaults.sampleKeys() : keys,
        keys == 0 ? 0 : SAMPLE_RATE,
        CacheOptions.placement(settings.get(Settings.CACHE_PLACEMENT)));
  }

  private static int count(Settings settings, Settings.Setting setting) {
    return (int) Math.min(Integer.MAX_VALUE, settings.getLong(setting));
  }
}
