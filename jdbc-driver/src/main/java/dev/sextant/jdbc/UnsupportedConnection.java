package dev.sextant.jdbc;

import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Struct;
import java.util.Map;

/** Refuses what SQLite has none of: stored procedures, user types, XML, arrays of SQL. */
abstract class UnsupportedConnection implements Connection {

  private static SQLException noProcedures() {
    return Errors.unsupported("Connection.prepareCall", "there are no stored procedures");
  }

  @Override
  public CallableStatement prepareCall(String sql) throws SQLException {
    throw noProcedures();
  }

  @Override
  public CallableStatement prepareCall(String sql, int resultSetType, int resultSetConcurrency)
      throws SQLException {
    throw noProcedures();
  }

  @Override
  public CallableStatement prepareCall(
      String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability)
      throws SQLException {
    throw noProcedures();
  }

  @Override
  public Map<String, Class<?>> getTypeMap() throws SQLException {
    return Map.of();
  }

  @Override
  public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
    if (map != null && !map.isEmpty()) {
      throw Errors.unsupported("Connection.setTypeMap", "there are no user-defined SQL types");
    }
  }

  @Override
  public SQLXML createSQLXML() throws SQLException {
    throw Errors.unsupported("Connection.createSQLXML", "there is no XML type; use text");
  }

  @Override
  public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
    throw Errors.unsupported("Connection.createArrayOf", "bind a vector by setObject, as float[]");
  }

  @Override
  public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
    throw Errors.unsupported("Connection.createStruct", "there are no structured types");
  }
}
