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

  /** The figures, and where they were taken, as the end of a report in Markdown. */
  public String table(Manifest manifest) {
    StringBuilder out = new StringBuilder("## Figures\n\n| | |\n|---|---:|\n");
    values.forEach((name, value) -> out.append(row(name, shown(value))));
    out.append("\n## Where\n\n| | |\n|---|---|\n");
    manifest.lines().forEach((name, value) -> out.append(row(name, value)));
    return out.toString();
  }

  private static String row(String name, String value) {
    return "| " + name + " | " + value + " |\n";
  }

  private static String shown(Object value) {
    return value instanceof Double number
        ? String.format(Locale.ROOT, Math.abs(number) < 100 ? "%,.4f" : "%,.0f", number)
        : value.toString();
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
