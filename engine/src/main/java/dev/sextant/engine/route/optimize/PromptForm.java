package dev.sextant.engine.route.optimize;

import java.util.List;
import java.util.OptionalInt;

/*
 * A template is cut before the line of its first placeholder: what stands above is the instruction,
 * the rest is where the input goes. A candidate puts another instruction above, and between the two
 * the demonstrations, each written as the input would be, with its answer below. Instructions and
 * demonstrations are never read as templates.
 */
/** How an instruction and demonstrations become a prompt. */
public final class PromptForm {
  /** The language of templates. */
  public interface Syntax {
    /** A template filled with an input. */
    String fill(String template, String input);

    /** Where the first placeholder of a template begins; empty where it has none. */
    OptionalInt firstPlaceholder(String template);
  }

  private final Syntax syntax;
  private final String base;
  private final List<Demonstration> own;
  private final String instruction;
  private final String rest;

  /**
   * Cuts a template.
   *
   * @param own the demonstrations that the base prompt has
   * @throws IllegalArgumentException where it has no placeholder, so that every input gave the same
   *     prompt
   */
  public PromptForm(String base, List<Demonstration> own, Syntax syntax) {
    int at =
        syntax
            .firstPlaceholder(base)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "The prompt has no placeholder for the input, so that it would be the same"
                            + " for all examples"));
    int line = base.lastIndexOf('\n', at) + 1;
    this.syntax = syntax;
    this.base = base;
    this.own = List.copyOf(own);
    this.instruction = base.substring(0, line).strip();
    this.rest = base.substring(line);
  }

  /** The instruction of the base prompt; empty where it begins with its input. */
  public String instruction() {
    return instruction;
  }

  /** The demonstrations of the base prompt. */
  public List<Demonstration> own() {
    return own;
  }

  /** The template with another instruction; the base prompt itself with its own. */
  public String template(String wanted) {
    return wanted.equals(instruction) ? base : wanted + "\n\n" + rest;
  }

  /** Whether a text would be read as part of the template. */
  boolean isTemplate(String text) {
    return syntax.firstPlaceholder(text).isPresent();
  }

  /** The text to send for an input. */
  public String text(String wanted, List<Demonstration> demonstrations, String input) {
    if (demonstrations.isEmpty() && wanted.equals(instruction)) {
      return syntax.fill(base, input);
    }
    StringBuilder text = new StringBuilder();
    if (!wanted.isEmpty()) {
      text.append(wanted).append("\n\n");
    }
    for (Demonstration demonstration : demonstrations) {
      text.append(shown(demonstration)).append("\n\n");
    }
    return text.append(syntax.fill(rest, input)).toString();
  }

  /** A demonstration as the model sees it. */
  String shown(Demonstration demonstration) {
    return syntax.fill(rest, demonstration.input()).stripTrailing()
        + "\n"
        + demonstration.output().strip();
  }
}
