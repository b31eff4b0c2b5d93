package dev.sextant.jdbc;

import dev.sextant.engine.Settings;
import dev.sextant.engine.error.SextantException;
import java.sql.Connection;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The working half of {@code Driver}, which loads it by name once the JVM is known to suit. */
public final class Connector implements java.sql.Driver {
  private final String version;
  private final Databases databases = new Databases();

  /** The half of a driver of that version. */
  public Connector(String version) {
    this.version = version;
  }

  @Override
  public Connection connect(String url, @Nullable Properties info) throws SQLException {
    try {
      Databases.Lease lease = databases.open(JdbcUrl.parse(url, info));
      return new SextantConnection(lease, url, version);
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
  }

  @Override
  public boolean acceptsURL(String url) {
    return url.regionMatches(true, 0, JdbcUrl.PREFIX, 0, JdbcUrl.PREFIX.length());
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(@Nullable String url, @Nullable Properties info)
      throws SQLException {
    JdbcUrl asked;
    try {
      asked = JdbcUrl.parse(url != null && acceptsURL(url) ? url : JdbcUrl.PREFIX, info);
    } catch (SextantException failed) {
      throw Errors.of(failed);
    }
    return Settings.all().stream()
        .map(setting -> describe(setting, asked.given().get(setting.name())))
        .toArray(DriverPropertyInfo[]::new);
  }

  private static DriverPropertyInfo describe(Settings.Setting setting, @Nullable String given) {
    DriverPropertyInfo info =
        new DriverPropertyInfo(setting.name(), given == null ? setting.defaultValue() : given);
    info.description = setting.description();
    info.required = false;
    if (!setting.choices().isEmpty()) {
      info.choices = setting.choices().toArray(new String[0]);
    }
    return info;
  }

  @Override
  public int getMajorVersion() {
    return new Version(version).major();
  }

  @Override
  public int getMinorVersion() {
    return new Version(version).minor();
  }

  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() throws java.sql.SQLFeatureNotSupportedException {
    throw new java.sql.SQLFeatureNotSupportedException(
        "Sextant logs through System.Logger.", "0A000");
  }
}
