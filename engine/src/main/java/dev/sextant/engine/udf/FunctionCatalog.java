package dev.sextant.engine.udf;

import dev.sextant.engine.error.SextantException;
import dev.sextant.storage.sqlite.DefinitionChange;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.Language;
import dev.sextant.udf.SandboxProfile;
import dev.sextant.udf.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/*
 * A profile is kept as what it asks for, not as what comes of it, and derived anew whenever it is
 * read: a file that came from elsewhere cannot hold a profile wider than the one it extends.
 */
/** Reads and writes the tables of functions and of profiles. */
public final class FunctionCatalog {
  private static final String FUNCTIONS = "sextant_functions";
  private static final String PROFILES = "sextant_profiles";

  private FunctionCatalog() {}

  private static boolean exists(SqliteConnection connection, String table) {
    return connection.queryLong(
            "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = '"
                + table
                + "'")
        > 0;
  }

  /** What the connection's snapshot holds. */
  public static FunctionSet read(SqliteConnection connection) {
    List<Profile> profiles = profiles(connection);
    return new FunctionSet(functions(connection, profiles), profiles);
  }

  private static List<Profile> profiles(SqliteConnection connection) {
    List<Profile> profiles = new ArrayList<>(Profiles.builtIn());
    if (!exists(connection, PROFILES)) {
      return profiles;
    }
    try (SqliteStatement rows =
        connection.prepare(
            "SELECT name, parent, settings FROM main." + PROFILES + " ORDER BY number")) {
      while (rows.step()) {
        String name = String.valueOf(rows.getText(0));
        Map<String, String> settings = settings(String.valueOf(rows.getText(2)));
        find(profiles, String.valueOf(rows.getText(1)))
            .flatMap(parent -> derived(parent.sandbox(), name, settings))
            .ifPresent(profiles::add);
      }
    }
    return profiles;
  }

  /** Empty where a row asks for more than its parent has: no function of it runs. */
  private static Optional<Profile> derived(
      SandboxProfile parent, String name, Map<String, String> settings) {
    try {
      return Optional.of(Profiles.narrowed(parent, name, settings));
    } catch (SextantException wider) {
      return Optional.empty();
    }
  }

  private static Optional<Profile> find(List<Profile> profiles, String name) {
    return profiles.stream().filter(p -> p.name().equalsIgnoreCase(name)).findFirst();
  }

  private static Map<String, String> settings(String lines) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String line : lines.split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        settings.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return settings;
  }

  private static List<UserFunction> functions(SqliteConnection connection, List<Profile> profiles) {
    List<UserFunction> functions = new ArrayList<>();
    if (!exists(connection, FUNCTIONS)) {
      return functions;
    }
    try (SqliteStatement rows =
        connection.prepare(
            "SELECT name, types, parameters, result, language, source, deterministic, vectorized,"
                + " strict, profile, state, created_at FROM main."
                + FUNCTIONS
                + " ORDER BY name, types")) {
      while (rows.step()) {
        function(rows, profiles).ifPresent(functions::add);
      }
    }
    return functions;
  }

  /** Empty for a row of a version to come, which knows languages or types that this one lacks. */
  private static Optional<UserFunction> function(SqliteStatement row, List<Profile> profiles) {
    String name = String.valueOf(row.getText(0));
    String profile = String.valueOf(row.getText(9));
    Optional<Profile> found = find(profiles, profile);
    try {
      FunctionDefinition definition =
          new FunctionDefinition(
              name,
              split(row.getText(1)).stream().map(ValueType::valueOf).toList(),
              ValueType.valueOf(String.valueOf(row.getText(3))),
              Language.valueOf(String.valueOf(row.getText(4))),
              String.valueOf(row.getText(5)),
              row.getLong(6) != 0,
              row.getLong(7) != 0,
              found.orElse(Profiles.builtIn().getFirst()).sandbox());
      UserFunction.State state =
          found.isPresent()
              ? UserFunction.State.valueOf(String.valueOf(row.getText(10)))
              : UserFunction.State.UNUSABLE;
      return Optional.of(
          new UserFunction(
              definition, split(row.getText(2)), row.getLong(8) != 0, state, row.getLong(11)));
    } catch (IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }

  private static List<String> split(@org.jspecify.annotations.Nullable String list) {
    return list == null || list.isEmpty() ? List.of() : Arrays.asList(list.split(",", -1));
  }

  private static String types(UserFunction function) {
    return function.definition().parameters().stream()
        .map(Enum::name)
        .collect(Collectors.joining(","));
  }

  /** Adds a function, or puts it in the place of the one of its signature. */
  public static void put(SqliteConnection connection, UserFunction function) {
    FunctionDefinition definition = function.definition();
    DefinitionChange.run(
        connection,
        () -> {
          connection.exec(
              "CREATE TABLE IF NOT EXISTS main."
                  + FUNCTIONS
                  + "(name TEXT NOT NULL COLLATE NOCASE, types TEXT NOT NULL,"
                  + " parameters TEXT NOT NULL, result TEXT NOT NULL, language TEXT NOT NULL,"
                  + " source TEXT NOT NULL, deterministic INTEGER NOT NULL,"
                  + " vectorized INTEGER NOT NULL, strict INTEGER NOT NULL, profile TEXT NOT NULL,"
                  + " state TEXT NOT NULL, created_at INTEGER NOT NULL,"
                  + " PRIMARY KEY (name, types))");
          try (SqliteStatement insert =
              connection.prepare(
                  "INSERT OR REPLACE INTO main."
                      + FUNCTIONS
                      + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.bind(1, function.name());
            insert.bind(2, types(function));
            insert.bind(3, String.join(",", function.parameterNames()));
            insert.bind(4, definition.result().name());
            insert.bind(5, definition.language().name());
            insert.bind(6, definition.source());
            insert.bind(7, definition.deterministic() ? 1L : 0L);
            insert.bind(8, definition.vectorized() ? 1L : 0L);
            insert.bind(9, function.strict() ? 1L : 0L);
            insert.bind(10, definition.profile().name());
            insert.bind(11, function.state().name());
            insert.bind(12, function.createdAt());
            insert.step();
          }
        });
  }

  /** Removes functions. */
  public static void remove(SqliteConnection connection, List<UserFunction> functions) {
    DefinitionChange.run(
        connection,
        () -> {
          try (SqliteStatement delete =
              connection.prepare(
                  "DELETE FROM main." + FUNCTIONS + " WHERE name = ? AND types = ?")) {
            for (UserFunction function : functions) {
              delete.bind(1, function.name());
              delete.bind(2, types(function));
              delete.step();
              delete.reset();
            }
          }
        });
  }

  /** Adds a profile. */
  public static void add(SqliteConnection connection, Profile profile) {
    DefinitionChange.run(
        connection,
        () -> {
          connection.exec(
              "CREATE TABLE IF NOT EXISTS main."
                  + PROFILES
                  + "(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE,"
                  + " parent TEXT NOT NULL, settings TEXT NOT NULL)");
          try (SqliteStatement insert =
              connection.prepare(
                  "INSERT INTO main." + PROFILES + "(name, parent, settings) VALUES (?, ?, ?)")) {
            insert.bind(1, profile.name());
            insert.bind(2, profile.parent());
            insert.bind(
                3,
                new TreeMap<>(profile.settings())
                    .entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .collect(Collectors.joining("\n")));
            insert.step();
          }
        });
  }

  /** Removes a profile. */
  public static void remove(SqliteConnection connection, Profile profile) {
    DefinitionChange.run(
        connection,
        () -> {
          try (SqliteStatement delete =
              connection.prepare("DELETE FROM main." + PROFILES + " WHERE name = ?")) {
            delete.bind(1, profile.name());
            delete.step();
          }
        });
  }
}
