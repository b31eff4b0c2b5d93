package dev.sextant.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Metadata of primary keys, foreign keys and indexes.
 *
 * <p>Every key has a name, as tools group its columns by it: the one of its CONSTRAINT clause, else
 * {@code <table>_pkey} or {@code <table>_<columns>_fkey}.
 */
final class KeyMetaData {
  private static final String FOREIGN_KEYS =
      "PKTABLE_CAT PKTABLE_SCHEM PKTABLE_NAME PKCOLUMN_NAME FKTABLE_CAT FKTABLE_SCHEM FKTABLE_NAME"
          + " FKCOLUMN_NAME KEY_SEQ:h UPDATE_RULE:h DELETE_RULE:h FK_NAME PK_NAME DEFERRABILITY:h";
  private static final String INDEXES =
      "TABLE_CAT TABLE_SCHEM TABLE_NAME NON_UNIQUE:b INDEX_QUALIFIER INDEX_NAME TYPE:h"
          + " ORDINAL_POSITION:h COLUMN_NAME ASC_OR_DESC CARDINALITY:l PAGES:l FILTER_CONDITION";

  private record ForeignKey(
      String name, String parent, List<String> from, List<String> to, Rules rules) {}

  private record Rules(int onUpdate, int onDelete, int deferrability) {}

  /** Names of a table's constraints, as far as its definition gives them. */
  private record ConstraintNames(String primary, List<String> foreign, List<Boolean> deferred) {}

  private final Catalog catalog;

  KeyMetaData(Catalog catalog) {
    this.catalog = catalog;
  }

  private List<Catalog.Table> tables(@Nullable String schema, @Nullable String table) {
    return catalog.tables().stream()
        .filter(t -> NamePattern.same(schema, t.schema()) && NamePattern.same(table, t.name()))
        .toList();
  }

  ResultSet primaryKeys(@Nullable String schema, @Nullable String table) {
    MetaRows rows = new MetaRows("TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME KEY_SEQ:h PK_NAME");
    for (Catalog.Table found : tables(schema, table)) {
      List<Catalog.Column> key = Catalog.primaryKey(catalog.columns(found));
      String name = key.isEmpty() ? "" : primaryKeyName(found);
      for (Catalog.Column column : key) {
        rows.add(null, found.schema(), found.name(), column.name(), column.keyPosition(), name);
      }
    }
    return rows.sortedBy(4);
  }

  private String primaryKeyName(Catalog.Table table) {
    String declared = names(table).primary();
    return declared.isEmpty() ? table.name() + "_pkey" : declared;
  }

  private ConstraintNames names(Catalog.Table table) {
    String primary = "";
    List<String> foreign = new ArrayList<>();
    List<Boolean> deferred = new ArrayList<>();
    String name = "";
    if (table.schema().equals(Catalog.SYSTEM_SCHEMA)) {
      return new ConstraintNames(primary, foreign, deferred);
    }
    List<SqlTokens.Token> tokens =
        SqlTokens.of(catalog.definition(table.schema(), table.name())).all();
    for (int i = 0; i < tokens.size(); i++) {
      SqlTokens.Token token = tokens.get(i);
      if (token.depth() != 1) {
        continue;
      }
      String next = i + 1 < tokens.size() ? tokens.get(i + 1).name() : "";
      switch (token.text().toUpperCase(Locale.ROOT)) {
        case "CONSTRAINT" -> name = next;
        case "PRIMARY" -> primary = name;
        case "REFERENCES" -> {
          foreign.add(name);
          deferred.add(false);
        }
        case "DEFERRED" -> {
          if (!deferred.isEmpty()) {
            deferred.set(deferred.size() - 1, true);
          }
        }
        case "," -> name = "";
        default -> {}
      }
    }
    return new ConstraintNames(primary, foreign, deferred);
  }

  /* SQLite numbers foreign keys from the last declared to the first. */
  private List<ForeignKey> foreignKeys(Catalog.Table table) {
    if (table.kind() == Catalog.TableKind.VIEW || table.schema().equals(Catalog.SYSTEM_SCHEMA)) {
      return List.of();
    }
    String sql =
        "SELECT id, seq, \"table\", \"from\", \"to\", on_update, on_delete"
            + " FROM pragma_foreign_key_list(?, ?) ORDER BY id DESC, seq";
    List<@Nullable Object[]> rows = catalog.rows(sql, table.name(), table.schema());
    if (rows.isEmpty()) {
      return List.of();
    }
    ConstraintNames names = names(table);
    List<ForeignKey> keys = new ArrayList<>();
    int i = 0;
    while (i < rows.size()) {
      @Nullable Object[] first = rows.get(i);
      List<String> from = new ArrayList<>();
      List<String> to = new ArrayList<>();
      while (i < rows.size() && Catalog.number(rows.get(i)[0]) == Catalog.number(first[0])) {
        from.add(Catalog.text(rows.get(i)[3]));
        to.add(Catalog.text(rows.get(i)[4]));
        i++;
      }
      int declared = keys.size();
      String name = declared < names.foreign().size() ? names.foreign().get(declared) : "";
      boolean deferred = declared < names.deferred().size() && names.deferred().get(declared);
      keys.add(
          new ForeignKey(
              name.isEmpty() ? table.name() + "_" + String.join("_", from) + "_fkey" : name,
              Catalog.text(first[2]),
              from,
              to,
              new Rules(
                  rule(Catalog.text(first[5])),
                  rule(Catalog.text(first[6])),
                  deferred
                      ? DatabaseMetaData.importedKeyInitiallyDeferred
                      : DatabaseMetaData.importedKeyNotDeferrable)));
    }
    return keys;
  }

  private static int rule(String action) {
    return switch (action.toUpperCase(Locale.ROOT)) {
      case "CASCADE" -> DatabaseMetaData.importedKeyCascade;
      case "SET NULL" -> DatabaseMetaData.importedKeySetNull;
      case "SET DEFAULT" -> DatabaseMetaData.importedKeySetDefault;
      case "RESTRICT" -> DatabaseMetaData.importedKeyRestrict;
      default -> DatabaseMetaData.importedKeyNoAction;
    };
  }

  private void add(MetaRows rows, Catalog.Table child, Catalog.Table parent, ForeignKey key) {
    List<String> primary =
        Catalog.primaryKey(catalog.columns(parent)).stream().map(Catalog.Column::name).toList();
    for (int i = 0; i < key.from().size(); i++) {
      String to = key.to().get(i);
      rows.add(
          null,
          parent.schema(),
          parent.name(),
          to.isEmpty() && i < primary.size() ? primary.get(i) : to,
          null,
          child.schema(),
          child.name(),
          key.from().get(i),
          i + 1,
          key.rules().onUpdate(),
          key.rules().onDelete(),
          key.name(),
          primary.isEmpty() ? null : primaryKeyName(parent),
          key.rules().deferrability());
    }
  }

  /** The foreign keys between tables named exactly; a name left out is any. */
  MetaRows foreignKeys(
      @Nullable String parentSchema,
      @Nullable String parentTable,
      @Nullable String childSchema,
      @Nullable String childTable) {
    MetaRows rows = new MetaRows(FOREIGN_KEYS);
    for (Catalog.Table child : tables(childSchema, childTable)) {
      for (ForeignKey key : foreignKeys(child)) {
        if (!NamePattern.same(parentTable, key.parent())
            || !NamePattern.same(parentSchema, child.schema())) {
          continue;
        }
        Optional<Catalog.Table> parent = catalog.find(child.schema(), key.parent());
        Catalog.Table known =
            parent.orElse(
                new Catalog.Table(child.schema(), key.parent(), Catalog.TableKind.TABLE, false));
        add(rows, child, known, key);
      }
    }
    return rows;
  }

  ResultSet importedKeys(@Nullable String schema, @Nullable String table) {
    return foreignKeys(null, null, schema, table).sortedBy(2, 3, 12, 9);
  }

  ResultSet exportedKeys(@Nullable String schema, @Nullable String table) {
    return foreignKeys(schema, table, null, null).sortedBy(6, 7, 12, 9);
  }

  ResultSet indexInfo(@Nullable String schema, @Nullable String table, boolean uniqueOnly) {
    MetaRows rows = new MetaRows(INDEXES);
    for (Catalog.Table found : tables(schema, table)) {
      if (found.kind() == Catalog.TableKind.VIEW || found.schema().equals(Catalog.SYSTEM_SCHEMA)) {
        continue;
      }
      for (@Nullable Object[] index :
          catalog.rows(
              "SELECT name, \"unique\", partial FROM pragma_index_list(?, ?)",
              found.name(),
              found.schema())) {
        if (!uniqueOnly || Catalog.number(index[1]) != 0) {
          addIndex(rows, found, index);
        }
      }
    }
    return rows.sortedBy(4, 7, 6, 8);
  }

  private void addIndex(MetaRows rows, Catalog.Table table, @Nullable Object[] index) {
    String name = Catalog.text(index[0]);
    String filter = Catalog.number(index[2]) == 0 ? null : filter(table.schema(), name);
    List<@Nullable Object[]> parts =
        catalog.rows(
            "SELECT seqno, name, \"desc\" FROM pragma_index_xinfo(?, ?) WHERE key = 1",
            name,
            table.schema());
    parts.sort(Comparator.comparingInt(part -> Catalog.number(part[0])));
    for (@Nullable Object[] part : parts) {
      rows.add(
          null,
          table.schema(),
          table.name(),
          Catalog.number(index[1]) == 0,
          null,
          name,
          DatabaseMetaData.tableIndexOther,
          Catalog.number(part[0]) + 1,
          part[1],
          Catalog.number(part[2]) == 0 ? "A" : "D",
          0,
          0,
          filter);
    }
  }

  /** The condition of a partial index, as written. */
  private @Nullable String filter(String schema, String index) {
    String sql = catalog.definition(schema, index);
    for (SqlTokens.Token token : SqlTokens.of(sql).all()) {
      if (token.depth() == 0 && token.is("WHERE")) {
        return sql.substring(token.end()).strip();
      }
    }
    return null;
  }
}
