package dev.sextant.engine.route.optimize;

import java.util.List;
import java.util.OptionalInt;

/*
 * A template is cut before the line of its first placeholder: what stands above is the instruction,
 * the rest is where the input goes. A candidate puts another instruction above, and between the two
 * the demonstrations, each written as the input would be, with its answer below.
 */
/** How an instruction and demonstrations become a prompt. */
public final class PromptForm {
  /** The language of templates. */
  public interface Syntax {
    /** A template filled with an input. */
    String fill(String template, String input);

    /** Text that stands for itself in a template. */
    String escape(String text);

    /** Where the first placeholder of a template begins; empty where it has none. */
    OptionalInt firstPlaceholder(String template);
  }

  private final Syntax syntax;
  private final String base;
  private final String instruction;
  private final String rest;

  /**
   * Cuts a template.
   *
   * @throws IllegalArgumentException where it has no placeholder, so that every input gave the same
   *     prompt
   */
  public PromptForm(String base, Syntax syntax) {
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
    this.instruction = base.substring(0, line).strip();
    this.rest = base.substring(line);
  }

  /** The instruction of the base prompt; empty where it begins with its input. */
  public String instruction() {
    return instruction;
  }

  /** The template of a candidate; the base prompt itself where nothing differs. */
  public String template(String wanted, List<Demonstration> demonstrations) {
    if (wanted.equals(instruction) && demonstrations.isEmpty()) {
      return base;
    }
    StringBuilder text = new StringBuilder();
    if (!wanted.isEmpty()) {
      text.append(wanted.equals(instruction) ? wanted : syntax.escape(wanted)).append("\n\n");
    }
    for (Demonstration shown : demonstrations) {
      text.append(syntax.escape(shown(shown))).append("\n\n");
    }
    return text.append(rest).toString();
  }

  /** A demonstration as the model sees it. */
  String shown(Demonstration demonstration) {
    return syntax.fill(rest, demonstration.input()).stripTrailing()
        + "\n"
        + demonstration.output().strip();
  }

  /** The text to send. */
  public String fill(String template, String input) {
    return syntax.fill(template, input);
  }
}
