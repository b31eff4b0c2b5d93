package dev.sextant.jdbc;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern as metadata calls take them: {@code %} for any text, {@code _} for any character, a
 * backslash before one that means itself. Null and the empty text match everything. Case does not
 * matter, as it does not in SQLite's names.
 */
final class NamePattern {
  private final @Nullable Pattern pattern;

  NamePattern(@Nullable String text) {
    this.pattern = text == null || text.isEmpty() || text.equals("%") ? null : compile(text);
  }

  private static Pattern compile(String text) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        regex.append(Pattern.quote(String.valueOf(text.charAt(i))));
      } else if (c == '%') {
        regex.append(".*");
      } else if (c == '_') {
        regex.append('.');
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(
        regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
  }

  boolean matches(String name) {
    return pattern == null || pattern.matcher(name).matches();
  }

  /** Whether it restricts nothing. */
  boolean matchesAll() {
    return pattern == null;
  }

  /** Whether a name given exactly, or left out, means this one. */
  static boolean same(@Nullable String wanted, String name) {
    return wanted == null
        || wanted.isEmpty()
        || wanted.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT));
  }

  /** Whether a catalog argument can mean our databases, which have no catalog. */
  static boolean noCatalog(@Nullable String catalog) {
    return catalog == null || catalog.isEmpty() || catalog.equals("%");
  }
}
