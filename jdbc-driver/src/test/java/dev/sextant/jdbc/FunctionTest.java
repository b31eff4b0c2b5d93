package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.sql.RowCursor;
import dev.sextant.sql.SqlEngine;
import dev.sextant.sql.SqlSession;
import dev.sextant.sql.SqlStatement;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users' functions through JDBC, by several connections, and in a file that others read. */
class FunctionTest {
  @TempDir Path folder;

  private String url() {
    return "jdbc:sextant:" + folder.resolve("f.db");
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static @Nullable String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getString(1) : null;
    }
  }

  private static String state(Connection connection, String sql) {
    return catchThrowableOfType(SQLException.class, () -> value(connection, sql)).getSQLState();
  }

  @Test
  void bracesInAFunctionAreNoEscapes() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url())) {
      run(
          connection,
          "/* {d */ CREATE OR REPLACE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE SQL"
              + " AS $x$ a || '{' || \"a\" || '$$' $x$");
      assertThat(value(connection, "SELECT {fn UCASE(f('a'))}")).isEqualTo("A{A$$");
      assertThat(value(connection, "SELECT source FROM sextant.functions"))
          .isEqualTo(" a || '{' || \"a\" || '$$' ");
    }
  }

  @Test
  void dollarsElsewhereAreParameters() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        PreparedStatement statement = connection.prepareStatement("SELECT $a$ || $b")) {
      assertThat(statement.getParameterMetaData().getParameterCount()).isEqualTo(2);
    }
  }

  @Test
  void othersSeeWhatIsCommitted() throws SQLException {
    try (Connection one = DriverManager.getConnection(url());
        Connection two = DriverManager.getConnection(url())) {
      one.setAutoCommit(false);
      run(one, "CREATE FUNCTION f(a REAL) RETURNS REAL LANGUAGE SQL AS $$ a + 1 $$");
      assertThat(value(one, "SELECT f(1)")).isEqualTo("2.0");
      assertThat(state(two, "SELECT f(1)")).isEqualTo("42883");
      one.commit();
      try (PreparedStatement prepared = two.prepareStatement("SELECT f(?)")) {
        prepared.setDouble(1, 2);
        try (ResultSet result = prepared.executeQuery()) {
          result.next();
          assertThat(result.getDouble(1)).isEqualTo(3);
        }
        run(one, "CREATE OR REPLACE FUNCTION f(a REAL) RETURNS REAL LANGUAGE SQL AS $$ a * 9 $$");
        one.rollback();
        try (ResultSet result = prepared.executeQuery()) {
          result.next();
          assertThat(result.getDouble(1)).isEqualTo(3);
        }
        run(
            one,
            "CREATE OR REPLACE FUNCTION f(a REAL) RETURNS REAL LANGUAGE SQL DETERMINISTIC"
                + " AS $$ a * 9 $$");
        one.commit();
        try (ResultSet result = prepared.executeQuery()) {
          result.next();
          assertThat(result.getDouble(1)).isEqualTo(18);
        }
      }
      run(one, "SAVEPOINT s", "DROP FUNCTION f", "ROLLBACK TO s");
      assertThat(value(one, "SELECT f(1)")).isEqualTo("9.0");
    }
  }

  @Test
  void anotherEngineSeesItToo() throws SQLException {
    Database database = new Database(Optional.of(folder.resolve("f.db")), Settings.defaults());
    try (Connection here = DriverManager.getConnection(url());
        SqlEngine there = new SqlEngine(database);
        SqlSession session = there.connect()) {
      run(
          here,
          "CREATE FUNCTION f() RETURNS TEXT LANGUAGE SQL AS $$ 'one' $$",
          "ALTER FUNCTION f QUARANTINE",
          "ALTER FUNCTION f RELEASE");
      assertThat(first(session, "SELECT f()")).isEqualTo("one");
      run(here, "CREATE OR REPLACE FUNCTION f() RETURNS TEXT LANGUAGE SQL AS $$ 'two' $$");
      assertThat(first(session, "SELECT f()")).isEqualTo("two");
      first(session, "ALTER FUNCTION f QUARANTINE");
      assertThat(state(here, "SELECT f()")).isEqualTo("38Q01");
      assertThat(value(here, "SELECT count(*) || min(is_intact) FROM sextant.sandbox_audit"))
          .isEqualTo("41");
    }
  }

  private static @Nullable String first(SqlSession session, String sql) {
    try (SqlStatement statement = session.prepare(sql)) {
      return statement.execute() instanceof SqlStatement.Outcome.Rows(RowCursor cursor)
              && cursor.next()
          ? cursor.getText(0)
          : null;
    }
  }

  @Test
  void theFileStaysPlainSqlite() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url())) {
      run(
          connection,
          "CREATE TABLE t(a)",
          "INSERT INTO t VALUES (1)",
          "CREATE FUNCTION f(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ a $$");
    }
    String file = "jdbc:sqlite:" + folder.resolve("f.db");
    try (Connection plain = new org.sqlite.SQLiteConfig().createConnection(file)) {
      assertThat(value(plain, "SELECT name || types || source FROM sextant_functions"))
          .isEqualTo("fINTEGER a ");
      run(plain, "CREATE VIEW v AS SELECT f(a) AS b FROM t");
      run(plain, "UPDATE sextant_functions SET profile = 'wide'");
    }
    try (Connection connection = DriverManager.getConnection(url())) {
      assertThatThrownBy(() -> value(connection, "SELECT b FROM v"))
          .hasMessageContaining("Unsafe use of f()");
      assertThat(state(connection, "SELECT f(1)")).isEqualTo("38S02");
      assertThat(value(connection, "SELECT state FROM sextant.functions")).isEqualTo("UNUSABLE");
      run(connection, "DROP FUNCTION f");
      try (ResultSet tables =
          connection.getMetaData().getTables(null, null, "%", new String[] {"TABLE"})) {
        assertThat(tables.next()).isTrue();
        assertThat(tables.getString("TABLE_NAME")).isEqualTo("t");
        assertThat(tables.next()).isFalse();
      }
    }
  }

  @Test
  void aWideProfileInTheFileRunsNothing() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url())) {
      run(
          connection,
          "CREATE SANDBOX PROFILE p EXTENDS untrusted (FUEL 10)",
          "CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL SANDBOX p AS $$ 1 $$");
      assertThat(value(connection, "SELECT f()")).isEqualTo("1");
      run(connection, "UPDATE sextant_profiles SET settings = 'FUEL=99999999999'");
    }
    try (Connection connection = DriverManager.getConnection(url())) {
      assertThat(state(connection, "SELECT f()")).isEqualTo("38S02");
    }
  }

  @Test
  void whatTheFileHoldsIsCheckedAsIfItWereCreated() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url())) {
      run(
          connection,
          "CREATE FUNCTION f(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ a $$",
          "CREATE FUNCTION g(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ f(a) $$");
    }
    for (String source :
        new String[] {"(SELECT count(*) FROM sqlite_schema)", "g(a)", "a) FROM (SELECT 1 AS a"}) {
      try (Connection connection = DriverManager.getConnection(url());
          PreparedStatement tamper =
              connection.prepareStatement(
                  "UPDATE sextant_functions SET source = ? WHERE name = 'f'")) {
        tamper.setString(1, source);
        tamper.execute();
      }
      try (Connection connection = DriverManager.getConnection(url())) {
        assertThat(state(connection, "SELECT g(1)")).as(source).isEqualTo("42P13");
      }
    }
    try (Connection connection = DriverManager.getConnection(url())) {
      run(connection, "UPDATE sextant_functions SET language = 'COBOL' WHERE name = 'f'");
    }
    try (Connection connection = DriverManager.getConnection(url())) {
      assertThat(state(connection, "SELECT f(1)")).isEqualTo("42883");
    }
  }

  @Test
  void aConstantThatFailsSaysWhy() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url())) {
      run(
          connection,
          "CREATE TABLE t(a INTEGER PRIMARY KEY, b)",
          "CREATE INDEX i ON t(b)",
          "INSERT INTO t SELECT value, value % 7 FROM json_each('[1,2,3,4,5,6,7,8,9]')",
          "ANALYZE",
          "CREATE FUNCTION f(a INTEGER) RETURNS TEXT LANGUAGE SQL DETERMINISTIC AS $$ a $$");
      assertThat(state(connection, "SELECT a FROM t WHERE b > f(3)")).isEqualTo("38001");
      assertThat(value(connection, "SELECT count(*) FROM t")).isEqualTo("9");
    }
  }
}
