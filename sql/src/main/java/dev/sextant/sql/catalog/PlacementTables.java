package dev.sextant.sql.catalog;

import dev.sextant.engine.Database;
import dev.sextant.engine.Session;
import dev.sextant.engine.numa.EnforcementLog;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import dev.sextant.storage.numa.kernel.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of schema {@code sextant} about what was placed on the machine's nodes. */
final class PlacementTables {
  private PlacementTables() {}

  static List<SystemTable> all() {
    return List.of(
        new SystemTable(
            "numa_regions",
            SystemTable.Column.list(
                "region",
                "owner",
                "bytes INTEGER",
                "placement",
                "enforcement",
                "evidence",
                "errno"),
            PlacementTables::regions),
        new SystemTable(
            "numa_pages",
            SystemTable.Column.list("region", "owner", "node INTEGER", "pages INTEGER"),
            PlacementTables::pages),
        new SystemTable(
            "numa_enforcement_log",
            SystemTable.Column.list(
                "attempt INTEGER",
                "at INTEGER",
                "what",
                "wanted",
                "enforcement",
                "evidence",
                "errno",
                "refused INTEGER"),
            PlacementTables::log));
  }

  /** All regions of a database, whoever owns them. */
  static Stream<RegionReport> reports(Database database) {
    return Stream.concat(
        database.placements().regions().stream(), database.vectors().regions().stream());
  }

  private static List<List<@Nullable Object>> regions(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    reports(session.database())
        .forEach(
            region ->
                rows.add(
                    row(
                        region.name(),
                        region.owner(),
                        region.bytes(),
                        region.wanted(),
                        label(region.enforcement()),
                        region.evidence().label(),
                        errno(region.evidence()))));
    return rows;
  }

  private static List<List<@Nullable Object>> pages(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    reports(session.database())
        .forEach(
            region ->
                region
                    .pages()
                    .get()
                    .forEach(
                        (node, pages) ->
                            rows.add(row(region.name(), region.owner(), (long) node, pages))));
    return rows;
  }

  private static List<List<@Nullable Object>> log(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EnforcementLog.Attempt attempt : session.database().placements().log().attempts()) {
      rows.add(
          row(
              attempt.number(),
              attempt.millis(),
              attempt.what(),
              attempt.wanted(),
              label(attempt.enforcement()),
              attempt.evidence().label(),
              errno(attempt.evidence()),
              attempt.refused() ? 1L : 0L));
    }
    return rows;
  }

  private static String label(Enforcement enforcement) {
    return enforcement.name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable String errno(Evidence evidence) {
    return evidence instanceof Evidence.None(int errno, String _) && errno != 0
        ? Errno.name(errno)
        : null;
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }
}
