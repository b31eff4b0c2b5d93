package dev.sextant.engine.route.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PromptFormTest {
  private static final String BASE = "Name the capital.\n\nCountry: {{input}}\nCapital:";

  private final PromptForm form = new PromptForm(BASE, new Braces());

  @Test
  void theBasePromptStaysAsItIs() {
    assertThat(form.instruction()).isEqualTo("Name the capital.");
    assertThat(form.template(form.instruction(), List.of())).isEqualTo(BASE);
  }

  @Test
  void demonstrationsStandBetweenInstructionAndInput() {
    String template =
        form.template("Answer in one word.", List.of(new Demonstration("Peru", "Lima", false)));
    assertThat(form.fill(template, "Chad"))
        .isEqualTo(
            "Answer in one word.\n\nCountry: Peru\nCapital:\nLima\n\nCountry: Chad\nCapital:");
  }

  @Test
  void bracesInDemonstrationsAndInstructionsStandForThemselves() {
    String template =
        form.template("Use {{input}}.", List.of(new Demonstration("{{input}}", "{{input}}", true)));
    assertThat(form.fill(template, "Chad"))
        .isEqualTo(
            "Use {{input}}.\n\nCountry: {{input}}\nCapital:\n{{input}}\n\nCountry: Chad\nCapital:");
  }

  @Test
  void aPromptThatBeginsWithItsInputHasNoInstructionYet() {
    PromptForm bare = new PromptForm("{{input}} ->", new Braces());
    assertThat(bare.instruction()).isEmpty();
    assertThat(bare.fill(bare.template("Translate.", List.of()), "un"))
        .isEqualTo("Translate.\n\nun ->");
  }

  @Test
  void aPromptWithoutPlaceholderIsRefused() {
    assertThatThrownBy(() -> new PromptForm("Say something", new Braces()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no placeholder");
  }
}
