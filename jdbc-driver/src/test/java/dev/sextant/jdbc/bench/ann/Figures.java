package dev.sextant.jdbc.bench.ann;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Names and values, written as JSON. */
final class Figures {
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final String prefix;

  Figures(String prefix) {
    this.prefix = prefix;
  }

  void add(String name, double value) {
    values.put(prefix + name, value);
  }

  void add(String name, String value) {
    values.put(prefix + name, value);
  }

  /** Adds those of another part. */
  void addAll(Figures others) {
    values.putAll(others.values);
  }

  Map<String, Object> values() {
    return values;
  }

  /** The object that is the last line of a benchmark. */
  String json() {
    StringBuilder json = new StringBuilder("{\"bench\":\"ann\",\"figures\":{");
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
