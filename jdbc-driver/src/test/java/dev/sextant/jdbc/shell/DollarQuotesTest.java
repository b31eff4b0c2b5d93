package dev.sextant.jdbc.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DollarQuotesTest {
  @Test
  void whatStandsInQuotesIsHidden() {
    assertThat(DollarQuotes.hidden("CREATE FUNCTION f() AS $$ a;\nb' $$;"))
        .contains("CREATE FUNCTION f() AS xxxxx\nxxxxx;");
    assertThat(DollarQuotes.hidden("create or\nreplace function f() as $x$ $$; $x$; SELECT 1;"))
        .contains("create or\nreplace function f() as xxxxxxxxxxx; SELECT 1;");
  }

  @Test
  void anOpenQuoteGoesOn() {
    assertThat(DollarQuotes.hidden("CREATE FUNCTION f() AS $$ a;")).isEmpty();
    assertThat(DollarQuotes.hidden("CREATE FUNCTION f() AS $x$ a $$;")).isEmpty();
    assertThat(DollarQuotes.hidden("CREATE FUNCTION f() AS 'a;"))
        .contains("CREATE FUNCTION f() AS 'a;");
  }

  @Test
  void elsewhereADollarIsPartOfAParameter() {
    assertThat(DollarQuotes.hidden("SELECT $a, $b$; SELECT $$"))
        .contains("SELECT $a, $b$; SELECT $$");
  }
}
