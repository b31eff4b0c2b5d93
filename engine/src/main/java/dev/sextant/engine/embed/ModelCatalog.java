package dev.sextant.engine.embed;

import dev.sextant.storage.sqlite.DefinitionChange;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads and writes the table of users' embedding models. */
public final class ModelCatalog {
  /** The table that holds the definitions. */
  static final String TABLE = "sextant_models";

  private ModelCatalog() {}

  private static boolean exists(SqliteConnection connection) {
    return connection.queryLong(
            "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = '"
                + TABLE
                + "'")
        > 0;
  }

  /** All definitions in the connection's snapshot, by name. */
  public static List<ModelDefinition> all(SqliteConnection connection) {
    List<ModelDefinition> all = new ArrayList<>();
    if (!exists(connection)) {
      return all;
    }
    try (SqliteStatement rows =
        connection.prepare(
            "SELECT name, method, options, dimensions, fingerprint FROM main."
                + TABLE
                + " ORDER BY name")) {
      while (rows.step()) {
        all.add(
            new ModelDefinition(
                String.valueOf(rows.getText(0)),
                ModelDefinition.Method.of(String.valueOf(rows.getText(1))),
                options(connection, String.valueOf(rows.getText(2))),
                (int) rows.getLong(3),
                String.valueOf(rows.getText(4))));
      }
    }
    return all;
  }

  private static Map<String, String> options(SqliteConnection connection, String json) {
    Map<String, String> options = new LinkedHashMap<>();
    try (SqliteStatement rows = connection.prepare("SELECT key, value FROM json_each(?)")) {
      rows.bind(1, json);
      while (rows.step()) {
        options.put(String.valueOf(rows.getText(0)), String.valueOf(rows.getText(1)));
      }
    }
    return options;
  }

  /** The definition of that name, in any case. */
  public static Optional<ModelDefinition> find(SqliteConnection connection, String name) {
    return all(connection).stream().filter(m -> m.name().equalsIgnoreCase(name)).findFirst();
  }

  /** Adds a definition, in the transaction under way or one of its own. */
  public static void add(SqliteConnection connection, ModelDefinition model) {
    DefinitionChange.run(
        connection,
        () -> {
          connection.exec(
              "CREATE TABLE IF NOT EXISTS main."
                  + TABLE
                  + "(name TEXT PRIMARY KEY COLLATE NOCASE, method TEXT NOT NULL,"
                  + " options TEXT NOT NULL, dimensions INTEGER NOT NULL,"
                  + " fingerprint TEXT NOT NULL)");
          StringBuilder options = new StringBuilder("json_object(");
          Map<String, String> sorted = model.sortedOptions();
          sorted.forEach(
              (name, value) -> options.append(name.equals(first(sorted)) ? "?, ?" : ", ?, ?"));
          try (SqliteStatement insert =
              connection.prepare(
                  "INSERT INTO main." + TABLE + " VALUES (?, ?, " + options + "), ?, ?)")) {
            int at = 1;
            insert.bind(at++, model.name());
            insert.bind(at++, model.method().sqlName());
            for (Map.Entry<String, String> option : sorted.entrySet()) {
              insert.bind(at++, option.getKey());
              insert.bind(at++, option.getValue());
            }
            insert.bind(at++, (long) model.dimensions());
            insert.bind(at, model.fingerprint());
            insert.step();
          }
        });
  }

  private static String first(Map<String, String> sorted) {
    return sorted.keySet().iterator().next();
  }

  /** Removes a definition, in the transaction under way or one of its own. */
  public static void remove(SqliteConnection connection, ModelDefinition model) {
    DefinitionChange.run(
        connection,
        () -> {
          try (SqliteStatement delete =
              connection.prepare("DELETE FROM main." + TABLE + " WHERE name = ?")) {
            delete.bind(1, model.name());
            delete.step();
          }
        });
  }
}
