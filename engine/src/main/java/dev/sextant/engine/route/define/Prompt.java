package dev.sextant.engine.route.define;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
  /** A value's place. */
  private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");

  /** No demonstrations. */
  public static final String NO_DEMOS = "[]";

  /** The same, used or not. */
  public Prompt active(boolean used) {
    return new Prompt(name, version, instruction, demos, parent, origin, used, createdAt);
  }

  /**
   * The text with values in their places.
   *
   * @throws SextantException {@code 22023} where a value is missing
   */
  public String render(Map<String, String> values) {
    Matcher places = PLACE.matcher(instruction);
    StringBuilder text = new StringBuilder();
    while (places.find()) {
      String value = values.get(places.group(1));
      if (value == null) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "Prompt \"%s\" has a place {{%s}} and got values for %s only."
                .formatted(name, places.group(1), new TreeSet<>(values.keySet())));
      }
      places.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    return places.appendTail(text).toString();
  }
}
