package dev.sextant.jdbc.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DemoOptionsTest {

  @Test
  void readsRowsAndDatabase() {
    assertThat(DemoOptions.parse(List.of())).isEqualTo(new DemoOptions(3_000, "sextant-demo.db"));
    assertThat(DemoOptions.parse(List.of("--db", "a b.db", "--rows", "10_000")))
        .isEqualTo(new DemoOptions(10_000, "a b.db"));
    assertThat(DemoOptions.parse(List.of("--rows", "all")).rows()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void wrongArgumentsAreNamed() {
    refuses("demo has no option \"--row\", only --rows N|all and --db PATH", "--row", "5");
    refuses("option --db expects a value", "--db");
    refuses("--rows expects a number from 1, or all, but got \"0\"", "--rows", "0");
    refuses("--rows expects a number from 1, or all, but got \"many\"", "--rows", "many");
  }

  private static void refuses(String message, String... args) {
    assertThatThrownBy(() -> DemoOptions.parse(List.of(args)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
