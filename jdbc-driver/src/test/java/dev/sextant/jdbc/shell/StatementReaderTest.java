package dev.sextant.jdbc.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatementReaderTest {

  @Test
  void cutsAtSemicolons() throws IOException {
    assertThat(cut("select 1; select\n2 ;select 3"))
        .containsExactly("select 1", "select\n2", "select 3");
  }

  @Test
  void semicolonsInQuotesAndCommentsDoNotCut() throws IOException {
    assertThat(
            cut(
                "select ';', \"a;b\", [c;d], `e;f`;"
                    + " select 'it''s; fine' -- no; cut\n; select /* ; */ 2"))
        .containsExactly(
            "select ';', \"a;b\", [c;d], `e;f`",
            "select 'it''s; fine' -- no; cut",
            "select /* ; */ 2");
  }

  @Test
  void blanksAndCommentsAreNoStatement() throws IOException {
    assertThat(cut("")).isEmpty();
    assertThat(cut(" ;; -- nothing;\n /* nor here; */ ; ")).isEmpty();
    assertThat(cut("-- why\nselect 1;\n-- the end")).containsExactly("-- why\nselect 1");
  }

  @Test
  void signsAndLiteralsAloneAreStatements() throws IOException {
    assertThat(cut("?; 'a'; (")).containsExactly("?", "'a'", "(");
  }

  @Test
  void aTriggerEndsAfterItsEnd() throws IOException {
    String trigger =
        """
        CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN
          UPDATE a SET x = CASE WHEN x > 1 THEN 2 ELSE 3 END;
          INSERT INTO b VALUES (new.x); -- END;
        END""";
    assertThat(cut(trigger + "; select 1;")).containsExactly(trigger, "select 1");
  }

  @Test
  void theWordTriggerElsewhereIsNoTrigger() throws IOException {
    assertThat(cut("create table trigger_log(a); select 1; drop trigger t; select 2"))
        .containsExactly("create table trigger_log(a)", "select 1", "drop trigger t", "select 2");
  }

  @Test
  void dollarQuotesOfFunctionsDoNotCut() throws IOException {
    String function =
        """
        CREATE OR REPLACE FUNCTION f(t TEXT) RETURNS TEXT LANGUAGE JAVASCRIPT AS $a1$
          function f(t) { let x = '$$; '; return t + x; } -- $ $b$ ;
        $a1$ STRICT""";
    assertThat(cut(function + "; select 1;")).containsExactly(function, "select 1");
    assertThat(cut("create function f() returns text language sql as $$;$$; select 1"))
        .containsExactly("create function f() returns text language sql as $$;$$", "select 1");
    assertThat(cut("select $a$; select $$; create table function(a); select $$ ; $$"))
        .containsExactly("select $a$", "select $$", "create table function(a)", "select $$", "$$");
  }

  @Test
  void anOpenQuoteRunsToTheEnd() throws IOException {
    assertThat(cut("select 'a; select 2")).containsExactly("select 'a; select 2");
    assertThat(cut("select 1 /* a; select 2")).containsExactly("select 1 /* a; select 2");
  }

  private static List<String> cut(String script) throws IOException {
    StatementReader reader = new StatementReader(new StringReader(script));
    List<String> statements = new ArrayList<>();
    for (Optional<String> next = reader.next(); next.isPresent(); next = reader.next()) {
      statements.add(next.get());
    }
    return statements;
  }
}
