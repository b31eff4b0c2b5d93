package dev.sextant.sql.lex;

import java.util.Locale;

/**
 * A token of a statement.
 *
 * @param kind what it is
 * @param text as written; for a quoted identifier or a string without its quotes
 * @param start offset of its first character in the statement
 * @param end offset behind its last character
 */
public record Token(Kind kind, String text, int start, int end) {

  /** What a token is. */
  public enum Kind {
    /** A keyword or a bare identifier. */
    WORD,
    /** An identifier in double quotes, back ticks or brackets. */
    QUOTED,
    /** A string in single quotes. */
    STRING,
    /** A BLOB literal. */
    BLOB,
    /** A number. */
    NUMBER,
    /** A parameter: {@code ?}, {@code ?1}, {@code :a}, {@code @a} or {@code $a}. */
    PARAMETER,
    /** An operator or a punctuation mark. */
    SYMBOL
  }

  /** Whether it is this keyword, in any case. */
  public boolean isWord(String keyword) {
    return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
  }

  /** Whether it is this operator or punctuation mark. */
  public boolean isSymbol(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  /** Whether it can name something. */
  public boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED;
  }

  /** The text in lower case. */
  public String lower() {
    return text.toLowerCase(Locale.ROOT);
  }
}
