package dev.sextant.engine.route.define;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.JsonObject;
import dev.sextant.engine.http.JsonText;
import dev.sextant.engine.route.optimize.Demonstration;
import dev.sextant.engine.route.optimize.PromptForm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The places {@code {{name}}} of a prompt's text. An input is the value of the only place, or a
 * JSON object with a member for each.
 *
 * @param prompt the prompt's name, for messages
 * @param names of its places
 */
record Places(String prompt, Set<String> names) implements PromptForm.Syntax {
  private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");

  static Places of(String prompt, String text) {
    Set<String> names = new LinkedHashSet<>();
    Matcher places = PLACE.matcher(text);
    while (places.find()) {
      names.add(places.group(1));
    }
    return new Places(prompt, names);
  }

  @Override
  public OptionalInt firstPlaceholder(String template) {
    Matcher places = PLACE.matcher(template);
    return places.find() ? OptionalInt.of(places.start()) : OptionalInt.empty();
  }

  @Override
  public String fill(String template, String input) {
    if (names.size() == 1) {
      return fill(template, Map.of(names.iterator().next(), input));
    }
    JsonObject object = JsonObject.parse("The input of prompt \"" + prompt + "\"", input);
    Map<String, String> values = new LinkedHashMap<>();
    names.forEach(name -> object.text(name).ifPresent(value -> values.put(name, value)));
    return fill(template, values);
  }

  /** Values as an input. */
  String input(Map<String, String> values) {
    if (names.size() == 1) {
      String name = names.iterator().next();
      return required(name, values);
    }
    return JsonText.write(new LinkedHashMap<String, Object>(values));
  }

  private String required(String name, Map<String, String> values) {
    String value = values.get(name);
    if (value == null) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Prompt \"%s\" has a place {{%s}} and got values for %s only."
              .formatted(prompt, name, new TreeSet<>(values.keySet())));
    }
    return value;
  }

  /** The text with values in its places. */
  String fill(String template, Map<String, String> values) {
    Matcher places = PLACE.matcher(template);
    StringBuilder text = new StringBuilder();
    while (places.find()) {
      places.appendReplacement(text, Matcher.quoteReplacement(required(places.group(1), values)));
    }
    return places.appendTail(text).toString();
  }

  /**
   * Demonstrations of a JSON array of objects with an input and an output each.
   *
   * @throws SextantException {@code 22023} where it is none
   */
  static List<Demonstration> demonstrations(String json) {
    List<Demonstration> demonstrations = new ArrayList<>();
    try {
      if (JsonText.parse(json) instanceof List<?> list) {
        for (Object element : list) {
          if (!(element instanceof Map<?, ?> object)
              || !(object.get("output") instanceof String output)) {
            throw wrong();
          }
          Object input = object.get("input");
          if (input == null) {
            throw wrong();
          }
          String text = input instanceof String plain ? plain : JsonText.write(input);
          demonstrations.add(new Demonstration(text, output, false));
        }
        return demonstrations;
      }
    } catch (JsonText.Malformed malformed) {
      throw wrong();
    }
    throw wrong();
  }

  /** The same, there and back. */
  static String json(List<Demonstration> demonstrations) {
    List<Object> list = new ArrayList<>();
    for (Demonstration demonstration : demonstrations) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("input", demonstration.input());
      object.put("output", demonstration.output());
      list.add(object);
    }
    return JsonText.write(list);
  }

  private static SextantException wrong() {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "DEMOS expects a JSON array such as '[{\"input\": \"2+2\", \"output\": \"4\"}]'.");
  }
}
