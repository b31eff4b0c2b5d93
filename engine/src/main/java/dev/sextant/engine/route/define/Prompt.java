package dev.sextant.engine.route.define;

import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.optimize.Demonstration;
import dev.sextant.engine.route.optimize.PromptForm;
import java.util.List;
import java.util.Map;

/**
 * A version of a prompt.
 *
 * @param name as SQL calls it, in lower case
 * @param version from 1
 * @param instruction the text, with {@code {{name}}} where a value is put
 * @param demos demonstrations as a JSON array, put before the last part of the text
 * @param parent the version that it was made from; 0 for none
 * @param origin who made it, as {@code user} or an optimizer's name
 * @param active whether it is the version that is used
 * @param createdAt milliseconds since 1970
 */
public record Prompt(
    String name,
    int version,
    String instruction,
    String demos,
    int parent,
    String origin,
    boolean active,
    long createdAt) {
  /** No demonstrations. */
  public static final String NO_DEMOS = "[]";

  /** The same, used or not. */
  public Prompt active(boolean used) {
    return new Prompt(name, version, instruction, demos, parent, origin, used, createdAt);
  }

  /**
   * The text with values in their places, and the demonstrations before the line of the first.
   *
   * @throws SextantException {@code 22023} where a value is missing
   */
  public String render(Map<String, String> values) {
    Places places = Places.of(name, instruction);
    List<Demonstration> shown = demonstrations();
    if (shown.isEmpty() || places.names().isEmpty()) {
      return places.fill(instruction, values);
    }
    PromptForm form = form();
    return form.text(form.instruction(), shown, places.input(values));
  }

  /**
   * How it is written with other instructions and demonstrations.
   *
   * @throws IllegalArgumentException where it has no place for an input
   */
  public PromptForm form() {
    return new PromptForm(instruction, demonstrations(), Places.of(name, instruction));
  }

  /**
   * Its demonstrations.
   *
   * @throws SextantException {@code 22023} where they are no JSON array of objects with an input
   *     and an output
   */
  public List<Demonstration> demonstrations() {
    return Places.demonstrations(demos);
  }

  /** Demonstrations as a prompt keeps them. */
  public static String written(List<Demonstration> demonstrations) {
    return Places.json(demonstrations);
  }
}
