package dev.sextant.house;

/** Java source with its comments and the contents of its literals blanked, line for line. */
final class JavaText {
  private final String source;
  private final StringBuilder code = new StringBuilder();
  private int at;

  private JavaText(String source) {
    this.source = source;
  }

  /** The code alone. */
  static String code(String source) {
    JavaText text = new JavaText(source);
    while (text.at < source.length()) {
      text.next();
    }
    return text.code.toString();
  }

  private void next() {
    if (source.startsWith("//", at)) {
      blank("\n", 0);
    } else if (source.startsWith("/*", at)) {
      at += 2;
      blank("*/", 2);
    } else if (source.startsWith("\"\"\"", at)) {
      at += 3;
      blank("\"\"\"", 3);
    } else if (source.charAt(at) == '"' || source.charAt(at) == '\'') {
      String quote = source.substring(at, at + 1);
      at++;
      blank(quote, 1);
    } else {
      code.append(source.charAt(at++));
    }
  }

  /** Skips up to and with an end mark; line breaks stay. */
  private void blank(String end, int endLength) {
    code.append(' ');
    while (at < source.length() && !source.startsWith(end, at)) {
      if (source.charAt(at) == '\\' && !end.equals("*/") && !end.equals("\n")) {
        at++;
      } else if (source.charAt(at) == '\n') {
        code.append('\n');
      }
      at++;
    }
    at = Math.min(source.length(), at + endLength);
  }
}
