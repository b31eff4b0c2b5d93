package dev.sextant.sql;

import static dev.sextant.sql.SqlSessionTest.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sextant.engine.Database;
import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions that a runtime runs: batches, results kept, instances, failures, cancelling. */
final class FunctionRuntimeTest {
  private static final String SLUG =
      "CREATE FUNCTION slug(t TEXT) RETURNS TEXT LANGUAGE JAVASCRIPT DETERMINISTIC AS 'slug'";

  @TempDir Path folder;
  private JavaRuntime runtime;
  private SqlEngine engine;
  private SqlSession session;

  @BeforeEach
  void open() {
    runtime = new JavaRuntime();
    Settings settings = Settings.of(Map.of("sandbox.processes", "on"));
    engine =
        new SqlEngine(
            new Database(
                Optional.of(folder.resolve("f.db")),
                settings,
                (language, audit) -> Optional.of(runtime)));
    session = engine.connect();
  }

  @AfterEach
  void close() {
    engine.close();
    assertThat(runtime.open).as("instances left open").hasValue(0);
    assertThat(runtime.prepared).as("functions left ready").hasValue(0);
  }

  private void run(String... statements) {
    for (String sql : statements) {
      query(session, sql);
    }
  }

  private List<String> rows(String sql) {
    return query(session, sql);
  }

  private void numbers(int count) {
    run(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, name TEXT)",
        "INSERT INTO t SELECT value, value % 1000, 'Name No. ' || (value % 1000)"
            + " FROM "
            + series(count));
  }

  private static String series(int count) {
    return "(WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s WHERE value < "
        + count
        + ") SELECT value FROM s)";
  }

  private ErrorCode failure(Runnable action) {
    return catchThrowableOfType(SextantException.class, action::run).code();
  }

  @Test
  void manyRowsGoToOneCall() {
    numbers(3000);
    run(SLUG);
    assertThat(rows("SELECT count(DISTINCT slug(name)), max(slug(name)) FROM t"))
        .containsExactly("1000|name-no-999");
    assertThat(runtime.rows).hasValue(1000);
    assertThat(runtime.batches).hasSizeLessThan(20);
    assertThat(runtime.instances).hasValue(1);
    assertThat(rows("SELECT calls < 20, rows, fuel FROM sextant.function_stats"))
        .containsExactly("1|1000|1000");
    assertThat(rows("EXPLAIN SELECT slug(name) FROM t"))
        .anyMatch(line -> line.contains("Call slug in batches of the arguments of"));
  }

  @Test
  void batchesKeepToTheProfile() {
    numbers(1000);
    run(
        "CREATE SANDBOX PROFILE p EXTENDS untrusted (BATCH_ROWS 64)",
        SLUG.replace("DETERMINISTIC", "DETERMINISTIC SANDBOX p"));
    assertThat(rows("SELECT count(slug(name)) FROM t")).containsExactly("1000");
    assertThat(Collections.max(runtime.batches)).isEqualTo(64);
  }

  @Test
  void aLimitCallsForFewRows() {
    numbers(3000);
    run(SLUG);
    assertThat(rows("SELECT slug(name) FROM t ORDER BY id LIMIT 5")).hasSize(5);
    assertThat(runtime.rows.get()).isLessThan(20);
  }

  @Test
  void aConditionAndGroupsAndOrder() {
    numbers(2000);
    run(SLUG);
    assertThat(rows("SELECT id FROM t WHERE slug(name) = 'name-no-7' ORDER BY id"))
        .containsExactly("7", "1007");
    assertThat(runtime.rows).hasValue(1000);
    assertThat(
            rows(
                "SELECT slug(name), count(*) FROM t GROUP BY slug(name)"
                    + " ORDER BY slug(name) DESC LIMIT 1"))
        .containsExactly("name-no-999|2");
    assertThat(runtime.rows).hasValue(2000);
  }

  @Test
  void whatIsNotDeterministicIsCalledForEachRow() {
    numbers(100);
    run(SLUG.replace("DETERMINISTIC", ""));
    assertThat(rows("SELECT count(slug('A')) FROM t")).containsExactly("100");
    assertThat(runtime.batches).hasSize(100).containsOnly(1);
  }

  @Test
  void aChangeKeepsResults() {
    numbers(2000);
    run(SLUG, "UPDATE t SET name = slug(name) WHERE id % 10 = 0");
    assertThat(runtime.rows).hasValue(100);
    assertThat(rows("SELECT name FROM t WHERE id IN (10, 1010)"))
        .containsExactly("name-no-10", "name-no-10");
  }

  @Test
  void aRowThatNobodyAsksForDoesNotFail() {
    numbers(1000);
    run(
        "CREATE FUNCTION hates(n INTEGER) RETURNS INTEGER LANGUAGE JAVASCRIPT DETERMINISTIC"
            + " AS 'not 13'");
    assertThat(rows("SELECT count(*) FROM t WHERE n <> 13 AND hates(n) >= 0"))
        .containsExactly("999");
    assertThat(rows("SELECT sum(CASE WHEN n = 13 THEN 0 ELSE hates(n) END) FROM t"))
        .containsExactly("499487");
    assertThat(failure(() -> rows("SELECT sum(hates(n)) FROM t")))
        .isEqualTo(ErrorCode.FUNCTION_FAILED);
    assertThat(rows("SELECT event, function FROM sextant.sandbox_audit"))
        .containsExactly("trap|hates(INTEGER)");
    assertThat(rows("SELECT hates(12)")).containsExactly("12");
  }

  @Test
  void aFailureWhileRowsAreReadEndsTheResult() {
    numbers(100);
    run("CREATE FUNCTION hates(n INTEGER) RETURNS INTEGER LANGUAGE WAT AS 'not 13'");
    try (SqlStatement statement = session.prepare("SELECT hates(n) FROM t")) {
      if (statement.execute() instanceof SqlStatement.Outcome.Rows(RowCursor cursor)) {
        for (int i = 1; i <= 12; i++) {
          assertThat(cursor.next()).isTrue();
        }
        assertThat(failure(cursor::next)).isEqualTo(ErrorCode.FUNCTION_FAILED);
        assertThat(runtime.open).hasValue(0);
        assertThat(cursor.next()).isFalse();
      }
    }
    assertThat(rows("SELECT hates(1)")).containsExactly("1");
  }

  @Test
  void aFilterOfASearchIsBatched() {
    run("CREATE TABLE d(id INTEGER PRIMARY KEY, name TEXT, v VECTOR(2))");
    try (SqlStatement insert = session.prepare("INSERT INTO d VALUES (?, ?, ?)")) {
      for (int i = 0; i < 500; i++) {
        insert.bind(1, (long) i);
        insert.bind(2, "N " + i);
        insert.bind(3, new float[] {i, 0});
        insert.execute();
      }
    }
    run(SLUG);
    String search = "SELECT id FROM d WHERE slug(name) >= 'n-4' ORDER BY v <-> '[0,0]' LIMIT 3";
    assertThat(rows(search)).containsExactly("4", "5", "6");
    assertThat(rows("EXPLAIN " + search))
        .anyMatch(line -> line.contains("KnnScan"))
        .anyMatch(line -> line.contains("Call slug in batches"));
    assertThat(runtime.batches.size()).isLessThan(40);
    assertThat(rows("SELECT slug(name) FROM d ORDER BY v <-> '[0,0]' LIMIT 2"))
        .containsExactly("n-0", "n-1");
  }

  @Test
  void rowsThatTheFunctionItselfChoosesAreCalledOnce() {
    numbers(1000);
    run(SLUG);
    assertThat(
            rows(
                "SELECT slug(name) FROM (SELECT name FROM t WHERE slug(name) > 'name-no-99')"
                    + " ORDER BY slug(name) LIMIT 2"))
        .containsExactly("name-no-990", "name-no-991");
    assertThat(runtime.rows).hasValue(1000);
    assertThat(runtime.batches).hasSizeLessThan(20);
  }

  @Test
  void nestedCallsAndSubqueriesAreRight() {
    numbers(50);
    run(SLUG);
    assertThat(rows("SELECT slug(slug(name) || ' X') FROM t WHERE id = 3"))
        .containsExactly("name-no-3-x");
    assertThat(
            rows(
                "SELECT (SELECT slug(a.name || b.n) FROM t b WHERE b.id = a.id) FROM t a"
                    + " WHERE a.id < 3"))
        .containsExactly("name-no-11", "name-no-22");
    assertThat(rows("SELECT slug(x) FROM (SELECT 'A b' AS x UNION ALL SELECT NULL)"))
        .containsExactly("a-b", "null");
  }

  @Test
  void cancellingReachesTheFunction() throws Exception {
    run("CREATE FUNCTION block() RETURNS INTEGER LANGUAGE JAVASCRIPT AS 'block'");
    try (SqlStatement statement = session.prepare("SELECT block()")) {
      CompletableFuture<Void> execution = CompletableFuture.runAsync(statement::execute);
      runtime.blocked.await();
      statement.cancel();
      CompletionException failed = catchThrowableOfType(CompletionException.class, execution::join);
      assertThat(failed.getCause())
          .isInstanceOfSatisfying(
              SextantException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
    assertThat(rows("SELECT count(*) FROM sextant.sandbox_audit")).containsExactly("0");
  }

  @Test
  void aTimeOutReachesTheFunction() {
    run("CREATE FUNCTION block() RETURNS INTEGER LANGUAGE JAVASCRIPT AS 'block'");
    try (SqlStatement statement = session.prepare("SELECT block()")) {
      statement.setTimeoutMillis(50);
      assertThat(failure(statement::execute)).isEqualTo(ErrorCode.TIMEOUT);
    }
    assertThat(rows("SELECT 1")).containsExactly("1");
  }

  @Test
  void aResultThatIsClosedEarlyGivesBackItsInstance() {
    numbers(100);
    run(SLUG);
    try (SqlStatement statement = session.prepare("SELECT slug(name) FROM t")) {
      SqlStatement.Outcome outcome = statement.execute();
      if (outcome instanceof SqlStatement.Outcome.Rows(RowCursor cursor)) {
        cursor.next();
        assertThat(runtime.open).hasValue(1);
        run("DROP FUNCTION slug", "SELECT 1");
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.getText(0)).isEqualTo("name-no-2");
        cursor.close();
        assertThat(runtime.open).hasValue(0);
      }
    }
    assertThat(failure(() -> rows("SELECT slug('a')"))).isEqualTo(ErrorCode.UNKNOWN_FUNCTION);
    assertThat(runtime.prepared).hasValue(0);
  }

  @Test
  void sessionsShareAFunctionAndSeeItsSuccessor() {
    run(SLUG);
    try (SqlSession other = engine.connect();
        SqlStatement prepared = other.prepare("SELECT slug('A B')")) {
      assertThat(query(other, "SELECT slug('A B')")).containsExactly("a-b");
      assertThat(rows("SELECT slug('A B')")).containsExactly("a-b");
      assertThat(runtime.prepared).hasValue(1);
      run("CREATE OR REPLACE FUNCTION slug(t TEXT) RETURNS TEXT LANGUAGE SQL AS $$ t || '!' $$");
      if (prepared.execute() instanceof SqlStatement.Outcome.Rows(RowCursor cursor)) {
        cursor.next();
        assertThat(cursor.getText(0)).isEqualTo("A B!");
      }
      run("DROP FUNCTION slug");
      assertThat(failure(() -> query(other, "SELECT slug('A')")))
          .isEqualTo(ErrorCode.UNKNOWN_FUNCTION);
    }
  }

  @Test
  void withoutProcessesNothingRuns() {
    run(SLUG, "SELECT slug('a')", "SET sandbox.processes = off");
    assertThat(runtime.closed).isTrue();
    assertThat(failure(() -> rows("SELECT slug('a')"))).isEqualTo(ErrorCode.SANDBOX_UNAVAILABLE);
    assertThat(failure(() -> run(SLUG.replace("slug(", "slug2("))))
        .isEqualTo(ErrorCode.SANDBOX_UNAVAILABLE);
    run("SET sandbox.processes = on");
    assertThat(rows("SELECT slug('A')")).containsExactly("a");
  }

  @Test
  void aRefusalIsRemembered() {
    assertThat(failure(() -> run(SLUG.replace("'slug'", "'slog'"))))
        .isEqualTo(ErrorCode.INVALID_FUNCTION);
    assertThat(rows("SELECT event, function, profile FROM sextant.sandbox_audit"))
        .containsExactly("refused|slug(TEXT)|untrusted");
    assertThat(rows("SELECT count(*) FROM sextant.functions")).containsExactly("0");
  }

  @Test
  void functionsSurviveReopeningAndTheAuditRollbacks() {
    run(SLUG, "CREATE FUNCTION v(a VECTOR) RETURNS INTEGER LANGUAGE JAVASCRIPT AS 'length'");
    session.setAutoCommit(false);
    assertThat(failure(() -> run(SLUG.replace("slug(", "bad(").replace("'slug'", "'slog'"))))
        .isEqualTo(ErrorCode.INVALID_FUNCTION);
    session.rollback();
    session.setAutoCommit(true);
    engine.close();
    open();
    assertThat(rows("SELECT slug('A B'), v('[1,2,3]'), v(x'0000000000000000')"))
        .containsExactly("a-b|3|2");
    assertThat(rows("SELECT count(*), min(is_intact) FROM sextant.sandbox_audit"))
        .containsExactly("1|1");
  }
}
