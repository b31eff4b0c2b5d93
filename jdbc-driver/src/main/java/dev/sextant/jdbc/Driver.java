package dev.sextant.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * The JDBC driver of Sextant: {@code jdbc:sextant:path}, {@code jdbc:sextant::memory:}.
 *
 * <p>Only this class is compiled for Java 17, and it names no other class of Sextant: on an older
 * JVM it can still say what is wrong. The work is done by {@code Connector}, loaded by name.
 */
@NullMarked
public final class Driver implements java.sql.Driver {
  private static final String PREFIX = "jdbc:sextant:";
  private static final String CONNECTOR = "dev.sextant.jdbc.Connector";
  private static final int JAVA = 25;

  private final String version = readVersion();
  private java.sql.@Nullable Driver connector;

  static {
    try {
      DriverManager.registerDriver(new Driver());
    } catch (SQLException refused) {
      throw new ExceptionInInitializerError(refused);
    }
  }

  /** A driver with no databases open. */
  public Driver() {}

  @Override
  public boolean acceptsURL(@Nullable String url) {
    return url != null && url.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
  }

  @Override
  public @Nullable Connection connect(String url, @Nullable Properties info) throws SQLException {
    return acceptsURL(url) ? connector().connect(url, info) : null;
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, @Nullable Properties info)
      throws SQLException {
    return connector().getPropertyInfo(url, info);
  }

  @Override
  public int getMajorVersion() {
    return part(0);
  }

  @Override
  public int getMinorVersion() {
    return part(1);
  }

  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException(
        "Sextant logs through System.Logger and has no parent java.util.logging logger.", "0A000");
  }

  private synchronized java.sql.Driver connector() throws SQLException {
    if (connector != null) {
      return connector;
    }
    if (Runtime.version().feature() < JAVA) {
      throw needsNewerJava(null);
    }
    try {
      Class<?> type = Class.forName(CONNECTOR, true, Driver.class.getClassLoader());
      java.sql.Driver made =
          (java.sql.Driver) type.getConstructor(String.class).newInstance(version);
      connector = made;
      return made;
    } catch (UnsupportedClassVersionError tooOld) {
      throw needsNewerJava(tooOld);
    } catch (InvocationTargetException failed) {
      throw broken(failed.getCause() == null ? failed : failed.getCause());
    } catch (ReflectiveOperationException missing) {
      throw broken(missing);
    }
  }

  private static SQLException needsNewerJava(@Nullable Throwable cause) {
    return new SQLNonTransientConnectionException(
        "Sextant needs Java "
            + JAVA
            + " or later; this process runs Java "
            + Runtime.version().feature()
            + " ("
            + System.getProperty("java.home")
            + ").",
        "08001",
        cause);
  }

  private static SQLException broken(Throwable cause) {
    return new SQLNonTransientConnectionException(
        "The Sextant driver cannot be loaded (" + cause + "). Use the whole sextant jar.",
        "08001",
        cause);
  }

  private int part(int index) {
    String[] parts = version.split("[.-]", -1);
    try {
      return index < parts.length ? Integer.parseInt(parts[index]) : 0;
    } catch (NumberFormatException notReleased) {
      return 0;
    }
  }

  private static String readVersion() {
    try (InputStream in = Driver.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "0.0");
    } catch (IOException unreadable) {
      return "0.0";
    }
  }
}
