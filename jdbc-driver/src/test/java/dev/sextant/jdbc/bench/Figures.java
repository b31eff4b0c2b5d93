package dev.sextant.jdbc.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Names and values, written as JSON. */
public final class Figures {
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final String prefix;

  /** No figures yet; {@code prefix} goes before all names. */
  public Figures(String prefix) {
    this.prefix = prefix;
  }

  /** Adds a number. */
  public void add(String name, double value) {
    values.put(prefix + name, value);
  }

  /** Adds a text. */
  public void add(String name, String value) {
    values.put(prefix + name, value);
  }

  /** Adds those of another part. */
  public void addAll(Figures others) {
    values.putAll(others.values);
  }

  /** All, in the order they were added. */
  public Map<String, Object> values() {
    return values;
  }

  /** The object that is the last line of a benchmark. */
  public String json(String bench) {
    StringBuilder json = new StringBuilder("{\"bench\":\"" + bench + "\",\"figures\":{");
    int start = json.length();
    values.forEach(
        (name, value) -> {
          json.append(json.length() == start ? "" : ",");
          json.append('"').append(name).append("\":").append(json(value));
        });
    return json.append("}}").toString();
  }

  private static String json(Object value) {
    if (value instanceof Double number) {
      return Double.isFinite(number) ? String.format(Locale.ROOT, "%.4f", number) : "null";
    }
    return '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
