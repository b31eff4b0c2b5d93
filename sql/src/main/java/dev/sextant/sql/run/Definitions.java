package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.catalog.TableInfo;
import dev.sextant.sql.plan.Plan;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs definitions of tables with vectors: all of a definition or nothing of it. */
public final class Definitions {
  private static final String SAVEPOINT = "sextant_definition";

  private final Session session;
  private final SqliteConnection connection;

  /** Definitions on a session. */
  public Definitions(Session session) {
    this.session = session;
    this.connection = session.connection();
  }

  /**
   * Runs one, in the transaction under way or one of its own.
   *
   * @return warnings
   */
  public List<String> run(Plan.Definition definition) {
    connection.exec("SAVEPOINT " + SAVEPOINT);
    try {
      List<String> warnings = define(definition);
      connection.exec("RELEASE " + SAVEPOINT);
      return warnings;
    } catch (RuntimeException failure) {
      connection.exec("ROLLBACK TO " + SAVEPOINT);
      connection.exec("RELEASE " + SAVEPOINT);
      throw failure;
    }
  }

  private List<String> define(Plan.Definition definition) {
    Optional<TableInfo> before = table(definition.table());
    connection.exec(definition.sql());
    TableInfo table = table(definition.table()).orElseThrow();
    if (definition.temporary()) {
      return List.of("A table outside the main database is searched row by row");
    }
    if (before.isPresent() && before.get().equals(table)) {
      return List.of();
    }
    String key = table.key();
    if (key == null) {
      return List.of(
          "Table \""
              + table.name()
              + "\" has no INTEGER PRIMARY KEY: its vectors are searched row by row");
    }
    Set<String> watched = new LinkedHashSet<>();
    table.columns().stream()
        .filter(TableInfo.Column::isVector)
        .forEach(column -> watched.add(column.name()));
    watched.addAll(uniqueColumns(table.name()));
    watched.remove(key);
    if (table.logNumber() < 0) {
      ChangeLog.attach(connection, table.name(), key, List.copyOf(watched));
    } else {
      ChangeLog.reattach(
          connection,
          table.name(),
          table.logNumber(),
          new ChangeLog.Watched(key, List.copyOf(watched)));
    }
    return List.of();
  }

  /** Those whose change may delete another row, by UPDATE OR REPLACE. */
  private List<String> uniqueColumns(String table) {
    List<String> columns = new ArrayList<>();
    try (SqliteStatement names =
        connection.prepare(
            "SELECT DISTINCT c.name FROM pragma_index_list(?) i, pragma_index_info(i.name) c"
                + " WHERE i.\"unique\" AND c.name IS NOT NULL")) {
      names.bind(1, table);
      while (names.step()) {
        columns.add(String.valueOf(names.getText(0)));
      }
    }
    return columns;
  }

  private Optional<TableInfo> table(String name) {
    return new Catalog(connection, session.schemaVersion(), () -> {}, FunctionSet.NONE).table(name);
  }
}
