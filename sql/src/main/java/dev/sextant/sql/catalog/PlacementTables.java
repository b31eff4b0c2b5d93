package dev.sextant.sql.catalog;

import dev.sextant.engine.Database;
import dev.sextant.engine.Session;
import dev.sextant.engine.Settings;
import dev.sextant.engine.numa.EnforcementLog;
import dev.sextant.engine.numa.RegionReport;
import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import dev.sextant.storage.numa.NodeCounter;
import dev.sextant.storage.numa.NodeWorkers;
import dev.sextant.storage.numa.kernel.Errno;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Topology;
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
            PlacementTables::log),
        new SystemTable(
            "numa_pools",
            SystemTable.Column.list(
                "node INTEGER", "cpus", "workers INTEGER", "queued INTEGER", "steal", "status"),
            PlacementTables::pools),
        new SystemTable(
            "numa_workers",
            SystemTable.Column.list(
                "worker",
                "node INTEGER",
                "tid INTEGER",
                "own_tasks INTEGER",
                "stolen_tasks INTEGER",
                "evidence"),
            PlacementTables::workers),
        new SystemTable(
            "numa_locality",
            SystemTable.Column.list(
                "node INTEGER",
                "tasks INTEGER",
                "by_own_workers INTEGER",
                "by_other_nodes INTEGER",
                "by_callers INTEGER",
                "local_share REAL"),
            PlacementTables::locality),
        new SystemTable(
            "numa_counters",
            SystemTable.Column.list("node INTEGER", "counter", "value INTEGER", "source"),
            PlacementTables::counters));
  }

  private static List<List<@Nullable Object>> pools(Session session) {
    Database database = session.database();
    NodeWorkers workers = database.placements().workers();
    String steal = database.settings().get(Settings.NUMA_STEAL);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (NodeWorkers.PoolReport pool : workers.pools()) {
      rows.add(
          row(
              (long) pool.node(),
              pool.cpus().toString(),
              (long) pool.workers(),
              (long) pool.queued(),
              steal,
              "running"));
    }
    if (rows.isEmpty()) {
      IdSet nodes = workers.nodes();
      String status =
          nodes.size() < 2
              ? new Evidence.NotApplicable("1 NUMA node").label()
              : "not started: nothing has been placed on several nodes";
      Topology topology = database.numa().topology();
      for (int node : nodes.toList()) {
        IdSet cpus = topology.node(node).orElseThrow().cpus().intersect(topology.limits().cpus());
        rows.add(row((long) node, cpus.toString(), 0L, 0L, steal, status));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> workers(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (NodeWorkers.WorkerReport worker : session.database().placements().workers().workers()) {
      rows.add(
          row(
              worker.name(),
              (long) worker.node(),
              worker.thread() < 0 ? null : worker.thread(),
              worker.local(),
              worker.stolen(),
              worker.evidence().label()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> locality(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (NodeWorkers.PoolReport pool : session.database().placements().workers().pools()) {
      long tasks = pool.local() + pool.stolen() + pool.helped();
      rows.add(
          row(
              (long) pool.node(),
              tasks,
              pool.local(),
              pool.stolen(),
              pool.helped(),
              tasks == 0 ? null : (double) pool.local() / tasks));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> counters(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (NodeCounter counter : session.database().numa().counters()) {
      rows.add(
          row(
              counter.node().isPresent() ? (Object) (long) counter.node().getAsInt() : null,
              counter.name(),
              counter.value(),
              counter.source()));
    }
    return rows;
  }

  /** All regions of a database, whoever owns them. */
  static Stream<RegionReport> reports(Database database) {
    return Stream.of(
            database.placements().regions().stream(),
            database.vectors().regions().stream(),
            database.cache().placed().stream())
        .flatMap(regions -> regions);
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
