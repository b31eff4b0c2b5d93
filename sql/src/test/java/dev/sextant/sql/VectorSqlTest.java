package dev.sextant.sql;

import static dev.sextant.sql.SqlSessionTest.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Vector columns and nearest neighbours through SQL. */
final class VectorSqlTest {
  private SqlEngine engine;
  private SqlSession session;

  @BeforeEach
  void open() {
    engine = new SqlEngine(new Database(Optional.empty(), Settings.defaults()));
    session = engine.connect();
    query(session, "CREATE TABLE docs(id INTEGER PRIMARY KEY, cat TEXT, emb VECTOR(3))");
    query(
        session,
        "INSERT INTO docs(id, cat, emb) VALUES (1, 'a', '[1,0,0]'), (2, 'b', '[0,1,0]'),"
            + " (3, 'a', '[0,0,1]'), (4, 'b', '[1,1,0]'), (5, 'a', NULL)");
  }

  @AfterEach
  void close() {
    session.close();
    engine.close();
  }

  @Test
  void nearestFirst() {
    assertThat(query(session, "SELECT id FROM docs ORDER BY emb <-> '[1,0.1,0]' LIMIT 2"))
        .containsExactly("1", "4");
    assertThat(
            query(
                session,
                "SELECT id, round(emb <=> '[1,1,0]', 6) AS d FROM docs WHERE cat = 'b'"
                    + " ORDER BY emb <=> '[1,1,0]' LIMIT 10"))
        .containsExactly("4|0.0", "2|0.292893");
    String knn = "SELECT id FROM docs WHERE cat = 'b' ORDER BY emb <=> '[1,1,0]' LIMIT 10";
    assertThat(String.join("\n", query(session, "EXPLAIN " + knn)))
        .contains("KnnScan docs.emb by COSINE");
  }

  @Test
  void joinsAndAggregates() {
    query(session, "CREATE TABLE cats(cat TEXT PRIMARY KEY, label TEXT)");
    query(session, "INSERT INTO cats VALUES ('a', 'Alpha'), ('b', 'Beta')");
    assertThat(
            query(
                session,
                "SELECT d.id, c.label FROM docs d JOIN cats c ON c.cat = d.cat"
                    + " WHERE c.label = 'Alpha' ORDER BY d.emb <-> '[0,0,0.9]' LIMIT 1"))
        .containsExactly("3|Alpha");
    assertThat(
            query(
                session,
                "SELECT cat, count(*) FROM"
                    + " (SELECT cat FROM docs ORDER BY emb <-> '[1,1,0]' LIMIT 3)"
                    + " GROUP BY cat ORDER BY cat"))
        .containsExactly("a|1", "b|2");
  }

  @Test
  void ownChangesAreSeenAndRollbackLeavesNoTrace() {
    String nearest = "SELECT id FROM docs ORDER BY emb <-> '[9,9,9]' LIMIT 1";
    assertThat(query(session, nearest)).containsExactly("4");
    session.setAutoCommit(false);
    query(session, "INSERT INTO docs VALUES (10, 'c', '[9,9,9]')");
    query(session, "DELETE FROM docs WHERE id = 4");
    assertThat(query(session, "SELECT id FROM docs ORDER BY emb <-> '[9,9,9]' LIMIT 3"))
        .containsExactly("10", "1", "2");
    session.rollback();
    assertThat(query(session, nearest)).containsExactly("4");
    query(session, "UPDATE docs SET emb = '[8,8,8]' WHERE id = 1");
    session.commit();
    assertThat(query(session, nearest)).containsExactly("1");
  }

  @Test
  void parametersOfAnyForm() {
    try (SqlStatement statement =
        session.prepare("SELECT id FROM docs ORDER BY emb <-> ? LIMIT ?")) {
      for (Object vector : List.of(new float[] {0, 0, 2}, "[0, 0, 2]")) {
        statement.bind(1, vector);
        statement.bind(2, 1L);
        SqlStatement.Outcome.Rows rows = (SqlStatement.Outcome.Rows) statement.execute();
        assertThat(rows.cursor().next()).isTrue();
        assertThat(rows.cursor().getLong(0)).isEqualTo(3);
      }
    }
    try (SqlStatement insert = session.prepare("INSERT INTO docs VALUES (?, ?, ?) RETURNING emb")) {
      insert.bind(1, 7L);
      insert.bind(2, "x");
      insert.bind(3, new float[] {1, 2});
      assertThatThrownBy(insert::execute)
          .isInstanceOfSatisfying(
              SextantException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.WRONG_DIMENSIONS))
          .hasMessageContaining("docs.emb");
    }
    assertThat(query(session, "SELECT count(*) FROM docs")).containsExactly("5");
  }

  @Test
  void offsetsBelowZeroSkipNothingAndFractionsAreRefused() {
    try (SqlStatement statement =
        session.prepare("SELECT id FROM docs ORDER BY emb <-> '[1,0.1,0]' LIMIT ? OFFSET ?")) {
      statement.bind(1, 2L);
      statement.bind(2, -3L);
      assertThat(statement.execute())
          .isInstanceOfSatisfying(
              SqlStatement.Outcome.Rows.class,
              rows -> {
                assertThat(rows.cursor().next()).isTrue();
                assertThat(rows.cursor().getLong(0)).isEqualTo(1);
                assertThat(rows.cursor().next()).isTrue();
                assertThat(rows.cursor().next()).isFalse();
              });
      statement.bind(1, 2.5);
      assertThatThrownBy(statement::execute)
          .isInstanceOf(SextantException.class)
          .hasMessageContaining("whole number but got 2.5");
    }
  }

  @Test
  void engineTables() {
    assertThat(query(session, "SELECT name FROM sextant.kernels WHERE status = 'chosen'"))
        .hasSize(1);
    assertThat(query(session, "SELECT name, dimensions FROM sextant.models"))
        .containsExactly("all-minilm-l6-v2|384", "bge-small-en-v15|384");
    assertThat(query(session, "SELECT value FROM sextant.settings WHERE name = 'compile'"))
        .containsExactly("auto");
  }

  @Test
  void embedsConstantsAndRows() {
    query(session, "CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT, e VECTOR(384))");
    query(session, "INSERT INTO t(id, text) VALUES (1, 'a cat sleeps'), (2, 'stock markets fall')");
    query(session, "UPDATE t SET e = EMBED(text)");
    query(session, "INSERT INTO t SELECT id + 10, text, EMBED(text) FROM t WHERE id = 1");
    query(session, "INSERT INTO t VALUES (3, 'x', EMBED('kittens are asleep'))");
    assertThat(query(session, "SELECT id FROM t ORDER BY e <=> EMBED('economy') LIMIT 1"))
        .containsExactly("2");
    assertThat(
            query(session, "SELECT id FROM t WHERE id < 10 ORDER BY e <=> EMBED('a cat') LIMIT 2"))
        .containsExactly("1", "3");
    assertThat(query(session, "SELECT EMBED(text) <=> e < 0.000001 FROM t ORDER BY id LIMIT 2"))
        .containsExactly("1", "1");
  }

  @Test
  void badInputIsRefusedAndNothingWritten() {
    assertCode("INSERT INTO docs VALUES (9, 'x', '[1,2]')", ErrorCode.WRONG_DIMENSIONS);
    assertCode("INSERT INTO docs VALUES (9, 'x', '[1,2,nan]')", ErrorCode.INVALID_VECTOR);
    assertCode("INSERT INTO docs VALUES (9, 'x', '[1,2,')", ErrorCode.INVALID_VECTOR);
    assertCode("INSERT INTO docs VALUES (9, 'x', 7)", ErrorCode.INVALID_VECTOR);
    assertCode("SELECT id FROM docs ORDER BY emb <-> '[1]' LIMIT 1", ErrorCode.WRONG_DIMENSIONS);
    assertCode("SELECT idd FROM docs ORDER BY emb <-> '[1,2,3]' LIMIT 1", ErrorCode.UNKNOWN_COLUMN);
    assertCode("SELECT id FROM doc ORDER BY emb <-> '[1,2,3]' LIMIT 1", ErrorCode.UNKNOWN_TABLE);
    assertCode("SELECT embedd('x') <-> emb FROM docs", ErrorCode.UNKNOWN_FUNCTION);
    assertCode("CREATE TABLE v(e VECTOR)", ErrorCode.INVALID_DEFINITION);
    assertThat(query(session, "SELECT count(*) FROM docs")).containsExactly("5");
  }

  private void assertCode(String sql, ErrorCode code) {
    assertThatThrownBy(() -> query(session, sql))
        .isInstanceOfSatisfying(
            SextantException.class,
            e -> assertThat(e.code()).as(sql + ": " + e.getMessage()).isEqualTo(code));
  }
}
