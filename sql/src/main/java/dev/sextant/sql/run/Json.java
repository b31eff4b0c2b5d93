package dev.sextant.sql.run;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows as JSON for SQLite's {@code json_each}. */
public final class Json {

  private Json() {}

  /** An array of arrays. */
  public static String rows(List<List<@Nullable Object>> rows) {
    StringBuilder json = new StringBuilder("[");
    for (List<@Nullable Object> row : rows) {
      json.append(json.length() == 1 ? "[" : ",[");
      for (int i = 0; i < row.size(); i++) {
        json.append(i == 0 ? "" : ",");
        value(json, row.get(i));
      }
      json.append(']');
    }
    return json.append(']').toString();
  }

  /** An array of texts. */
  public static String texts(List<String> texts) {
    StringBuilder json = new StringBuilder("[");
    for (String text : texts) {
      json.append(json.length() == 1 ? "" : ",");
      value(json, text);
    }
    return json.append(']').toString();
  }

  private static void value(StringBuilder json, @Nullable Object value) {
    if (value == null || value instanceof Number) {
      json.append(value);
      return;
    }
    json.append('"');
    String text = value.toString();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20) {
        json.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
