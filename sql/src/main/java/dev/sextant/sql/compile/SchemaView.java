package dev.sextant.sql.compile;

import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.catalog.SystemTable;
import dev.sextant.sql.catalog.TableInfo;
import dev.sextant.sql.lex.SextantNames;
import java.util.HashMap;
import java.util.Map;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.Schema;
import org.apache.calcite.schema.Table;
import org.apache.calcite.schema.impl.AbstractSchema;
import org.apache.calcite.schema.impl.AbstractTable;

/** The database's tables as Calcite's validator asks for them. */
final class SchemaView {

  private SchemaView() {}

  /** A root schema with {@code main}, {@code sextant} and the tables of searches. */
  static CalciteSchema root(Catalog catalog, Map<String, HitTable> hitTables) {
    CalciteSchema root = CalciteSchema.createRootSchema(false, false);
    root.add("main", schema(mainTables(catalog)));
    root.add(SextantNames.SCHEMA, schema(systemTables()));
    root.add(HitTable.SCHEMA, schema(new HashMap<>(hitTables)));
    return root;
  }

  private static Schema schema(Map<String, Table> tables) {
    return new AbstractSchema() {
      @Override
      protected Map<String, Table> getTableMap() {
        return tables;
      }
    };
  }

  private static Map<String, Table> mainTables(Catalog catalog) {
    Map<String, Table> tables = new HashMap<>();
    for (String name : catalog.names()) {
      tables.put(name, new SqliteTable(catalog, name));
    }
    return tables;
  }

  private static Map<String, Table> systemTables() {
    Map<String, Table> tables = new HashMap<>();
    for (SystemTable table : SystemTable.all()) {
      tables.put(table.name(), new EngineTable(table));
    }
    return tables;
  }

  /** A table or view of SQLite's; its columns are read when it is first named. */
  static final class SqliteTable extends AbstractTable {
    private final Catalog catalog;
    private final String name;

    SqliteTable(Catalog catalog, String name) {
      this.catalog = catalog;
      this.name = name;
    }

    TableInfo info() {
      return catalog.table(name).orElseThrow();
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
      RelDataTypeFactory.Builder builder = types.builder();
      for (TableInfo.Column column : info().columns()) {
        builder.add(column.name(), VectorTypes.of(types, column.dimensions()));
      }
      return builder.build();
    }
  }

  /** A table of Sextant's own. */
  static final class EngineTable extends AbstractTable {
    private final SystemTable table;

    EngineTable(SystemTable table) {
      this.table = table;
    }

    SystemTable table() {
      return table;
    }

    /** The table as if it were SQLite's, without a key. */
    TableInfo info() {
      return new TableInfo(
          table.name(),
          table.columns().stream()
              .map(c -> new TableInfo.Column(c.name(), c.type(), 0, false))
              .toList(),
          null,
          -1,
          false,
          false);
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
      RelDataTypeFactory.Builder builder = types.builder();
      table.columns().forEach(column -> builder.add(column.name(), VectorTypes.of(types, 0)));
      return builder.build();
    }
  }
}
