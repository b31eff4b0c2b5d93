package dev.sextant.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.RowIdLifetime;
import java.sql.SQLException;

/** Names, lists and limits that are the same for every database. */
abstract class LimitMetaData extends CapabilityMetaData {

  /* Limits as SQLite is compiled; 0 stands for "no limit or unknown". */
  private static final int MAX_LENGTH = 1_000_000_000;
  private static final int MAX_COLUMNS = 2000;
  private static final int MAX_JOINED_TABLES = 64;

  /* SQLite's keywords that are not of SQL:2003. */
  private static final String SQL_KEYWORDS =
      "ABORT,ANALYZE,ATTACH,AUTOINCREMENT,CONFLICT,DATABASE,DETACH,EXCLUSIVE,EXPLAIN,FAIL,GLOB,"
          + "IF,IGNORE,INDEX,INDEXED,INSTEAD,ISNULL,LIMIT,MATERIALIZED,NOTHING,NOTNULL,OFFSET,"
          + "PLAN,PRAGMA,QUERY,RAISE,REGEXP,REINDEX,RENAME,REPLACE,RETURNING,TEMP,VACUUM,VIEW,"
          + "VIRTUAL";
  private static final String NUMERIC =
      "ABS,ACOS,ASIN,ATAN,ATAN2,CEILING,COS,DEGREES,EXP,FLOOR,LOG,LOG10,MOD,PI,POWER,RADIANS,"
          + "RAND,ROUND,SIGN,SIN,SQRT,TAN,TRUNCATE";
  private static final String STRING =
      "CHAR,CONCAT,LCASE,LENGTH,LTRIM,REPLACE,RTRIM,SUBSTRING,UCASE";
  private static final String SYSTEM = "IFNULL";
  private static final String TIME =
      "CURDATE,CURRENT_DATE,CURRENT_TIME,CURRENT_TIMESTAMP,CURTIME,NOW";

  @Override
  public String getIdentifierQuoteString() throws SQLException {
    return "\"";
  }

  @Override
  public String getSQLKeywords() throws SQLException {
    return SQL_KEYWORDS;
  }

  @Override
  public String getNumericFunctions() throws SQLException {
    return NUMERIC;
  }

  @Override
  public String getStringFunctions() throws SQLException {
    return STRING;
  }

  @Override
  public String getSystemFunctions() throws SQLException {
    return SYSTEM;
  }

  @Override
  public String getTimeDateFunctions() throws SQLException {
    return TIME;
  }

  @Override
  public String getSearchStringEscape() throws SQLException {
    return "\\";
  }

  @Override
  public String getExtraNameCharacters() throws SQLException {
    return "$";
  }

  @Override
  public String getSchemaTerm() throws SQLException {
    return "schema";
  }

  @Override
  public String getProcedureTerm() throws SQLException {
    return "procedure";
  }

  @Override
  public String getCatalogTerm() throws SQLException {
    return "catalog";
  }

  @Override
  public String getCatalogSeparator() throws SQLException {
    return ".";
  }

  @Override
  public int getMaxBinaryLiteralLength() throws SQLException {
    return MAX_LENGTH;
  }

  @Override
  public int getMaxCharLiteralLength() throws SQLException {
    return MAX_LENGTH;
  }

  @Override
  public int getMaxColumnNameLength() throws SQLException {
    return 0;
  }

  @Override
  public int getMaxColumnsInGroupBy() throws SQLException {
    return MAX_COLUMNS;
  }

  @Override
  public int getMaxColumnsInIndex() throws SQLException {
    return MAX_COLUMNS;
  }

  @Override
  public int getMaxColumnsInOrderBy() throws SQLException {
    return MAX_COLUMNS;
  }

  @Override
  public int getMaxColumnsInSelect() throws SQLException {
    return MAX_COLUMNS;
  }

  @Override
  public int getMaxColumnsInTable() throws SQLException {
    return MAX_COLUMNS;
  }

  @Override
  public int getMaxConnections() throws SQLException {
    return 0;
  }

  @Override
  public int getMaxCursorNameLength() throws SQLException {
    return 0;
  }

  @Override
  public int getMaxIndexLength() throws SQLException {
    return 0;
  }

  @Override
  public int getMaxSchemaNameLength() throws SQLException {
    return 0;
  }

  @Override
  public int getMaxProcedureNameLength() throws SQLException {
    return 0;
  }

  @Override
  public int getMaxCatalogNameLength() throws SQLException {
    return 0;
  }

  @Override
  public int getMaxRowSize() throws SQLException {
    return MAX_LENGTH;
  }

  @Override
  public int getMaxStatementLength() throws SQLException {
    return MAX_LENGTH;
  }

  @Override
  public int getMaxStatements() throws SQLException {
    return 0;
  }

  @Override
  public int getMaxTableNameLength() throws SQLException {
    return 0;
  }

  @Override
  public int getMaxTablesInSelect() throws SQLException {
    return MAX_JOINED_TABLES;
  }

  @Override
  public int getMaxUserNameLength() throws SQLException {
    return 0;
  }

  @Override
  public int getDefaultTransactionIsolation() throws SQLException {
    return Connection.TRANSACTION_SERIALIZABLE;
  }

  @Override
  public int getResultSetHoldability() throws SQLException {
    return ResultSet.HOLD_CURSORS_OVER_COMMIT;
  }

  @Override
  public int getJDBCMajorVersion() throws SQLException {
    return 4;
  }

  @Override
  public int getJDBCMinorVersion() throws SQLException {
    return 3;
  }

  @Override
  public int getSQLStateType() throws SQLException {
    return sqlStateSQL;
  }

  @Override
  public RowIdLifetime getRowIdLifetime() throws SQLException {
    return RowIdLifetime.ROWID_UNSUPPORTED;
  }

  @Override
  public boolean supportsConvert(int fromType, int toType) throws SQLException {
    return false;
  }
}
