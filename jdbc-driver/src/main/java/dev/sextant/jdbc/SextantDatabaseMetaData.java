package dev.sextant.jdbc;

import dev.sextant.engine.Settings;
import dev.sextant.engine.error.SextantException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What tools read of a database. Its schemas are {@code main}, {@code sextant} (system tables) and
 * those attached; there are no catalogs. Results are in memory, and a method whose subject SQLite
 * has none of gives an empty one.
 */
final class SextantDatabaseMetaData extends LimitMetaData {
  private final SextantConnection connection;

  SextantDatabaseMetaData(SextantConnection connection) {
    this.connection = connection;
  }

  /** A question to the catalog. */
  private interface Question<T> {
    T ask(Catalog catalog) throws SQLException;
  }

  private <T> T ask(Question<T> question) throws SQLException {
    try {
      return question.ask(new Catalog(connection.session()));
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
  }

  private static ResultSet none(String shape) {
    return new MetaRows(shape).asAdded();
  }

  // --- the product ---

  @Override
  public String getURL() {
    return connection.url();
  }

  @Override
  public String getUserName() {
    return "";
  }

  @Override
  public boolean isReadOnly() throws SQLException {
    return connection.isReadOnly()
        || connection.session().engine().database().settings().get(Settings.MODE).equals("ro");
  }

  @Override
  public String getDatabaseProductName() {
    return "Sextant";
  }

  @Override
  public String getDatabaseProductVersion() throws SQLException {
    return ask(c -> connection.driverVersion() + " (SQLite " + c.sqliteVersion() + ")");
  }

  @Override
  public int getDatabaseMajorVersion() {
    return getDriverMajorVersion();
  }

  @Override
  public int getDatabaseMinorVersion() {
    return getDriverMinorVersion();
  }

  @Override
  public String getDriverName() {
    return "Sextant JDBC driver";
  }

  @Override
  public String getDriverVersion() {
    return connection.driverVersion();
  }

  @Override
  public int getDriverMajorVersion() {
    return new Version(connection.driverVersion()).major();
  }

  @Override
  public int getDriverMinorVersion() {
    return new Version(connection.driverVersion()).minor();
  }

  @Override
  public Connection getConnection() {
    return connection;
  }

  // --- schemas, tables, columns ---

  @Override
  public ResultSet getCatalogs() {
    return none("TABLE_CAT");
  }

  @Override
  public ResultSet getSchemas() throws SQLException {
    return getSchemas(null, null);
  }

  @Override
  public ResultSet getSchemas(@Nullable String catalog, @Nullable String schemaPattern)
      throws SQLException {
    return NamePattern.noCatalog(catalog)
        ? ask(c -> new TableMetaData(c).schemas(new NamePattern(schemaPattern)))
        : none("TABLE_SCHEM TABLE_CATALOG");
  }

  @Override
  public ResultSet getTableTypes() {
    return TableMetaData.tableTypes();
  }

  @Override
  public ResultSet getTables(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String tableNamePattern,
      String @Nullable [] types)
      throws SQLException {
    NamePattern names = new NamePattern(tableNamePattern);
    return ask(
        c ->
            new TableMetaData(c)
                .tables(
                    new NamePattern(schemaPattern),
                    names,
                    NamePattern.noCatalog(catalog) ? types : new String[0]));
  }

  @Override
  public ResultSet getColumns(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String tableNamePattern,
      @Nullable String columnNamePattern)
      throws SQLException {
    NamePattern tables =
        NamePattern.noCatalog(catalog) ? new NamePattern(tableNamePattern) : new NamePattern("\n");
    return ask(
        c ->
            new TableMetaData(c)
                .columns(
                    new NamePattern(schemaPattern), tables, new NamePattern(columnNamePattern)));
  }

  @Override
  public ResultSet getTypeInfo() {
    return TableMetaData.typeInfo();
  }

  @Override
  public ResultSet getBestRowIdentifier(
      @Nullable String catalog, @Nullable String schema, String table, int scope, boolean nullable)
      throws SQLException {
    return ask(
        c -> {
          Catalog.Table found =
              c.find(schema == null ? "" : schema, table)
                  .orElse(new Catalog.Table("", table, Catalog.TableKind.VIEW, true));
          return new TableMetaData(c).bestRowIdentifier(found, scope);
        });
  }

  @Override
  public ResultSet getFunctions(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String functionNamePattern)
      throws SQLException {
    return ask(
        c ->
            new TableMetaData(c)
                .functions(new NamePattern(schemaPattern), new NamePattern(functionNamePattern)));
  }

  // --- keys and indexes ---

  @Override
  public ResultSet getPrimaryKeys(
      @Nullable String catalog, @Nullable String schema, @Nullable String table)
      throws SQLException {
    return ask(c -> new KeyMetaData(c).primaryKeys(schema, table));
  }

  @Override
  public ResultSet getImportedKeys(
      @Nullable String catalog, @Nullable String schema, @Nullable String table)
      throws SQLException {
    return ask(c -> new KeyMetaData(c).importedKeys(schema, table));
  }

  @Override
  public ResultSet getExportedKeys(
      @Nullable String catalog, @Nullable String schema, @Nullable String table)
      throws SQLException {
    return ask(c -> new KeyMetaData(c).exportedKeys(schema, table));
  }

  @Override
  public ResultSet getCrossReference(
      @Nullable String parentCatalog,
      @Nullable String parentSchema,
      @Nullable String parentTable,
      @Nullable String foreignCatalog,
      @Nullable String foreignSchema,
      @Nullable String foreignTable)
      throws SQLException {
    return ask(
        c ->
            new KeyMetaData(c)
                .foreignKeys(parentSchema, parentTable, foreignSchema, foreignTable)
                .sortedBy(6, 7, 12, 9));
  }

  @Override
  public ResultSet getIndexInfo(
      @Nullable String catalog,
      @Nullable String schema,
      @Nullable String table,
      boolean unique,
      boolean approximate)
      throws SQLException {
    return ask(c -> new KeyMetaData(c).indexInfo(schema, table, unique));
  }

  // --- what there is none of ---

  @Override
  public ResultSet getVersionColumns(
      @Nullable String catalog, @Nullable String schema, @Nullable String table) {
    return none(
        "SCOPE:h COLUMN_NAME DATA_TYPE:i TYPE_NAME COLUMN_SIZE:i BUFFER_LENGTH:i DECIMAL_DIGITS:h"
            + " PSEUDO_COLUMN:h");
  }

  @Override
  public ResultSet getColumnPrivileges(
      @Nullable String catalog,
      @Nullable String schema,
      @Nullable String table,
      @Nullable String columnNamePattern) {
    return none(
        "TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME GRANTOR GRANTEE PRIVILEGE IS_GRANTABLE");
  }

  @Override
  public ResultSet getTablePrivileges(
      @Nullable String catalog, @Nullable String schemaPattern, @Nullable String tableNamePattern) {
    return none("TABLE_CAT TABLE_SCHEM TABLE_NAME GRANTOR GRANTEE PRIVILEGE IS_GRANTABLE");
  }

  @Override
  public ResultSet getProcedures(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String procedureNamePattern) {
    return none(
        "PROCEDURE_CAT PROCEDURE_SCHEM PROCEDURE_NAME RESERVED1 RESERVED2 RESERVED3 REMARKS"
            + " PROCEDURE_TYPE:h SPECIFIC_NAME");
  }

  @Override
  public ResultSet getProcedureColumns(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String procedureNamePattern,
      @Nullable String columnNamePattern) {
    return none(
        "PROCEDURE_CAT PROCEDURE_SCHEM PROCEDURE_NAME COLUMN_NAME COLUMN_TYPE:h DATA_TYPE:i"
            + " TYPE_NAME PRECISION:i LENGTH:i SCALE:h RADIX:h NULLABLE:h REMARKS COLUMN_DEF"
            + " SQL_DATA_TYPE:i SQL_DATETIME_SUB:i CHAR_OCTET_LENGTH:i ORDINAL_POSITION:i"
            + " IS_NULLABLE SPECIFIC_NAME");
  }

  @Override
  public ResultSet getFunctionColumns(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String functionNamePattern,
      @Nullable String columnNamePattern) {
    return none(
        "FUNCTION_CAT FUNCTION_SCHEM FUNCTION_NAME COLUMN_NAME COLUMN_TYPE:h DATA_TYPE:i TYPE_NAME"
            + " PRECISION:i LENGTH:i SCALE:h RADIX:h NULLABLE:h REMARKS CHAR_OCTET_LENGTH:i"
            + " ORDINAL_POSITION:i IS_NULLABLE SPECIFIC_NAME");
  }

  @Override
  public ResultSet getPseudoColumns(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String tableNamePattern,
      @Nullable String columnNamePattern) {
    return none(
        "TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME DATA_TYPE:i COLUMN_SIZE:i DECIMAL_DIGITS:i"
            + " NUM_PREC_RADIX:i COLUMN_USAGE REMARKS CHAR_OCTET_LENGTH:i IS_NULLABLE");
  }

  @Override
  public ResultSet getUDTs(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String typeNamePattern,
      int @Nullable [] types) {
    return none("TYPE_CAT TYPE_SCHEM TYPE_NAME CLASS_NAME DATA_TYPE:i REMARKS BASE_TYPE:h");
  }

  @Override
  public ResultSet getSuperTypes(
      @Nullable String catalog, @Nullable String schemaPattern, @Nullable String typeNamePattern) {
    return none("TYPE_CAT TYPE_SCHEM TYPE_NAME SUPERTYPE_CAT SUPERTYPE_SCHEM SUPERTYPE_NAME");
  }

  @Override
  public ResultSet getSuperTables(
      @Nullable String catalog, @Nullable String schemaPattern, @Nullable String tableNamePattern) {
    return none("TABLE_CAT TABLE_SCHEM TABLE_NAME SUPERTABLE_NAME");
  }

  @Override
  public ResultSet getAttributes(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String typeNamePattern,
      @Nullable String attributeNamePattern) {
    return none(
        "TYPE_CAT TYPE_SCHEM TYPE_NAME ATTR_NAME DATA_TYPE:i ATTR_TYPE_NAME ATTR_SIZE:i"
            + " DECIMAL_DIGITS:i NUM_PREC_RADIX:i NULLABLE:i REMARKS ATTR_DEF SQL_DATA_TYPE:i"
            + " SQL_DATETIME_SUB:i CHAR_OCTET_LENGTH:i ORDINAL_POSITION:i IS_NULLABLE"
            + " SCOPE_CATALOG SCOPE_SCHEMA SCOPE_TABLE SOURCE_DATA_TYPE:h");
  }

  @Override
  public ResultSet getClientInfoProperties() {
    return none("NAME MAX_LEN:i DEFAULT_VALUE DESCRIPTION");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Unwrap.unwrap(this, type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
