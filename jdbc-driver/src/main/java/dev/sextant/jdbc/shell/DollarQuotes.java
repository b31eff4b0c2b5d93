package dev.sextant.jdbc.shell;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's quotes around a function's text, which sqlline does not know. */
final class DollarQuotes {
  private static final Pattern DEFINITION =
      Pattern.compile("\\bcreate\\s+(or\\s+replace\\s+)?function\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern QUOTE = Pattern.compile("\\$([A-Za-z_][A-Za-z_0-9]*)?\\$");

  private DollarQuotes() {}

  /**
   * The input with other characters in place of what stands in such quotes, as many and on as many
   * lines; empty where a quote is not closed yet.
   */
  static Optional<String> hidden(String input) {
    Matcher definition = DEFINITION.matcher(input);
    if (!definition.find()) {
      return Optional.of(input);
    }
    StringBuilder hidden = new StringBuilder(input);
    Matcher quote = QUOTE.matcher(input);
    int from = definition.end();
    while (quote.find(from)) {
      int end = input.indexOf(quote.group(), quote.end());
      if (end < 0) {
        return Optional.empty();
      }
      for (int i = quote.start(); i < end + quote.group().length(); i++) {
        hidden.setCharAt(i, input.charAt(i) == '\n' ? '\n' : 'x');
      }
      from = end + quote.group().length();
    }
    return Optional.of(hidden.toString());
  }
}
