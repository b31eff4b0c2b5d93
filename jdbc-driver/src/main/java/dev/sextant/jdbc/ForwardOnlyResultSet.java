package dev.sextant.jdbc;

import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URL;
import java.sql.Array;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Refuses every move but forward, and the SQL types there are none of. */
abstract class ForwardOnlyResultSet extends ByLabelResultSet {

  private static SQLException forwardOnly(String method) {
    return Errors.unsupported("ResultSet." + method, "results stream forward only");
  }

  private static SQLException noSuchType(String method) {
    return Errors.unsupported("ResultSet." + method, "there is no such type in SQLite");
  }

  @Override
  public boolean isLast() throws SQLException {
    throw forwardOnly("isLast");
  }

  @Override
  public void beforeFirst() throws SQLException {
    throw forwardOnly("beforeFirst");
  }

  @Override
  public void afterLast() throws SQLException {
    throw forwardOnly("afterLast");
  }

  @Override
  public boolean first() throws SQLException {
    throw forwardOnly("first");
  }

  @Override
  public boolean last() throws SQLException {
    throw forwardOnly("last");
  }

  @Override
  public boolean absolute(int row) throws SQLException {
    throw forwardOnly("absolute");
  }

  @Override
  public boolean relative(int rows) throws SQLException {
    throw forwardOnly("relative");
  }

  @Override
  public boolean previous() throws SQLException {
    throw forwardOnly("previous");
  }

  @Override
  public int getType() throws SQLException {
    return TYPE_FORWARD_ONLY;
  }

  @Override
  public int getFetchDirection() throws SQLException {
    return FETCH_FORWARD;
  }

  @Override
  public void setFetchDirection(int direction) throws SQLException {
    if (direction != FETCH_FORWARD) {
      throw forwardOnly("setFetchDirection");
    }
  }

  @Override
  public String getCursorName() throws SQLException {
    throw Errors.unsupported("ResultSet.getCursorName", "there is no positioned update");
  }

  @Override
  public @Nullable Ref getRef(int columnIndex) throws SQLException {
    throw noSuchType("getRef");
  }

  @Override
  public @Nullable Array getArray(int columnIndex) throws SQLException {
    throw Errors.unsupported(
        "ResultSet.getArray", "read a vector by getObject, as float[], or by getString");
  }

  @Override
  public @Nullable URL getURL(int columnIndex) throws SQLException {
    throw noSuchType("getURL");
  }

  @Override
  public @Nullable RowId getRowId(int columnIndex) throws SQLException {
    throw Errors.unsupported("ResultSet.getRowId", "select the column \"rowid\" instead");
  }

  @Override
  public @Nullable SQLXML getSQLXML(int columnIndex) throws SQLException {
    throw noSuchType("getSQLXML");
  }

  @Deprecated
  @Override
  public @Nullable InputStream getUnicodeStream(int columnIndex) throws SQLException {
    throw Errors.unsupported("ResultSet.getUnicodeStream", "use getCharacterStream");
  }

  @Deprecated
  @Override
  public @Nullable BigDecimal getBigDecimal(int columnIndex, int scale) throws SQLException {
    BigDecimal value = getBigDecimal(columnIndex);
    return value == null ? null : value.setScale(scale, RoundingMode.HALF_UP);
  }

  @Override
  public @Nullable Object getObject(int columnIndex, @Nullable Map<String, Class<?>> map)
      throws SQLException {
    if (map != null && !map.isEmpty()) {
      throw Errors.unsupported("ResultSet.getObject with a type map", "there are no such types");
    }
    return getObject(columnIndex);
  }
}
