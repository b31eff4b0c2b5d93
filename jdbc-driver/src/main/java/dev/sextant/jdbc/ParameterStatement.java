package dev.sextant.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/** Every setter of a prepared statement, in terms of one; and what no setter can set. */
abstract class ParameterStatement extends SextantStatement implements PreparedStatement {

  ParameterStatement(SextantConnection connection, int holdability) {
    super(connection, holdability);
  }

  /** Sets a parameter to what the engine binds for a Java value. */
  abstract void set(int index, @Nullable Object value, @Nullable Calendar calendar)
      throws SQLException;

  private void set(int index, @Nullable Object value) throws SQLException {
    set(index, value, null);
  }

  @Override
  public void setNull(int index, int sqlType) throws SQLException {
    set(index, null);
  }

  @Override
  public void setBoolean(int index, boolean x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setByte(int index, byte x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setShort(int index, short x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setInt(int index, int x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setLong(int index, long x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setFloat(int index, float x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setDouble(int index, double x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setBigDecimal(int index, @Nullable BigDecimal x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setString(int index, @Nullable String x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setBytes(int index, byte[] x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setDate(int index, @Nullable Date x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setTime(int index, @Nullable Time x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setTimestamp(int index, @Nullable Timestamp x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setAsciiStream(int index, @Nullable InputStream x, int length) throws SQLException {
    set(index, x == null ? null : Parameters.ascii(x, length));
  }

  @Deprecated
  @Override
  public void setUnicodeStream(int index, @Nullable InputStream x, int length) throws SQLException {
    set(index, x == null ? null : new String(Parameters.bytes(x, length), StandardCharsets.UTF_8));
  }

  @Override
  public void setBinaryStream(int index, @Nullable InputStream x, int length) throws SQLException {
    set(index, x == null ? null : Parameters.bytes(x, length));
  }

  @Override
  public void setObject(int index, @Nullable Object x, int targetSqlType) throws SQLException {
    set(index, Parameters.converted(x, targetSqlType, -1));
  }

  @Override
  public void setObject(int index, @Nullable Object x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setCharacterStream(int index, @Nullable Reader reader, int length)
      throws SQLException {
    set(index, reader == null ? null : Parameters.text(reader, length));
  }

  @Override
  public void setRef(int index, @Nullable Ref x) throws SQLException {
    throw noSuchType("setRef");
  }

  @Override
  public void setBlob(int index, @Nullable Blob x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setClob(int index, @Nullable Clob x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setArray(int index, @Nullable Array x) throws SQLException {
    throw Errors.unsupported(
        "PreparedStatement.setArray", "bind a vector by setObject, as float[]");
  }

  @Override
  public void setDate(int index, @Nullable Date x, @Nullable Calendar cal) throws SQLException {
    set(index, x, cal);
  }

  @Override
  public void setTime(int index, @Nullable Time x, @Nullable Calendar cal) throws SQLException {
    set(index, x, cal);
  }

  @Override
  public void setTimestamp(int index, @Nullable Timestamp x, @Nullable Calendar cal)
      throws SQLException {
    set(index, x, cal);
  }

  @Override
  public void setNull(int index, int sqlType, @Nullable String typeName) throws SQLException {
    set(index, null);
  }

  @Override
  public void setURL(int index, @Nullable URL x) throws SQLException {
    throw noSuchType("setURL");
  }

  @Override
  public void setRowId(int index, @Nullable RowId x) throws SQLException {
    throw noSuchType("setRowId");
  }

  @Override
  public void setNString(int index, @Nullable String value) throws SQLException {
    set(index, value);
  }

  @Override
  public void setNCharacterStream(int index, @Nullable Reader value, long length)
      throws SQLException {
    set(index, value == null ? null : Parameters.text(value, length));
  }

  @Override
  public void setNClob(int index, @Nullable NClob value) throws SQLException {
    set(index, value);
  }

  @Override
  public void setClob(int index, @Nullable Reader reader, long length) throws SQLException {
    set(index, reader == null ? null : Parameters.text(reader, length));
  }

  @Override
  public void setBlob(int index, @Nullable InputStream inputStream, long length)
      throws SQLException {
    set(index, inputStream == null ? null : Parameters.bytes(inputStream, length));
  }

  @Override
  public void setNClob(int index, @Nullable Reader reader, long length) throws SQLException {
    set(index, reader == null ? null : Parameters.text(reader, length));
  }

  @Override
  public void setSQLXML(int index, @Nullable SQLXML xmlObject) throws SQLException {
    throw noSuchType("setSQLXML");
  }

  @Override
  public void setObject(int index, @Nullable Object x, int targetSqlType, int scaleOrLength)
      throws SQLException {
    set(index, Parameters.converted(x, targetSqlType, scaleOrLength));
  }

  @Override
  public void setAsciiStream(int index, @Nullable InputStream x, long length) throws SQLException {
    set(index, x == null ? null : Parameters.ascii(x, length));
  }

  @Override
  public void setBinaryStream(int index, @Nullable InputStream x, long length) throws SQLException {
    set(index, x == null ? null : Parameters.bytes(x, length));
  }

  @Override
  public void setCharacterStream(int index, @Nullable Reader reader, long length)
      throws SQLException {
    set(index, reader == null ? null : Parameters.text(reader, length));
  }

  @Override
  public void setAsciiStream(int index, @Nullable InputStream x) throws SQLException {
    set(index, x == null ? null : Parameters.ascii(x, Long.MAX_VALUE));
  }

  @Override
  public void setBinaryStream(int index, @Nullable InputStream x) throws SQLException {
    set(index, x == null ? null : Parameters.bytes(x, Long.MAX_VALUE));
  }

  @Override
  public void setCharacterStream(int index, @Nullable Reader reader) throws SQLException {
    set(index, reader == null ? null : Parameters.text(reader, Long.MAX_VALUE));
  }

  @Override
  public void setNCharacterStream(int index, @Nullable Reader value) throws SQLException {
    set(index, value == null ? null : Parameters.text(value, Long.MAX_VALUE));
  }

  @Override
  public void setClob(int index, @Nullable Reader reader) throws SQLException {
    set(index, reader == null ? null : Parameters.text(reader, Long.MAX_VALUE));
  }

  @Override
  public void setBlob(int index, @Nullable InputStream inputStream) throws SQLException {
    set(index, inputStream == null ? null : Parameters.bytes(inputStream, Long.MAX_VALUE));
  }

  @Override
  public void setNClob(int index, @Nullable Reader reader) throws SQLException {
    set(index, reader == null ? null : Parameters.text(reader, Long.MAX_VALUE));
  }

  @Override
  public void setObject(int index, @Nullable Object x, SQLType targetSqlType, int scaleOrLength)
      throws SQLException {
    set(index, Parameters.converted(x, vendorType(targetSqlType), scaleOrLength));
  }

  @Override
  public void setObject(int index, @Nullable Object x, SQLType targetSqlType) throws SQLException {
    set(index, Parameters.converted(x, vendorType(targetSqlType), -1));
  }

  @Override
  public ResultSet executeQuery(String sql) throws SQLException {
    throw ofStatementOnly("executeQuery");
  }

  @Override
  public boolean execute(String sql) throws SQLException {
    throw ofStatementOnly("execute");
  }

  @Override
  public boolean execute(String sql, int autoGeneratedKeys) throws SQLException {
    throw ofStatementOnly("execute");
  }

  @Override
  public boolean execute(String sql, int[] columnIndexes) throws SQLException {
    throw ofStatementOnly("execute");
  }

  @Override
  public boolean execute(String sql, String[] columnNames) throws SQLException {
    throw ofStatementOnly("execute");
  }

  @Override
  public int executeUpdate(String sql) throws SQLException {
    throw ofStatementOnly("executeUpdate");
  }

  @Override
  public int executeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
    throw ofStatementOnly("executeUpdate");
  }

  @Override
  public int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
    throw ofStatementOnly("executeUpdate");
  }

  @Override
  public int executeUpdate(String sql, String[] columnNames) throws SQLException {
    throw ofStatementOnly("executeUpdate");
  }

  @Override
  public long executeLargeUpdate(String sql) throws SQLException {
    throw ofStatementOnly("executeLargeUpdate");
  }

  @Override
  public long executeLargeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
    throw ofStatementOnly("executeLargeUpdate");
  }

  @Override
  public long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
    throw ofStatementOnly("executeLargeUpdate");
  }

  @Override
  public long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
    throw ofStatementOnly("executeLargeUpdate");
  }

  @Override
  public void addBatch(String sql) throws SQLException {
    throw ofStatementOnly("addBatch");
  }

  private static int vendorType(SQLType type) {
    Integer number = type.getVendorTypeNumber();
    return number == null ? java.sql.Types.OTHER : number;
  }

  private static SQLException noSuchType(String method) {
    return Errors.unsupported("PreparedStatement." + method, "there is no such type in SQLite");
  }

  private static SQLException ofStatementOnly(String method) {
    return Errors.of(
        dev.sextant.engine.error.ErrorCode.INVALID_PARAMETER,
        method
            + " with a text belongs to Statement: a prepared statement has its text. Call it"
            + " without one.");
  }
}
