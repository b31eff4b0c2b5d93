package dev.sextant.jdbc;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.SqlSession;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Adds {@code RETURNING} to a plain INSERT whose generated keys are asked for, so that the keys of
 * all its rows come back with it.
 */
final class GeneratedKeys {

  private GeneratedKeys() {}

  /** The INSERT with RETURNING; empty when there is nothing to add. */
  static Optional<String> withReturning(SqlSession session, String sql, KeyRequest request)
      throws SQLException {
    if (request instanceof KeyRequest.None) {
      return Optional.empty();
    }
    SqlTokens tokens = SqlTokens.of(sql);
    Optional<SqlTokens.Target> target = tokens.insertTarget();
    if (target.isEmpty()) {
      return Optional.empty();
    }
    List<String> keys;
    try {
      keys = keysOf(session, target.get(), request);
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
    return keys.isEmpty()
        ? Optional.empty()
        : Optional.of(
            sql.substring(0, tokens.end())
                + " RETURNING "
                + String.join(", ", keys.stream().map(Catalog::quoted).toList()));
  }

  private static List<String> keysOf(
      SqlSession session, SqlTokens.Target target, KeyRequest request) throws SQLException {
    Catalog catalog = new Catalog(session);
    Optional<Catalog.Table> found = catalog.find(target.schema(), target.table());
    if (found.isEmpty() || found.get().kind() != Catalog.TableKind.TABLE) {
      return List.of();
    }
    Catalog.Table table = found.get();
    List<Catalog.Column> columns = catalog.columns(table);
    return switch (request) {
      case KeyRequest.None _ -> List.of();
      case KeyRequest.Automatic _ -> {
        List<String> primary = Catalog.primaryKey(columns).stream().map(c -> c.name()).toList();
        yield primary.isEmpty() ? List.of("rowid") : primary;
      }
      case KeyRequest.Named named -> {
        List<String> keys = new ArrayList<>();
        for (String name : named.columns()) {
          keys.add(existing(table, columns, name));
        }
        yield keys;
      }
      case KeyRequest.Positions positions -> {
        List<String> keys = new ArrayList<>();
        for (int position : positions.columns()) {
          if (position < 1 || position > columns.size()) {
            throw unknown(table, String.valueOf(position), "it has " + columns.size() + " columns");
          }
          keys.add(columns.get(position - 1).name());
        }
        yield keys;
      }
    };
  }

  private static String existing(Catalog.Table table, List<Catalog.Column> columns, String name)
      throws SQLException {
    for (Catalog.Column column : columns) {
      if (column.name().equalsIgnoreCase(name)) {
        return column.name();
      }
    }
    if (name.equalsIgnoreCase("rowid")) {
      return name;
    }
    List<String> names = columns.stream().map(Catalog.Column::name).toList();
    throw unknown(table, name, "did you mean \"" + Names.nearest(name, names) + "\"?");
  }

  private static SQLException unknown(Catalog.Table table, String column, String hint) {
    return Errors.of(
        ErrorCode.UNKNOWN_COLUMN,
        "Generated key column \""
            + column
            + "\" is not in table \""
            + table.name()
            + "\": "
            + hint);
  }
}
