package dev.sextant.sql.catalog;

import dev.sextant.engine.Database;
import dev.sextant.engine.Session;
import dev.sextant.engine.Settings;
import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.engine.vector.IndexDefinition;
import dev.sextant.engine.vector.IndexProgress;
import dev.sextant.engine.vector.Recall;
import dev.sextant.engine.vector.VectorIndexes;
import dev.sextant.storage.vector.KernelReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table of schema {@code sextant}: something the engine knows about itself.
 *
 * @param name in SQL
 * @param columns in order
 * @param source gives the rows of the moment: Long, Double, String or null
 */
public record SystemTable(
    String name, List<Column> columns, Function<Session, List<List<@Nullable Object>>> source) {
  /** A column and its declared type. */
  public record Column(String name, String type) {
    static List<Column> list(String... namesAndTypes) {
      return Arrays.stream(namesAndTypes)
          .map(text -> text.split(" ", 2))
          .map(parts -> new Column(parts[0], parts.length > 1 ? parts[1] : "TEXT"))
          .toList();
    }
  }

  private static final List<SystemTable> ENGINE =
      List.of(
          new SystemTable(
              "databases",
              Column.list(
                  "name",
                  "file",
                  "mode",
                  "connections INTEGER",
                  "memory_used INTEGER",
                  "memory_limit INTEGER"),
              SystemTable::databases),
          new SystemTable(
              "settings",
              Column.list("name", "value", "default_value", "choices", "description"),
              SystemTable::settings),
          new SystemTable("kernels", Column.list("name", "status", "reason"), SystemTable::kernels),
          new SystemTable(
              "indexes",
              Column.list(
                  "name",
                  "column_name",
                  "metric",
                  "m INTEGER",
                  "ef_construction INTEGER",
                  "quantization",
                  "rows INTEGER",
                  "changed_rows INTEGER",
                  "memory_bytes INTEGER",
                  "file_bytes INTEGER",
                  "segments INTEGER",
                  "last_recall REAL",
                  "last_recall_at INTEGER",
                  "last_recall_samples INTEGER",
                  "last_recall_ef_search INTEGER"),
              SystemTable::indexes),
          new SystemTable(
              "index_progress",
              Column.list(
                  "index_name", "operation", "phase", "rows_done INTEGER", "rows_total INTEGER"),
              SystemTable::indexProgress),
          new SystemTable(
              "models",
              Column.list(
                  "name",
                  "method",
                  "dimensions INTEGER",
                  "max_tokens INTEGER",
                  "source",
                  "query_prefix",
                  "passage_prefix",
                  "loaded INTEGER",
                  "is_default INTEGER"),
              SystemTable::models));

  private static final List<SystemTable> ALL =
      Stream.of(
              ENGINE,
              CacheTables.all(),
              FunctionTables.all(),
              SandboxTables.all(),
              NumaTables.all(),
              RouteTables.all(),
              RoutingLogTables.all(),
              MeasurementTables.all(),
              StatementTables.all())
          .flatMap(List::stream)
          .toList();

  private static List<List<@Nullable Object>> indexes(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (VectorIndexes.Status status :
        session.database().vectors().indexes().report(session.connection())) {
      IndexDefinition index = status.definition();
      Optional<Recall> recall = session.database().vectors().recall(index.name());
      rows.add(
          row(
              index.name(),
              index.column(),
              index.parameters().metric().name(),
              (long) index.parameters().m(),
              (long) index.parameters().efConstruction(),
              index.parameters().quantization().label(),
              known(status.rows()),
              known(status.changed()),
              known(status.bytes()),
              known(status.fileBytes()),
              (long) index.segments().size(),
              recall.map(Recall::share).orElse(null),
              recall.map(r -> (long) r.k()).orElse(null),
              recall.map(r -> (long) r.samples()).orElse(null),
              recall.map(r -> (long) r.efSearch()).orElse(null)));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> indexProgress(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (IndexProgress progress : session.database().vectors().indexes().progress()) {
      IndexProgress.Reached reached = progress.reached();
      rows.add(
          row(
              progress.index(),
              progress.operation(),
              reached.phase(),
              reached.done(),
              known(reached.total())));
    }
    return rows;
  }

  private static @Nullable Long known(long value) {
    return value < 0 ? null : value;
  }

  /** All of them. */
  public static List<SystemTable> all() {
    return ALL;
  }

  /** The table of that name, in any case. */
  public static Optional<SystemTable> find(String name) {
    return ALL.stream().filter(table -> table.name().equalsIgnoreCase(name)).findFirst();
  }

  /** Its rows now. */
  public List<List<@Nullable Object>> rows(Session session) {
    return source.apply(session);
  }

  private static List<List<@Nullable Object>> models(Session session) {
    Database database = session.database();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EmbeddingModels.Entry model : database.models().report(session.connection())) {
      rows.add(
          row(
              model.name(),
              model.method(),
              (long) model.dimensions(),
              known(model.maxTokens() == 0 ? -1 : model.maxTokens()),
              model.source(),
              model.queryPrefix(),
              model.passagePrefix(),
              model.loaded() ? 1L : 0L,
              model.isDefault() ? 1L : 0L));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> databases(Session session) {
    Database database = session.database();
    return List.of(
        row(
            "main",
            database.file().map(Object::toString).orElse(null),
            database.settings().get(Settings.MODE),
            (long) database.sessionCount(),
            database.memory().used(),
            database.memory().limit()));
  }

  private static List<List<@Nullable Object>> settings(Session session) {
    Database database = session.database();
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

  private static List<List<@Nullable Object>> kernels(Session session) {
    Database database = session.database();
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
