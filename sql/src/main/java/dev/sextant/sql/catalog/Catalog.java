package dev.sextant.sql.catalog;

import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.engine.vector.IndexDefinition;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.engine.vector.VectorIndexes;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.Metric;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tables of one version of the schema, looked up when they are first named. Belongs to one
 * session.
 */
public final class Catalog {
  private static final Pattern VECTOR =
      Pattern.compile("VECTOR\\s*\\(\\s*(\\d{1,6})\\s*\\)", Pattern.CASE_INSENSITIVE);

  private final SqliteConnection connection;
  private final long version;
  private final Runnable functions;
  private final FunctionSet userFunctions;
  private final Map<String, Optional<TableInfo>> tables = new HashMap<>();
  private @Nullable List<TableInfo> vectorTables;
  private @Nullable Set<String> vectorColumns;

  /**
   * The catalog as the connection sees it now.
   *
   * @param version of the schema
   * @param functions makes Sextant's functions known to the connection, if they are not
   * @param userFunctions those of the same version of the schema
   */
  public Catalog(
      SqliteConnection connection, long version, Runnable functions, FunctionSet userFunctions) {
    this.userFunctions = userFunctions;
    this.connection = connection;
    this.version = version;
    this.functions = functions;
  }

  /** The schema's version. */
  public long version() {
    return version;
  }

  /** Users' functions. */
  public FunctionSet userFunctions() {
    return userFunctions;
  }

  /** The dimensions a declared type gives; 0 where it is no vector type. */
  public static int dimensionsOf(String declaredType) {
    Matcher matcher = VECTOR.matcher(declaredType.strip());
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  /** The table or view of that name, in any case. */
  public Optional<TableInfo> table(String name) {
    return tables.computeIfAbsent(name.toLowerCase(Locale.ROOT), this::load);
  }

  /** The tables with vector columns. */
  public List<TableInfo> vectorTables() {
    List<TableInfo> found = vectorTables;
    if (found == null) {
      found =
          names("type = 'table' AND sql LIKE '%VECTOR%'").stream()
              .map(this::table)
              .flatMap(Optional::stream)
              .filter(TableInfo::hasVectors)
              .toList();
      vectorTables = found;
    }
    return found;
  }

  /** The names of all vector columns, in lower case. */
  public Set<String> vectorColumns() {
    Set<String> found = vectorColumns;
    if (found == null) {
      found =
          vectorTables().stream()
              .flatMap(table -> table.columns().stream())
              .filter(TableInfo.Column::isVector)
              .map(column -> column.name().toLowerCase(Locale.ROOT))
              .collect(Collectors.toUnmodifiableSet());
      vectorColumns = found;
    }
    return found;
  }

  /** The names of all tables and views. */
  public List<String> names() {
    return names("type IN ('table', 'view')");
  }

  private List<String> names(String condition) {
    List<String> names = new ArrayList<>();
    try (SqliteStatement statement =
        connection.prepare("SELECT name FROM main.sqlite_schema WHERE " + condition)) {
      while (statement.step()) {
        names.add(String.valueOf(statement.getText(0)));
      }
    }
    return names;
  }

  private Optional<TableInfo> load(String name) {
    List<TableInfo.Column> columns = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    boolean integerKey = false;
    try (SqliteStatement info =
        connection.prepare("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)")) {
      info.bind(1, name);
      while (info.step()) {
        String column = String.valueOf(info.getText(0));
        String type = String.valueOf(info.getText(1));
        if (info.getLong(3) != 1) {
          columns.add(new TableInfo.Column(column, type, dimensionsOf(type), info.getLong(3) > 1));
        }
        if (info.getLong(2) > 0) {
          keys.add(column);
          integerKey = type.equalsIgnoreCase("INTEGER");
        }
      }
    }
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    String key = keys.size() == 1 && integerKey && hasRowid(name) ? keys.getFirst() : null;
    return Optional.of(
        new TableInfo(
            spelled(name),
            List.copyOf(columns),
            key,
            logNumber(name),
            isReplaceable(name),
            isPlain(name)));
  }

  private String spelled(String name) {
    return text("SELECT name FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE", name, name);
  }

  private boolean hasRowid(String name) {
    return text("SELECT wr FROM pragma_table_list WHERE name = ? COLLATE NOCASE", name, "1")
        .equals("0");
  }

  private boolean isPlain(String name) {
    return text(
            "SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE",
            name,
            "")
        .equals("table");
  }

  private boolean isReplaceable(String name) {
    String unique =
        text("SELECT count(*) FROM pragma_index_list(?) WHERE \"unique\" = 1", name, "0");
    return !unique.equals("0");
  }

  private long logNumber(String name) {
    String trigger =
        text(
            "SELECT name FROM main.sqlite_schema WHERE type = 'trigger'"
                + " AND tbl_name = ? COLLATE NOCASE AND name GLOB '"
                + ChangeLog.TRIGGER_PREFIX
                + "i_*'",
            name,
            "");
    return trigger.isEmpty()
        ? -1
        : Long.parseLong(trigger.substring(ChangeLog.TRIGGER_PREFIX.length() + 2));
  }

  /**
   * Length of an embedding model's vectors.
   *
   * @throws dev.sextant.engine.error.SextantException {@code 22023} for an unknown name
   */
  public int modelDimensions(EmbeddingModels models, String name) {
    return models.dimensions(name, connection);
  }

  /** The vector index of that name, in any case. */
  public Optional<IndexDefinition> vectorIndex(String name) {
    return VectorIndexes.find(connection, name);
  }

  /** The FTS5 table of that name, in any case; empty where it is of another kind or missing. */
  public Optional<FullTextTable> fullTextTable(String name) {
    String sql =
        text(
            "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE",
            name,
            "");
    return sql.isEmpty() ? Optional.empty() : FullTextTable.of(spelled(name), sql);
  }

  /** The names of all FTS5 tables. */
  public List<String> fullTextTableNames() {
    return names("type = 'table' AND sql LIKE '%USING%fts5%'");
  }

  /** Whether a foreign key makes a column of one table hold keys of another. */
  public boolean refers(String table, String column, String other, String key) {
    try (SqliteStatement statement =
        connection.prepare(
            "SELECT 1 FROM pragma_foreign_key_list(?) AS f WHERE \"from\" = ? COLLATE NOCASE"
                + " AND \"table\" = ? COLLATE NOCASE"
                + " AND coalesce(\"to\", ?) = ? COLLATE NOCASE"
                + " AND (SELECT count(*) FROM pragma_foreign_key_list(?) AS o WHERE o.id = f.id)"
                + " = 1")) {
      statement.bind(1, table);
      statement.bind(2, column);
      statement.bind(3, other);
      statement.bind(4, key);
      statement.bind(5, key);
      statement.bind(6, table);
      return statement.step();
    }
  }

  /** The names of all vector indexes. */
  public List<String> vectorIndexNames() {
    return VectorIndexes.names(connection);
  }

  /** The vector index that serves searches of a column by a metric. */
  public Optional<IndexDefinition> vectorIndex(VectorColumn column, Metric metric) {
    return VectorIndexes.serving(connection, column, metric);
  }

  /** SQLite's own plan of a statement, a line per node, indented. */
  public List<String> sqlitePlan(String sql) {
    functions.run();
    List<String> lines = new ArrayList<>();
    Map<Long, Integer> depths = new HashMap<>();
    try (SqliteStatement plan = connection.prepare("EXPLAIN QUERY PLAN " + sql)) {
      while (plan.step()) {
        int depth = depths.getOrDefault(plan.getLong(1), -1) + 1;
        depths.put(plan.getLong(0), depth);
        lines.add("  ".repeat(depth) + plan.getText(3));
      }
    }
    return lines;
  }

  /** Fails as SQLite does where it does not take a text. */
  public void requirePrepares(String sql) {
    functions.run();
    connection.prepare(sql).close();
  }

  private String text(String sql, String name, String otherwise) {
    try (SqliteStatement statement = connection.prepare(sql)) {
      statement.bind(1, name);
      String value = statement.step() ? statement.getText(0) : null;
      return value == null ? otherwise : value;
    }
  }
}
