package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.Settings;
import dev.sextant.sql.SqlSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** URLs, properties, shared databases, and the errors of connecting. */
class ConnectTest {
  @TempDir Path folder;

  private static void run(Connection on, String sql) throws SQLException {
    try (Statement statement = on.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String one(Connection on, String sql) throws SQLException {
    try (Statement statement = on.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void theDriverRegistersItself() throws SQLException {
    java.sql.Driver driver = DriverManager.getDriver("jdbc:sextant:");
    assertThat(driver.getClass().getName()).isEqualTo("dev.sextant.jdbc.Driver");
    assertThat(driver.acceptsURL("jdbc:sextant:x.db")).isTrue();
    assertThat(driver.acceptsURL("jdbc:sqlite:x.db")).isFalse();
    assertThat(driver.connect("jdbc:sqlite:x.db", new Properties())).isNull();
    assertThat(driver.jdbcCompliant()).isFalse();
    assertThat(driver.getMajorVersion()).isZero();
    assertThat(driver.getMinorVersion()).isEqualTo(1);
  }

  @Test
  void databasesInMemoryArePrivate() throws SQLException {
    for (String url : new String[] {"jdbc:sextant::memory:", "jdbc:sextant:"}) {
      try (Connection first = DriverManager.getConnection(url);
          Connection second = DriverManager.getConnection(url)) {
        run(first, "CREATE TABLE t (a)");
        assertThatThrownBy(() -> one(second, "SELECT a FROM t"))
            .hasFieldOrPropertyWithValue("SQLState", "42P01");
      }
    }
  }

  @Test
  void everyFormOfAPathIsTheSameDatabase() throws Exception {
    Path file = folder.resolve("my data.db");
    Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);
    String encoded = file.toString().replace(" ", "%20");
    try (Connection plain = DriverManager.getConnection("jdbc:sextant:" + file);
        Connection same = DriverManager.getConnection("jdbc:sextant:file:" + encoded);
        Connection full = DriverManager.getConnection("jdbc:sextant:file://" + encoded);
        Connection linked = DriverManager.getConnection("jdbc:sextant:" + link)) {
      run(plain, "CREATE TABLE t (a)");
      assertThat(one(same, "SELECT count(*) FROM t")).isEqualTo("0");
      assertThat(one(linked, "SELECT count(*) FROM t")).isEqualTo("0");
      assertThat(plain.unwrap(SqlSession.class).engine())
          .isSameAs(same.unwrap(SqlSession.class).engine())
          .isSameAs(full.unwrap(SqlSession.class).engine())
          .isSameAs(linked.unwrap(SqlSession.class).engine());
      assertThat(plain.unwrap(SqlSession.class).engine().database().sessionCount()).isEqualTo(4);
    }
    try (Connection later = DriverManager.getConnection("jdbc:sextant:" + file)) {
      assertThat(later.unwrap(SqlSession.class).engine().database().sessionCount()).isEqualTo(1);
    }
  }

  @Test
  void theUrlWinsOverProperties() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "sa");
    properties.setProperty("password", "secret");
    properties.setProperty("dbtable", "t");
    properties.setProperty("Type", "anything");
    properties.setProperty("busy_timeout", "1");
    properties.setProperty("synchronous", "off");
    String url = "jdbc:sextant::memory:?BUSY_TIMEOUT=%31%32";
    try (Connection connection = DriverManager.getConnection(url, properties)) {
      Settings settings = connection.unwrap(SqlSession.class).engine().database().settings();
      assertThat(settings.get(Settings.BUSY_TIMEOUT)).isEqualTo("12");
      assertThat(settings.get(Settings.SYNCHRONOUS)).isEqualTo("off");
    }
  }

  @Test
  void anUnknownPropertyNamesTheNearest() {
    Properties properties = new Properties();
    properties.setProperty("bussy_timeout", "1");
    for (SqlCall call :
        new SqlCall[] {
          () -> DriverManager.getConnection("jdbc:sextant:?bussy_timeout=1"),
          () -> DriverManager.getConnection("jdbc:sextant:", properties)
        }) {
      assertThatThrownBy(call::run)
          .hasFieldOrPropertyWithValue("SQLState", "22023")
          .hasMessageContaining("\"bussy_timeout\": did you mean \"busy_timeout\"?");
    }
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:sextant:?mode=fast"))
        .hasFieldOrPropertyWithValue("SQLState", "22023")
        .hasMessageContaining("rwc, rw, ro");
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:sextant:?mode"))
        .hasMessageContaining("has no value");
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:sextant:?mode=%zz"))
        .hasMessageContaining("percent-encoded");
  }

  private interface SqlCall {
    void run() throws SQLException;
  }

  @Test
  void settingsOfOneDatabaseAgree() throws SQLException {
    String url = "jdbc:sextant:" + folder.resolve("x.db");
    try (Connection first = DriverManager.getConnection(url + "?busy_timeout=7");
        Connection plain = DriverManager.getConnection(url);
        Connection same = DriverManager.getConnection(url + "?busy_timeout=7")) {
      assertThat(first.isValid(1) && plain.isValid(1) && same.isValid(1)).isTrue();
      assertThatThrownBy(() -> DriverManager.getConnection(url + "?busy_timeout=8"))
          .hasFieldOrPropertyWithValue("SQLState", "08001")
          .hasMessageContaining("busy_timeout=7")
          .hasMessageContaining("asks for 8");
      try (Connection reader = DriverManager.getConnection(url + "?mode=ro")) {
        assertThat(reader.isReadOnly()).isTrue();
        assertThatThrownBy(() -> run(reader, "CREATE TABLE t (a)"))
            .hasFieldOrPropertyWithValue("SQLState", "25006");
      }
    }
    try (Connection changed = DriverManager.getConnection(url + "?busy_timeout=8")) {
      assertThat(changed.isValid(1)).isTrue();
    }
  }

  @Test
  void propertiesAreDescribedOffline() throws SQLException {
    java.sql.Driver driver = DriverManager.getDriver("jdbc:sextant:");
    DriverPropertyInfo[] known =
        driver.getPropertyInfo("jdbc:sextant:/no/such/folder/x.db?mode=ro", new Properties());
    assertThat(known).hasSameSizeAs(Settings.all());
    assertThat(known[0].name).isEqualTo("mode");
    assertThat(known[0].value).isEqualTo("ro");
    assertThat(known[0].choices).containsExactly("rwc", "rw", "ro");
    assertThat(known[0].description).isNotEmpty();
    assertThat(known[0].required).isFalse();
  }

  @Test
  void aFileThatIsNoDatabaseIsNamed() throws Exception {
    Path file = folder.resolve("notes.txt");
    Files.writeString(file, "not a database, but long enough to look like one\n".repeat(40));
    String before = Files.readString(file);
    assertThatThrownBy(() -> open(file.toString()))
        .isInstanceOf(SQLNonTransientConnectionException.class)
        .hasFieldOrPropertyWithValue("SQLState", "58P01")
        .hasMessageContaining(file.toString());
    assertThat(Files.readString(file)).isEqualTo(before);
  }

  private static void open(String place) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant:" + place)) {
      one(connection, "SELECT count(*) FROM sqlite_schema");
    }
  }

  @Test
  void aFileThatCannotBeOpenedIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    for (String place :
        new String[] {
          file.resolve("x.db").toString(),
          folder.resolve("missing") + "/x.db",
          folder.resolve("absent.db") + "?mode=ro",
          folder.resolve("absent.db") + "?mode=rw"
        }) {
      assertThatThrownBy(() -> open(place))
          .as(place)
          .isInstanceOf(SQLNonTransientConnectionException.class)
          .hasFieldOrPropertyWithValue("SQLState", "08001")
          .hasMessageContaining(folder.toString());
    }
    assertThat(folder.resolve("absent.db")).doesNotExist();
    assertThat(folder.resolve("missing")).doesNotExist();
  }

  @Test
  void aDatabaseOpenReadOnlyIsNotWidened() throws SQLException {
    String url = "jdbc:sextant:" + folder.resolve("x.db");
    DriverManager.getConnection(url).close();
    open(folder.resolve("x.db").toString());
    try (Connection reader = DriverManager.getConnection(url + "?mode=ro")) {
      assertThat(reader.getMetaData().isReadOnly()).isTrue();
      assertThatThrownBy(() -> DriverManager.getConnection(url + "?mode=rw"))
          .hasFieldOrPropertyWithValue("SQLState", "08001");
    }
  }

  @Test
  void optionsThatHaveNoEffectSaySo() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sextant:")) {
      assertThat(connection.getCatalog()).isNull();
      assertThat(connection.getSchema()).isEqualTo("main");
      connection.setCatalog("x");
      connection.setSchema("main");
      assertThat((Throwable) connection.getWarnings()).isNull();
      connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
      assertThat((Throwable) connection.getWarnings()).hasMessageContaining("forward-only");
      assertThat(connection.getClientInfo()).isEmpty();
      assertThatThrownBy(() -> connection.prepareCall("{call x}"))
          .hasFieldOrPropertyWithValue("SQLState", "0A000");
      assertThatThrownBy(() -> connection.unwrap(String.class))
          .hasMessageContaining("does not wrap a java.lang.String");
      assertThat(connection.isWrapperFor(SqlSession.class)).isTrue();
    }
  }
}
