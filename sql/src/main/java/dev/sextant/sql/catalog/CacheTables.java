package dev.sextant.sql.catalog;

import dev.sextant.engine.Session;
import dev.sextant.engine.cache.CacheEntry;
import dev.sextant.engine.cache.CacheStats;
import dev.sextant.engine.cache.CacheTier;
import dev.sextant.engine.cache.CacheWarnings;
import dev.sextant.engine.cache.EmbeddingCache;
import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.cache.policy.WorkloadSample;
import dev.sextant.storage.cache.CacheValue;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tables of schema {@code sextant} about the embedding cache. Those about its contents are
 * empty as long as nothing has been embedded.
 */
final class CacheTables {
  private static final double MICROS_PER_MILLI = 1000;

  /** As SQLite's date and time functions write a moment, in UTC. */
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private CacheTables() {}

  static List<SystemTable> all() {
    return Stream.of(contents(), workload()).flatMap(List::stream).toList();
  }

  private static List<SystemTable> contents() {
    return List.of(
        new SystemTable(
            "cache_stats",
            SystemTable.Column.list(
                "model",
                "tier",
                "entries INTEGER",
                "bytes INTEGER",
                "hits INTEGER",
                "misses INTEGER",
                "evictions INTEGER",
                "rejections INTEGER",
                "expirations INTEGER",
                "saved_ms REAL",
                "computed INTEGER",
                "joins INTEGER",
                "checksum_failures INTEGER"),
            rows(CacheTables::stats)),
        new SystemTable(
            "cache_tiers",
            SystemTable.Column.list(
                "tier",
                "policy",
                "used_bytes INTEGER",
                "budget_bytes INTEGER",
                "bookkeeping_bytes INTEGER",
                "file"),
            rows(CacheTables::tiers)),
        new SystemTable(
            "cache_entries",
            SystemTable.Column.list(
                "key",
                "model",
                "tier",
                "dimensions INTEGER",
                "bytes INTEGER",
                "tokens INTEGER",
                "truncated INTEGER",
                "created_at",
                "last_used_at",
                "expires_at",
                "cost_ms REAL",
                "pinned INTEGER"),
            rows(CacheTables::entries)));
  }

  private static List<SystemTable> workload() {
    return List.of(
        new SystemTable(
            "cache_shadow",
            SystemTable.Column.list(
                "policy",
                "bytes INTEGER",
                "hit_ratio REAL",
                "requests INTEGER",
                "sampled_requests INTEGER"),
            rows(CacheTables::shadow)),
        new SystemTable(
            "cache_mrc",
            SystemTable.Column.list(
                "policy", "percent INTEGER", "bytes INTEGER", "miss_ratio REAL"),
            rows(CacheTables::curve)),
        new SystemTable(
            "cache_policies",
            SystemTable.Column.list("name", "description", "is_active INTEGER"),
            CacheTables::policies),
        new SystemTable(
            "cache_warnings",
            SystemTable.Column.list("at", "count INTEGER", "message"),
            CacheTables::warnings));
  }

  private static Function<Session, List<List<@Nullable Object>>> rows(
      Function<EmbeddingCache, List<List<@Nullable Object>>> source) {
    return session -> {
      Optional<EmbeddingCache> cache = session.database().cache().used();
      return cache.isPresent() ? source.apply(cache.get()) : List.of();
    };
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  private static double millis(long micros) {
    return micros / MICROS_PER_MILLI;
  }

  private static @Nullable String moment(long millis) {
    return millis == CacheValue.NEVER ? null : MOMENT.format(Instant.ofEpochMilli(millis));
  }

  private static List<List<@Nullable Object>> stats(EmbeddingCache cache) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CacheStats stats : cache.stats()) {
      rows.add(
          row(
              stats.model(),
              stats.tier(),
              stats.entries(),
              stats.bytes(),
              stats.hits(),
              stats.misses(),
              stats.evictions(),
              stats.rejections(),
              stats.expirations(),
              millis(stats.savedMicros()),
              stats.computed(),
              stats.joins(),
              stats.checksumFailures()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> tiers(EmbeddingCache cache) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CacheTier tier : cache.tiers()) {
      rows.add(
          row(
              tier.tier(),
              tier.policy(),
              tier.usedBytes(),
              tier.budgetBytes(),
              tier.bookkeepingBytes(),
              tier.file().isEmpty() ? null : tier.file()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> entries(EmbeddingCache cache) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    cache.entries(entry -> rows.add(entry(entry)));
    return rows;
  }

  private static List<@Nullable Object> entry(CacheEntry entry) {
    return row(
        entry.key(),
        entry.model(),
        entry.tier(),
        (long) entry.dimensions(),
        (long) entry.bytes(),
        (long) entry.tokens(),
        entry.truncated() ? 1L : 0L,
        moment(entry.createdMillis()),
        moment(entry.lastUsedMillis()),
        moment(entry.expiresMillis()),
        millis(entry.costMicros()),
        entry.pinned() ? 1L : 0L);
  }

  private static List<List<@Nullable Object>> shadow(EmbeddingCache cache) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    Optional<WorkloadSample> sample = cache.sample();
    if (sample.isPresent()) {
      WorkloadSample.Extent extent = sample.get().extent();
      for (WorkloadSample.Point point : sample.get().shadow()) {
        rows.add(
            row(
                point.policy().sqlName(),
                point.capacity(),
                1 - point.missRatio(),
                extent.requests(),
                extent.sampledRequests()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> curve(EmbeddingCache cache) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    Optional<WorkloadSample> sample = cache.sample();
    if (sample.isPresent()) {
      for (WorkloadSample.Point point : sample.get().curve()) {
        rows.add(
            row(
                point.policy().sqlName(),
                (long) point.percent(),
                point.capacity(),
                point.missRatio()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> policies(Session session) {
    PolicyKind active = session.database().cache().options().policy();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (PolicyKind kind : PolicyKind.values()) {
      rows.add(row(kind.sqlName(), kind.description(), kind == active ? 1L : 0L));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> warnings(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CacheWarnings.Warning warning : session.database().cache().warnings().last()) {
      rows.add(row(moment(warning.atMillis()), warning.count(), warning.message()));
    }
    return rows;
  }
}
