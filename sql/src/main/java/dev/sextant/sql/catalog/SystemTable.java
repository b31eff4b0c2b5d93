package dev.sextant.sql.catalog;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.storage.vector.KernelReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A table of schema {@code sextant}: something the engine knows about itself.
 *
 * @param name in SQL
 * @param columns in order
 * @param source gives the rows of the moment: Long, Double, String or null
 */
public record SystemTable(
    String name, List<String> columns, Function<Database, List<List<@Nullable Object>>> source) {
  private static final List<SystemTable> ALL =
      List.of(
          new SystemTable(
              "databases",
              List.of("name", "file", "mode", "connections", "memory_used", "memory_limit"),
              SystemTable::databases),
          new SystemTable(
              "settings",
              List.of("name", "value", "default_value", "choices", "description"),
              SystemTable::settings),
          new SystemTable("kernels", List.of("name", "status", "reason"), SystemTable::kernels),
          new SystemTable(
              "models",
              List.of("name", "dimensions", "max_tokens", "source", "loaded", "is_default"),
              SystemTable::models));

  /** All of them. */
  public static List<SystemTable> all() {
    return ALL;
  }

  /** The table of that name, in any case. */
  public static Optional<SystemTable> find(String name) {
    return ALL.stream().filter(table -> table.name().equalsIgnoreCase(name)).findFirst();
  }

  /** Its rows now. */
  public List<List<@Nullable Object>> rows(Database database) {
    return source.apply(database);
  }

  private static List<List<@Nullable Object>> models(Database database) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EmbeddingModels.Entry model : database.models().report()) {
      rows.add(
          row(
              model.name(),
              (long) model.dimensions(),
              (long) model.maxTokens(),
              model.source(),
              model.loaded() ? 1L : 0L,
              model.isDefault() ? 1L : 0L));
    }
    return rows;
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
