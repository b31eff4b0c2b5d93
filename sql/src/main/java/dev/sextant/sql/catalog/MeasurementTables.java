package dev.sextant.sql.catalog;

import dev.sextant.engine.Session;
import dev.sextant.engine.measure.MeasurementStore;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of schema {@code sextant} about measurements. */
final class MeasurementTables {
  private static final String MEASUREMENTS = "measurements";
  private static final int AT = 1;

  /** As SQLite's date and time functions write a moment, in UTC. */
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private MeasurementTables() {}

  static List<SystemTable> all() {
    return Stream.of(
            table(MEASUREMENTS, MeasurementTables::measurements),
            table("measurement_samples", kept("measurement_samples")),
            table("measurement_summary", kept("measurement_summary")),
            table("measurement_manifest", kept("measurement_manifest")),
            table("confounders", kept("confounders")))
        .toList();
  }

  private static SystemTable table(
      String name, Function<Session, List<List<@Nullable Object>>> rows) {
    List<String> columns = MeasurementStore.columns(name);
    String[] texts =
        columns.stream()
            .map(column -> column.startsWith("at ") ? "at TEXT" : column)
            .toArray(String[]::new);
    return new SystemTable(name, SystemTable.Column.list(texts), rows);
  }

  private static Function<Session, List<List<@Nullable Object>>> kept(String table) {
    return session -> session.database().measurements().rows(table);
  }

  private static List<List<@Nullable Object>> measurements(Session session) {
    List<List<@Nullable Object>> rows = session.database().measurements().rows(MEASUREMENTS);
    for (List<@Nullable Object> row : rows) {
      if (row.get(AT) instanceof Long millis) {
        row.set(AT, MOMENT.format(Instant.ofEpochMilli(millis)));
      }
    }
    return rows;
  }
}
