package dev.sextant.sql.lex;

import java.util.List;

/**
 * PostgreSQL's quotes {@code $$…$$} and {@code $tag$…$tag$}. They count in the definition of a
 * function only: elsewhere {@code $name} is a parameter.
 */
public final class DollarQuote {
  private DollarQuote() {}

  /** Whether tokens begin the definition of a function, explained or not. */
  static boolean mayFollow(List<Token> tokens) {
    int at = 0;
    at += is(tokens, at, "explain") ? 1 : 0;
    at += is(tokens, at, "analyze") ? 1 : 0;
    if (!is(tokens, at, "create")) {
      return false;
    }
    boolean replaces = is(tokens, at + 1, "or") && is(tokens, at + 2, "replace");
    return is(tokens, at + (replaces ? 3 : 1), "function");
  }

  private static boolean is(List<Token> tokens, int at, String word) {
    return at < tokens.size() && tokens.get(at).isWord(word);
  }

  /** Whether a quote begins at a dollar sign. */
  public static boolean opens(String text, int at) {
    return !at(text, at).isEmpty();
  }

  /** The quote that begins at a dollar sign, dollars included; empty where none does. */
  public static String at(String text, int at) {
    int i = at + 1;
    while (i < text.length() && isTag(text.charAt(i), i == at + 1)) {
      i++;
    }
    return i < text.length() && text.charAt(i) == '$' ? text.substring(at, i + 1) : "";
  }

  private static boolean isTag(char c, boolean first) {
    boolean letter = c == '_' || c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (!first && c >= '0' && c <= '9');
  }
}
