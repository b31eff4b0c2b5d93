package dev.sextant.engine.route.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PromptFormTest {
  private static final String BASE = "Name the capital.\n\nCountry: {{input}}\nCapital:";

  private final PromptForm form = new PromptForm(BASE, List.of(), new Braces());

  @Test
  void theBasePromptStaysAsItIs() {
    assertThat(form.instruction()).isEqualTo("Name the capital.");
    assertThat(form.template(form.instruction())).isEqualTo(BASE);
    assertThat(form.text(form.instruction(), List.of(), "Chad"))
        .isEqualTo("Name the capital.\n\nCountry: Chad\nCapital:");
  }

  @Test
  void demonstrationsStandBetweenInstructionAndInput() {
    assertThat(
            form.text(
                "Answer in one word.", List.of(new Demonstration("Peru", "Lima", false)), "Chad"))
        .isEqualTo(
            "Answer in one word.\n\nCountry: Peru\nCapital:\nLima\n\nCountry: Chad\nCapital:");
    assertThat(form.template("Answer in one word."))
        .isEqualTo("Answer in one word.\n\nCountry: {{input}}\nCapital:");
  }

  @Test
  void placeholdersInDemonstrationsStandForThemselves() {
    assertThat(form.text("Go.", List.of(new Demonstration("{{input}}", "{{input}}", true)), "Chad"))
        .isEqualTo("Go.\n\nCountry: {{input}}\nCapital:\n{{input}}\n\nCountry: Chad\nCapital:");
    assertThat(form.isTemplate("Use {{input}}.")).isTrue();
    assertThat(form.isTemplate("Use braces.")).isFalse();
  }

  @Test
  void aPromptThatBeginsWithItsInputHasNoInstructionYet() {
    PromptForm bare = new PromptForm("{{input}} ->", List.of(), new Braces());
    assertThat(bare.instruction()).isEmpty();
    assertThat(bare.text("Translate.", List.of(), "un")).isEqualTo("Translate.\n\nun ->");
  }

  @Test
  void aPromptWithoutPlaceholderIsRefused() {
    assertThatThrownBy(() -> new PromptForm("Say something", List.of(), new Braces()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no placeholder");
  }
}
