package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The options of a connection that no session needs to know, and its warnings. */
abstract class OptionedConnection extends UnsupportedConnection {
  private volatile int holdability = ResultSet.HOLD_CURSORS_OVER_COMMIT;
  private volatile int networkTimeoutMillis;
  private volatile @Nullable SQLWarning warnings;

  /** Fails when the connection is closed. */
  abstract void checkOpen() throws SQLException;

  final synchronized void warn(String message) {
    SQLWarning warning = Errors.warning(message);
    SQLWarning first = warnings;
    if (first == null) {
      warnings = warning;
    } else {
      first.setNextWarning(warning);
    }
  }

  @Override
  public void setHoldability(int holdability) throws SQLException {
    checkOpen();
    checkHoldability(holdability);
    this.holdability = holdability;
  }

  @Override
  public int getHoldability() throws SQLException {
    checkOpen();
    return holdability;
  }

  @Override
  public void setCatalog(@Nullable String catalog) throws SQLException {
    checkOpen(); // there are no catalogs; JDBC asks to ignore the call then
  }

  @Override
  public @Nullable String getCatalog() throws SQLException {
    checkOpen();
    return null;
  }

  @Override
  public void setSchema(@Nullable String schema) throws SQLException {
    checkOpen();
    if (schema != null && !schema.equalsIgnoreCase("main")) {
      warn("The schema stays \"main\"; name others in the statements, as in other.table.");
    }
  }

  @Override
  public String getSchema() throws SQLException {
    checkOpen();
    return "main";
  }

  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    checkOpen();
    return warnings;
  }

  @Override
  public void clearWarnings() throws SQLException {
    checkOpen();
    warnings = null;
  }

  @Override
  public Clob createClob() throws SQLException {
    checkOpen();
    return new SextantClob("");
  }

  @Override
  public NClob createNClob() throws SQLException {
    checkOpen();
    return new SextantClob("");
  }

  @Override
  public Blob createBlob() throws SQLException {
    checkOpen();
    return new SextantBlob(new byte[0]);
  }

  @Override
  public void setClientInfo(@Nullable String name, @Nullable String value) {
    warn("Client info \"" + name + "\" is ignored.");
  }

  @Override
  public void setClientInfo(@Nullable Properties properties) {
    if (properties != null && !properties.isEmpty()) {
      warn("Client info is ignored.");
    }
  }

  @Override
  public @Nullable String getClientInfo(@Nullable String name) throws SQLException {
    checkOpen();
    return null;
  }

  @Override
  public Properties getClientInfo() throws SQLException {
    checkOpen();
    return new Properties();
  }

  /** Kept for pools that set it and set it back; there is no network. */
  @Override
  public void setNetworkTimeout(@Nullable Executor executor, int milliseconds) throws SQLException {
    checkOpen();
    if (milliseconds < 0) {
      throw Errors.of(ErrorCode.INVALID_PARAMETER, "The network time-out cannot be negative.");
    }
    networkTimeoutMillis = milliseconds;
  }

  @Override
  public int getNetworkTimeout() throws SQLException {
    checkOpen();
    return networkTimeoutMillis;
  }

  static void checkHoldability(int holdability) throws SQLException {
    if (holdability != ResultSet.HOLD_CURSORS_OVER_COMMIT
        && holdability != ResultSet.CLOSE_CURSORS_AT_COMMIT) {
      throw Errors.of(
          ErrorCode.INVALID_PARAMETER, "Unknown result set holdability " + holdability + ".");
    }
  }
}
