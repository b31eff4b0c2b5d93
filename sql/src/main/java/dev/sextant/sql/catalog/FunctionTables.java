package dev.sextant.sql.catalog;

import dev.sextant.engine.Session;
import dev.sextant.engine.udf.AuditLog;
import dev.sextant.engine.udf.FunctionCatalog;
import dev.sextant.engine.udf.FunctionStatistics;
import dev.sextant.engine.udf.Profile;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.Limits;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tables of schema {@code sextant} about users' functions. */
final class FunctionTables {
  private static final double NANOS_PER_MILLI = 1e6;

  /** As SQLite's date and time functions write a moment, in UTC. */
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private FunctionTables() {}

  static List<SystemTable> all() {
    return List.of(
        new SystemTable(
            "functions",
            SystemTable.Column.list(
                "name",
                "signature",
                "result",
                "language",
                "profile",
                "deterministic INTEGER",
                "strict INTEGER",
                "vectorized INTEGER",
                "state",
                "created_at",
                "sha256",
                "source_length INTEGER",
                "source"),
            FunctionTables::functions),
        new SystemTable(
            "function_stats",
            SystemTable.Column.list(
                "name",
                "signature",
                "calls INTEGER",
                "rows INTEGER",
                "p50_ns INTEGER",
                "p99_ns INTEGER",
                "fuel INTEGER",
                "traps INTEGER",
                "kills INTEGER"),
            FunctionTables::statistics),
        new SystemTable(
            "sandbox_profiles",
            SystemTable.Column.list(
                "name",
                "parent",
                "fuel INTEGER",
                "memory_bytes INTEGER",
                "wall_time_ms REAL",
                "stack INTEGER",
                "output_bytes INTEGER",
                "batch_rows INTEGER",
                "workers INTEGER",
                "required"),
            FunctionTables::profiles),
        new SystemTable(
            "sandbox_audit",
            SystemTable.Column.list(
                "seq INTEGER",
                "at",
                "function",
                "profile",
                "event",
                "detail",
                "prev_hash",
                "hash",
                "is_intact INTEGER"),
            FunctionTables::audit));
  }

  private static List<List<@Nullable Object>> functions(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (UserFunction function : FunctionCatalog.read(session.connection()).all()) {
      FunctionDefinition definition = function.definition();
      rows.add(
          Arrays.asList(
              function.name(),
              function.signature(),
              definition.result().name(),
              definition.language().name(),
              definition.profile().name(),
              flag(definition.deterministic()),
              flag(function.strict()),
              flag(definition.vectorized()),
              function.state().name(),
              MOMENT.format(Instant.ofEpochMilli(function.createdAt())),
              function.sha256(),
              (long) definition.source().length(),
              definition.source()));
    }
    return rows;
  }

  private static Long flag(boolean value) {
    return value ? 1L : 0L;
  }

  private static List<List<@Nullable Object>> statistics(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    Map<String, FunctionStatistics.Report> reports =
        session.database().functions().statistics().report();
    reports.forEach(
        (signature, report) ->
            rows.add(
                Arrays.asList(
                    signature.substring(0, signature.indexOf('(')),
                    signature,
                    report.calls(),
                    report.rows(),
                    report.p50Nanos(),
                    report.p99Nanos(),
                    report.fuel(),
                    report.traps(),
                    report.kills())));
    return rows;
  }

  private static List<List<@Nullable Object>> profiles(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Profile profile : FunctionCatalog.read(session.connection()).profiles()) {
      Limits limits = profile.sandbox().limits();
      rows.add(
          Arrays.asList(
              profile.name(),
              profile.isBuiltIn() ? null : profile.parent(),
              limits.fuel(),
              limits.memoryBytes(),
              limits.wallTime().toNanos() / NANOS_PER_MILLI,
              (long) limits.stackDepth(),
              limits.outputBytes(),
              (long) limits.batchRows(),
              (long) limits.workers(),
              profile.sandbox().required().stream()
                  .map(Enum::name)
                  .sorted()
                  .collect(Collectors.joining(","))));
    }
    return rows;
  }

  /** With each event, whether it is as it was written and follows the one before. */
  private static List<List<@Nullable Object>> audit(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    String before = null;
    for (AuditLog.Kept event : session.database().functions().audit().events()) {
      boolean follows = before == null || before.equals(event.previous());
      boolean intact = follows && event.hash().equals(event.expectedHash());
      before = event.hash();
      rows.add(
          Arrays.asList(
              event.seq(),
              MOMENT.format(Instant.ofEpochMilli(event.at())),
              event.event().function(),
              event.event().profile(),
              event.event().event(),
              event.event().detail(),
              event.previous(),
              event.hash(),
              flag(intact)));
    }
    return rows;
  }
}
