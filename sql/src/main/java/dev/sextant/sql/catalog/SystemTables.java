package dev.sextant.sql.catalog;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.storage.vector.KernelReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tables of schema {@code sextant}: what the engine knows about itself. */
public enum SystemTables {
  /** The open database. */
  DATABASES(
      List.of("name", "file", "mode", "connections", "memory_used", "memory_limit"),
      SystemTables::databases),
  /** The settings the database was opened with. */
  SETTINGS(
      List.of("name", "value", "default_value", "choices", "description"), SystemTables::settings),
  /** The distance kernels: which is used and why. */
  KERNELS(List.of("name", "status", "reason"), SystemTables::kernels);

  /** The schema's name. */
  public static final String SCHEMA = "sextant";

  private final List<String> columns;
  private final Function<Database, List<List<@Nullable Object>>> rows;

  SystemTables(List<String> columns, Function<Database, List<List<@Nullable Object>>> rows) {
    this.columns = columns;
    this.rows = rows;
  }

  /** The table's name in SQL. */
  public String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its columns. */
  public List<String> columns() {
    return columns;
  }

  /** Its rows now: Long, Double, String or null. */
  public List<List<@Nullable Object>> rows(Database database) {
    return rows.apply(database);
  }

  /** The table of that name, in any case. */
  public static Optional<SystemTables> find(String name) {
    return Arrays.stream(values()).filter(t -> t.name().equalsIgnoreCase(name)).findFirst();
  }

  private static List<List<@Nullable Object>> databases(Database database) {
    return List.of(
        row(
            "main",
            database.file().map(Object::toString).orElse(null),
            database.settings().get(Settings.MODE),
            (long) database.sessionCount(),
            database.memory().used(),
            database.memory().limit()));
  }

  private static List<List<@Nullable Object>> settings(Database database) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Settings.Setting setting : Settings.all()) {
      rows.add(
          row(
              setting.name(),
              database.settings().get(setting),
              setting.defaultValue(),
              String.join("|", setting.choices()),
              setting.description()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> kernels(Database database) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (KernelReport report : database.kernels().report()) {
      rows.add(row(report.name(), report.status().label(), report.reason()));
    }
    return rows;
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }
}
