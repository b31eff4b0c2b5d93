package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JavaScript in processes, through SQL. */
class SandboxTest {
  @TempDir Path folder;
  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    connection =
        DriverManager.getConnection(
            "jdbc:sextant:" + folder.resolve("s.db") + "?sandbox.processes=on");
    assumeTrue(
        rows("SELECT layer FROM sextant.sandbox_capabilities WHERE available = 0").isEmpty(),
        "this host lacks a layer of the sandbox");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private void run(String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.append(i == 1 ? "" : "|").append(result.getString(i));
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }

  private void assertFails(String sql, String state, String said) {
    assertThatThrownBy(() -> rows(sql))
        .isInstanceOfSatisfying(
            SQLException.class,
            failure -> {
              assertThat(failure.getSQLState()).isEqualTo(state);
              assertThat(failure.getMessage()).contains(said);
            });
  }

  /** A question whose answer is known, asked of the engine and of a worker. */
  private void assertHealthy() throws SQLException {
    assertThat(rows("SELECT count(*), max(slug(name)) FROM t")).containsExactly("3|name-three");
  }

  private void prepareTable() throws SQLException {
    run(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, v VECTOR(2))",
        "INSERT INTO t VALUES (1, 'Name One', '[1,0]'), (2, 'Name, Three', '[0,1]'),"
            + " (3, NULL, '[3,4]')",
        "CREATE FUNCTION slug(t TEXT) RETURNS TEXT LANGUAGE JAVASCRIPT DETERMINISTIC STRICT AS $$"
            + " function slug(t) { return t.toLowerCase().replace(/[^a-z0-9]+/g, '-'); } $$");
  }

  @Test
  void aScriptIsAFunctionLikeOthers() throws SQLException {
    prepareTable();
    assertHealthy();
    assertThat(rows("SELECT id FROM t WHERE slug(name) = 'name-one'")).containsExactly("1");
    assertThat(rows("SELECT slug(name), count(*) FROM t GROUP BY slug(name) ORDER BY 1"))
        .containsExactly("null|1", "name-one|1", "name-three|1");
    assertThat(rows("SELECT id FROM t WHERE slug(name) LIKE '%t%' ORDER BY v <-> '[1,0]' LIMIT 1"))
        .containsExactly("2");
    run("UPDATE t SET name = slug(name) WHERE id = 1");
    assertThat(rows("SELECT name FROM t WHERE id = 1")).containsExactly("name-one");
    assertThat(rows("SELECT DISTINCT profile FROM sextant.sandbox_workers"))
        .containsExactly("untrusted");
    assertThat(rows("EXPLAIN SELECT slug(name) FROM t"))
        .anyMatch(line -> line.contains("Call slug in batches"));
  }

  @Test
  void whatAScriptMayNotDoIsAnErrorAndARowOfTheAudit() throws SQLException, IOException {
    prepareTable();
    byte[] before = Files.readAllBytes(folder.resolve("s.db"));
    run(
        "CREATE SANDBOX PROFILE brief EXTENDS untrusted (WALL_TIME '1s', FUEL 1000000, MEMORY '32MB')",
        script("snoop", "return java.lang.System.getProperty('user.home')"),
        script("spin", "while (true) { }"),
        script("catches", "try { while (true) { } } catch (e) { return 'caught'; }"),
        script("fills", "return String(new Array(1e9).fill('x').length)"),
        script("doubles", "var s = 'x'; while (true) { s += s; }"),
        script("deep", "return deep()"),
        script("floods", "var s = 'x'; for (var i = 0; i < 21; i++) { s += s; } return s"));
    assertFails("SELECT snoop()", "38001", "java");
    assertHealthy();
    assertFails("SELECT spin()", "38F01", "fuel");
    assertFails("SELECT catches()", "38F01", "fuel");
    assertHealthy();
    assertThatThrownBy(() -> rows("SELECT fills()"))
        .isInstanceOfSatisfying(
            SQLException.class,
            failure -> assertThat(failure.getSQLState()).isIn("38F02", "38F03", "38001"));
    assertHealthy();
    assertThatThrownBy(() -> rows("SELECT doubles()"))
        .isInstanceOfSatisfying(
            SQLException.class,
            failure -> assertThat(failure.getSQLState()).isIn("38F01", "38F02", "38F03", "38001"));
    assertHealthy();
    assertFails("SELECT deep()", "38F05", "deep()");
    assertFails("SELECT floods()", "38F04", "bytes");
    assertHealthy();
    assertThat(
            rows(
                "SELECT event FROM sextant.sandbox_audit WHERE function = 'snoop()' AND is_intact"))
        .containsExactly("denied_by_language");
    assertThat(rows("SELECT count(*) >= 6, min(is_intact) FROM sextant.sandbox_audit"))
        .containsExactly("1|1");
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    assertThat(rows("PRAGMA integrity_check")).containsExactly("ok");
    assertThat(before).isNotEmpty();
  }

  private static String script(String name, String body) {
    return "CREATE FUNCTION "
        + name
        + "() RETURNS TEXT LANGUAGE JAVASCRIPT SANDBOX brief AS $$ function "
        + name
        + "() { "
        + body
        + " } $$";
  }

  @Test
  void aStatementsTimeOutEndsAScript() throws SQLException {
    prepareTable();
    run(
        script("fills", "return String(new Array(1e9).fill('x').length)")
            .replace("brief", "\"batch-job\""));
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      long start = System.nanoTime();
      assertThatThrownBy(() -> statement.executeQuery("SELECT fills()").next())
          .isInstanceOf(SQLTimeoutException.class);
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
    }
    assertHealthy();
  }

  @Test
  void aFunctionThatCostsThreeProcessesIsInQuarantineUntilItIsReleased() throws SQLException {
    prepareTable();
    run(
        "CREATE SANDBOX PROFILE brief EXTENDS untrusted (WALL_TIME '200ms')",
        script("fills", "return String(new Array(1e9).fill('x').length)"));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> rows("SELECT fills()")).isInstanceOf(SQLException.class);
    }
    assertFails("SELECT fills()", "38Q01", "fills()");
    assertHealthy();
    run("ALTER FUNCTION fills RELEASE");
    assertThatThrownBy(() -> rows("SELECT fills()"))
        .isInstanceOfSatisfying(
            SQLException.class, failure -> assertThat(failure.getSQLState()).startsWith("38F"));
  }

  @Test
  void theSelfTestHolds() throws SQLException {
    assertThat(rows("SELECT * FROM sextant.sandbox_workers")).isEmpty();
    List<String> cases = rows("CALL sandbox_selftest()");
    assertThat(cases).hasSizeGreaterThan(100).allMatch(row -> row.endsWith("|1"));
    assertThat(cases).anyMatch(row -> row.contains("read the database") && row.contains("EACCES"));
    assertFails("CALL sandbox_selftest(profile => 'none')", "22023", "profile");
    run("SET sandbox.processes = off");
    assertFails("CALL sandbox_selftest()", "38S02", "sandbox.processes");
  }
}
