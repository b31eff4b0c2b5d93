package dev.sextant.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.Types;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Metadata of schemas, tables, columns, types and functions. */
final class TableMetaData {
  private static final String TABLES =
      "TABLE_CAT TABLE_SCHEM TABLE_NAME TABLE_TYPE REMARKS TYPE_CAT TYPE_SCHEM TYPE_NAME"
          + " SELF_REFERENCING_COL_NAME REF_GENERATION";
  private static final String COLUMNS =
      "TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME DATA_TYPE:i TYPE_NAME COLUMN_SIZE:i"
          + " BUFFER_LENGTH:i DECIMAL_DIGITS:i NUM_PREC_RADIX:i NULLABLE:i REMARKS COLUMN_DEF"
          + " SQL_DATA_TYPE:i SQL_DATETIME_SUB:i CHAR_OCTET_LENGTH:i ORDINAL_POSITION:i"
          + " IS_NULLABLE SCOPE_CATALOG SCOPE_SCHEMA SCOPE_TABLE SOURCE_DATA_TYPE:h"
          + " IS_AUTOINCREMENT IS_GENERATEDCOLUMN";
  private static final String TYPE_INFO =
      "TYPE_NAME DATA_TYPE:i PRECISION:i LITERAL_PREFIX LITERAL_SUFFIX CREATE_PARAMS NULLABLE:h"
          + " CASE_SENSITIVE:b SEARCHABLE:h UNSIGNED_ATTRIBUTE:b FIXED_PREC_SCALE:b"
          + " AUTO_INCREMENT:b LOCAL_TYPE_NAME MINIMUM_SCALE:h MAXIMUM_SCALE:h SQL_DATA_TYPE:i"
          + " SQL_DATETIME_SUB:i NUM_PREC_RADIX:i";
  private static final String FUNCTIONS =
      "FUNCTION_CAT FUNCTION_SCHEM FUNCTION_NAME REMARKS FUNCTION_TYPE:h SPECIFIC_NAME";

  private static final List<String> TYPES =
      List.of(
          "TINYINT",
          "BIGINT",
          "INTEGER",
          "BLOB",
          "CHAR",
          "NUMERIC",
          "DECIMAL",
          "INT",
          "SMALLINT",
          "DOUBLE",
          "REAL",
          "TEXT",
          "VARCHAR",
          "BOOLEAN",
          "DATE",
          "TIME",
          "TIMESTAMP",
          "VECTOR");

  private final Catalog catalog;

  TableMetaData(Catalog catalog) {
    this.catalog = catalog;
  }

  ResultSet schemas(NamePattern pattern) {
    MetaRows rows = new MetaRows("TABLE_SCHEM TABLE_CATALOG");
    catalog.schemas().stream().filter(pattern::matches).forEach(name -> rows.add(name, null));
    return rows.sortedBy(2, 1);
  }

  static ResultSet tableTypes() {
    MetaRows rows = new MetaRows("TABLE_TYPE");
    for (Catalog.TableKind kind : Catalog.TableKind.values()) {
      rows.add(kind.jdbcName());
    }
    return rows.sortedBy(1);
  }

  ResultSet tables(NamePattern schemas, NamePattern names, String @Nullable [] types) {
    Set<String> wanted = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    wanted.addAll(types == null ? List.of() : List.of(types));
    MetaRows rows = new MetaRows(TABLES);
    for (Catalog.Table table : catalog.tables()) {
      String type = table.kind().jdbcName();
      if (schemas.matches(table.schema())
          && names.matches(table.name())
          && (types == null || wanted.contains(type))) {
        rows.add(null, table.schema(), table.name(), type, "", null, null, null, null, null);
      }
    }
    return rows.sortedBy(4, 1, 2, 3);
  }

  ResultSet columns(NamePattern schemas, NamePattern tables, NamePattern names) {
    MetaRows rows = new MetaRows(COLUMNS);
    for (Catalog.Table table : catalog.tables()) {
      if (schemas.matches(table.schema()) && tables.matches(table.name())) {
        List<Catalog.Column> columns = catalog.columns(table);
        for (Catalog.Column column : columns) {
          if (names.matches(column.name())) {
            addColumn(rows, table, columns, column);
          }
        }
      }
    }
    return rows.sortedBy(1, 2, 3, 17);
  }

  private static void addColumn(
      MetaRows rows, Catalog.Table table, List<Catalog.Column> all, Catalog.Column column) {
    ColumnType type = ColumnType.of(column.declaredType());
    boolean numbered = Catalog.numberedBySqlite(table, all, column);
    boolean nullable = !column.notNull() && !numbered;
    rows.add(
        null,
        table.schema(),
        table.name(),
        column.name(),
        type.kind().jdbcType(),
        type.typeName(),
        type.size(),
        null,
        digits(type),
        type.kind().isNumeric() ? 10 : null,
        nullable ? DatabaseMetaData.columnNullable : DatabaseMetaData.columnNoNulls,
        "",
        column.defaultValue(),
        null,
        null,
        octets(type),
        column.position(),
        nullable ? "YES" : "NO",
        null,
        null,
        null,
        null,
        numbered ? "YES" : "NO",
        column.generated() ? "YES" : "NO");
  }

  static @Nullable Integer digits(ColumnType type) {
    return switch (type.kind()) {
      case TINYINT, SMALLINT, INTEGER, BIGINT -> 0;
      case NUMERIC -> type.scale();
      case BOOLEAN, DOUBLE, DATE, TIME, TIMESTAMP, CHAR, VARCHAR, BLOB, VECTOR, ANY -> null;
    };
  }

  private static @Nullable Integer octets(ColumnType type) {
    return switch (type.kind()) {
      case CHAR, VARCHAR, ANY ->
          Math.multiplyExact(4L, type.size()) > Integer.MAX_VALUE ? null : 4 * type.size();
      case BLOB -> type.size();
      case VECTOR -> 4 * type.size();
      case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DOUBLE, NUMERIC, DATE, TIME, TIMESTAMP ->
          null;
    };
  }

  static ResultSet typeInfo() {
    MetaRows rows = new MetaRows(TYPE_INFO);
    for (String name : TYPES) {
      ColumnType type = ColumnType.of(name);
      ColumnType.Kind kind = type.kind();
      boolean quoted = !kind.isNumeric() && kind != ColumnType.Kind.BOOLEAN;
      String prefix = kind == ColumnType.Kind.BLOB ? "x'" : quoted ? "'" : null;
      rows.add(
          name,
          kind.jdbcType(),
          type.size(),
          prefix,
          quoted ? "'" : null,
          parameters(name),
          DatabaseMetaData.typeNullable,
          kind == ColumnType.Kind.VARCHAR || kind == ColumnType.Kind.CHAR,
          DatabaseMetaData.typeSearchable,
          !kind.isNumeric(),
          false,
          name.equals("INTEGER"),
          null,
          0,
          kind == ColumnType.Kind.NUMERIC ? 15 : 0,
          null,
          null,
          kind.isNumeric() ? 10 : null);
    }
    return rows.sortedBy(2);
  }

  private static @Nullable String parameters(String type) {
    return switch (type) {
      case "NUMERIC", "DECIMAL" -> "precision,scale";
      case "VARCHAR", "CHAR" -> "length";
      case "VECTOR" -> "dimensions";
      default -> null;
    };
  }

  /** SQLite's functions belong to no schema. */
  ResultSet functions(NamePattern schemas, NamePattern names) {
    MetaRows rows = new MetaRows(FUNCTIONS);
    if (schemas.matchesAll()) {
      Set<String> known = new TreeSet<>();
      for (@Nullable Object[] row : catalog.rows("SELECT name FROM pragma_function_list")) {
        known.add(Catalog.text(row[0]).toLowerCase(Locale.ROOT));
      }
      for (String name : known) {
        if (Character.isLetter(name.charAt(0)) && names.matches(name)) {
          rows.add(null, null, name, "", DatabaseMetaData.functionNoTable, name);
        }
      }
    }
    return rows.sortedBy(1, 2, 3, 6);
  }

  /** The primary key, else the rowid. */
  ResultSet bestRowIdentifier(Catalog.Table table, int scope) {
    MetaRows rows =
        new MetaRows(
            "SCOPE:h COLUMN_NAME DATA_TYPE:i TYPE_NAME COLUMN_SIZE:i BUFFER_LENGTH:i"
                + " DECIMAL_DIGITS:h PSEUDO_COLUMN:h");
    if (table.kind() == Catalog.TableKind.VIEW || scope > DatabaseMetaData.bestRowSession) {
      return rows.asAdded();
    }
    List<Catalog.Column> key = Catalog.primaryKey(catalog.columns(table));
    for (Catalog.Column column : key) {
      ColumnType type = ColumnType.of(column.declaredType());
      rows.add(
          DatabaseMetaData.bestRowSession,
          column.name(),
          type.kind().jdbcType(),
          type.typeName(),
          type.size(),
          null,
          digits(type),
          DatabaseMetaData.bestRowNotPseudo);
    }
    if (key.isEmpty() && !table.schema().equals(Catalog.SYSTEM_SCHEMA)) {
      rows.add(
          DatabaseMetaData.bestRowTransaction,
          "rowid",
          Types.BIGINT,
          "INTEGER",
          19,
          null,
          0,
          DatabaseMetaData.bestRowPseudo);
    }
    return rows.asAdded();
  }
}
