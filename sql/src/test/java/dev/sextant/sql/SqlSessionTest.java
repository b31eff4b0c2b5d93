package dev.sextant.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions and statements on SQLite's own path. */
final class SqlSessionTest {
  @TempDir Path folder;

  private SqlEngine open() {
    return new SqlEngine(new Database(Optional.of(folder.resolve("a.db")), Settings.defaults()));
  }

  static List<String> query(SqlSession session, String sql) {
    try (SqlStatement statement = session.prepare(sql)) {
      List<String> rows = new ArrayList<>();
      if (statement.execute() instanceof SqlStatement.Outcome.Rows(RowCursor cursor)) {
        while (cursor.next()) {
          StringBuilder row = new StringBuilder();
          for (int i = 0; i < statement.columns().size(); i++) {
            row.append(i == 0 ? "" : "|").append(cursor.getText(i));
          }
          rows.add(row.toString());
        }
      }
      return rows;
    }
  }

  @Test
  void rowsAreReadBackAndCounted() {
    try (SqlEngine engine = open();
        SqlSession session = engine.connect()) {
      query(session, "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)");
      try (SqlStatement insert = session.prepare("INSERT INTO t(v) VALUES (?), (?)")) {
        insert.bind(1, "a");
        insert.bind(2, null);
        assertThat(insert.execute()).isEqualTo(new SqlStatement.Outcome.Count(2));
      }
      assertThat(query(session, "SELECT * FROM t")).containsExactly("1|a", "2|null");
      assertThat(query(session, "INSERT INTO t(v) VALUES ('r') RETURNING id, v;"))
          .containsExactly("3|r");
    }
  }

  @Test
  void rollbackUndoesAndCommitKeeps() {
    try (SqlEngine engine = open();
        SqlSession session = engine.connect();
        SqlSession other = engine.connect()) {
      query(session, "CREATE TABLE t(v)");
      session.setAutoCommit(false);
      query(session, "INSERT INTO t VALUES (1)");
      assertThat(query(other, "SELECT count(*) FROM t")).containsExactly("0");
      session.rollback();
      query(session, "INSERT INTO t VALUES (2)");
      session.commit();
      assertThat(query(other, "SELECT * FROM t")).containsExactly("2");
    }
  }

  @Test
  void errorsCarryTheirCode() {
    try (SqlEngine engine = open();
        SqlSession session = engine.connect()) {
      query(session, "CREATE TABLE t(v UNIQUE NOT NULL)");
      query(session, "INSERT INTO t VALUES (1)");
      assertCode(session, "INSERT INTO t VALUES (1)", ErrorCode.UNIQUE);
      assertCode(session, "INSERT INTO t VALUES (NULL)", ErrorCode.NOT_NULL);
      assertCode(session, "SELECT * FROM u", ErrorCode.UNKNOWN_TABLE);
      assertCode(session, "SELECT x FROM t", ErrorCode.UNKNOWN_COLUMN);
      assertCode(session, "SELEC 1", ErrorCode.SYNTAX);
      assertCode(session, "SELECT 1; SELECT 2", ErrorCode.SYNTAX);
      assertCode(session, "SELECT 'a", ErrorCode.SYNTAX);
      assertCode(session, "  ", ErrorCode.SYNTAX);
      assertThat(query(session, "SELECT * FROM t")).containsExactly("1");
    }
  }

  private static void assertCode(SqlSession session, String sql, ErrorCode code) {
    assertThatThrownBy(() -> query(session, sql))
        .isInstanceOfSatisfying(
            SextantException.class, e -> assertThat(e.code()).as(sql).isEqualTo(code));
  }

  @Test
  void numbersOfReturningAreWrittenAsSqliteWritesThem() {
    try (SqlEngine engine = open();
        SqlSession session = engine.connect()) {
      query(session, "CREATE TABLE t(v REAL)");
      List<String> stored =
          query(session, "INSERT INTO t VALUES (1e-7), (1e20), (0.1), (1.0 / 3) RETURNING v");
      assertThat(stored).isEqualTo(query(session, "SELECT v FROM t")).contains("1.0e-07");
    }
  }
}
