package dev.sextant.sql.catalog;

import dev.sextant.engine.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of schema {@code sextant} about statements. */
final class StatementTables {
  private static final double NANOS_PER_MILLI = 1e6;

  private StatementTables() {}

  static List<SystemTable> all() {
    return List.of(
        new SystemTable(
            "statement_stats",
            SystemTable.Column.list(
                "sql",
                "calls INTEGER",
                "failures INTEGER",
                "rows INTEGER",
                "total_ms REAL",
                "mean_ms REAL",
                "min_ms REAL",
                "p50_ms REAL",
                "p99_ms REAL",
                "max_ms REAL"),
            StatementTables::statistics));
  }

  private static List<List<@Nullable Object>> statistics(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    session
        .database()
        .statements()
        .report()
        .forEach(
            (text, report) ->
                rows.add(
                    Arrays.asList(
                        text,
                        report.calls(),
                        report.failures(),
                        report.rows(),
                        report.total() / NANOS_PER_MILLI,
                        report.total() / NANOS_PER_MILLI / report.calls(),
                        report.least() / NANOS_PER_MILLI,
                        report.p50() / NANOS_PER_MILLI,
                        report.p99() / NANOS_PER_MILLI,
                        report.greatest() / NANOS_PER_MILLI)));
    return rows;
  }
}
