package dev.sextant.sql.lex;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a statement into tokens by SQLite's rules (<a
 * href="https://sqlite.org/lang.html">sqlite.org/lang.html</a>), with Sextant's operators added.
 * Comments and white space are dropped.
 */
public final class Lexer {
  private static final List<String> SYMBOLS =
      List.of(
          "<->", "<=>", "<#>", "<+>", "->>", "||", "<=", ">=", "<>", "!=", "==", "=>", "<<", ">>",
          "->");

  private final String sql;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(String sql) {
    this.sql = sql;
  }

  /**
   * The tokens of a text.
   *
   * @throws SextantException {@code 42601} for an unclosed quote or comment
   */
  public static List<Token> tokens(String sql) {
    Lexer lexer = new Lexer(sql);
    lexer.run();
    return List.copyOf(lexer.tokens);
  }

  private void run() {
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (Character.isWhitespace(c) || c == '\uFEFF') {
        at++;
      } else if (sql.startsWith("--", at)) {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end + 1;
      } else if (sql.startsWith("/*", at)) {
        int end = sql.indexOf("*/", at + 2);
        at = end < 0 ? sql.length() : end + 2;
      } else {
        token(c);
      }
    }
  }

  private void token(char c) {
    if (c == '\'') {
      quoted(Token.Kind.STRING, '\'', at);
    } else if (c == '"' || c == '`') {
      quoted(Token.Kind.QUOTED, c, at);
    } else if (c == '[') {
      bracketed();
    } else if ((c == 'x' || c == 'X') && at + 1 < sql.length() && sql.charAt(at + 1) == '\'') {
      int start = at++;
      quoted(Token.Kind.BLOB, '\'', start);
    } else if (isNameStart(c)) {
      add(Token.Kind.WORD, endOfName(at));
    } else if (isDigit(at) || (c == '.' && isDigit(at + 1))) {
      add(Token.Kind.NUMBER, endOfNumber());
    } else if (c == '$' && DollarQuote.mayFollow(tokens) && DollarQuote.opens(sql, at)) {
      dollarQuoted();
    } else if (c == '?' || ((c == ':' || c == '@' || c == '$') && isNamePart(at + 1))) {
      add(Token.Kind.PARAMETER, endOfName(at + 1));
    } else {
      symbol();
    }
  }

  private void quoted(Token.Kind kind, char quote, int start) {
    StringBuilder text = new StringBuilder();
    int i = at + 1;
    while (i < sql.length()) {
      char c = sql.charAt(i);
      if (c == quote) {
        if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
          i++;
        } else {
          tokens.add(new Token(kind, text.toString(), start, i + 1));
          at = i + 1;
          return;
        }
      }
      text.append(c);
      i++;
    }
    throw unclosed(String.valueOf(quote), start);
  }

  private void dollarQuoted() {
    String quote = DollarQuote.at(sql, at);
    int end = sql.indexOf(quote, at + quote.length());
    if (end < 0) {
      throw unclosed(quote, at);
    }
    int behind = end + quote.length();
    tokens.add(new Token(Token.Kind.STRING, sql.substring(at + quote.length(), end), at, behind));
    at = behind;
  }

  private void bracketed() {
    int end = sql.indexOf(']', at);
    if (end < 0) {
      throw unclosed("[", at);
    }
    tokens.add(new Token(Token.Kind.QUOTED, sql.substring(at + 1, end), at, end + 1));
    at = end + 1;
  }

  private SextantException unclosed(String quote, int start) {
    String rest = sql.substring(start, Math.min(sql.length(), start + 30));
    return new SextantException(
        ErrorCode.SYNTAX,
        "The text after "
            + quote
            + " is not closed: near \""
            + rest
            + "\" at character "
            + (start + 1)
            + ".");
  }

  private void symbol() {
    for (String symbol : SYMBOLS) {
      if (sql.startsWith(symbol, at)) {
        add(Token.Kind.SYMBOL, at + symbol.length());
        return;
      }
    }
    add(Token.Kind.SYMBOL, at + 1);
  }

  private void add(Token.Kind kind, int end) {
    tokens.add(new Token(kind, sql.substring(at, end), at, end));
    at = end;
  }

  private static boolean isNameStart(char c) {
    return c == '_' || c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private boolean isNamePart(int i) {
    return i < sql.length() && (isNameStart(sql.charAt(i)) || isDigit(i) || sql.charAt(i) == '$');
  }

  private boolean isDigit(int i) {
    return i < sql.length() && sql.charAt(i) >= '0' && sql.charAt(i) <= '9';
  }

  private int endOfName(int from) {
    int i = from;
    while (isNamePart(i)) {
      i++;
    }
    return i;
  }

  private int endOfNumber() {
    if (sql.startsWith("0x", at) || sql.startsWith("0X", at)) {
      return endOfName(at + 2);
    }
    int i = digits(at);
    if (i < sql.length() && sql.charAt(i) == '.') {
      i = digits(i + 1);
    }
    if (i < sql.length() && (sql.charAt(i) == 'e' || sql.charAt(i) == 'E')) {
      int exponent = i + 1;
      if (exponent < sql.length() && (sql.charAt(exponent) == '+' || sql.charAt(exponent) == '-')) {
        exponent++;
      }
      if (isDigit(exponent)) {
        i = digits(exponent);
      }
    }
    return i;
  }

  private int digits(int from) {
    int i = from;
    while (isDigit(i) || (i > from && i < sql.length() && sql.charAt(i) == '_')) {
      i++;
    }
    return i;
  }
}
