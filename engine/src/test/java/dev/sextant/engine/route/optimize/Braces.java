package dev.sextant.engine.route.optimize;

import java.util.OptionalInt;

/** A language of templates with one placeholder, {@code {{input}}}. */
final class Braces implements PromptForm.Syntax {
  private static final String PLACEHOLDER = "{{input}}";

  @Override
  public String fill(String template, String input) {
    return template.replace(PLACEHOLDER, input).replace("{\\{", "{{");
  }

  @Override
  public String escape(String text) {
    return text.replace("{{", "{\\{");
  }

  @Override
  public OptionalInt firstPlaceholder(String template) {
    int at = template.indexOf(PLACEHOLDER);
    return at < 0 ? OptionalInt.empty() : OptionalInt.of(at);
  }
}
