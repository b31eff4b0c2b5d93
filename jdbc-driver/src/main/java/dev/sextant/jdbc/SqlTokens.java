package dev.sextant.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The tokens of one SQL text, as far as the driver looks: enough to tell a change from a query, to
 * find what an INSERT inserts into, and to leave strings, quoted names and comments alone.
 */
final class SqlTokens {

  /**
   * A token.
   *
   * @param text as written, quotes included
   * @param start where it begins in the text
   * @param depth how many parentheses are open around it
   */
  record Token(String text, int start, int depth) {

    boolean is(String keyword) {
      return text.equalsIgnoreCase(keyword);
    }

    int end() {
      return start + text.length();
    }

    /** The name a token stands for: without quotes, doubled quotes single. */
    String name() {
      if (text.length() < 2) {
        return text;
      }
      String inner = text.substring(1, text.length() - 1);
      return switch (text.charAt(0)) {
        case '"' -> inner.replace("\"\"", "\"");
        case '`' -> inner.replace("``", "`");
        case '\'' -> inner.replace("''", "'");
        case '[' -> inner;
        default -> text;
      };
    }
  }

  /** Where rows are inserted: the schema is empty when none is named. */
  record Target(String schema, String table) {}

  private final List<Token> tokens;

  private SqlTokens(List<Token> tokens) {
    this.tokens = tokens;
  }

  static SqlTokens of(String sql) {
    List<Token> tokens = new ArrayList<>();
    int depth = 0;
    int at = skipBlanks(sql, 0);
    while (at < sql.length()) {
      int end = tokenEnd(sql, at);
      String text = sql.substring(at, end);
      depth -= text.equals(")") ? 1 : 0;
      tokens.add(new Token(text, at, depth));
      depth += text.equals("(") ? 1 : 0;
      at = skipBlanks(sql, end);
    }
    return new SqlTokens(List.copyOf(tokens));
  }

  /** Whether a text defines a function, whose own text is in a quote that SQLite does not know. */
  static boolean definesFunction(String sql) {
    List<String> words = new ArrayList<>();
    int at = skipBlanks(sql, 0);
    while (at < sql.length() && words.size() < 6) {
      int end = tokenEnd(sql, at);
      words.add(sql.substring(at, end).toUpperCase(Locale.ROOT));
      at = skipBlanks(sql, end);
    }
    if (words.indexOf("EXPLAIN") == 0) {
      words.removeFirst();
      words.removeIf(word -> word.equals("ANALYZE") && words.indexOf(word) == 0);
    }
    String start = String.join(" ", words) + " ";
    return start.startsWith("CREATE FUNCTION ") || start.startsWith("CREATE OR REPLACE FUNCTION ");
  }

  List<Token> all() {
    return tokens;
  }

  /** The keyword that says what the statement does, in upper case; empty for an empty text. */
  String verb() {
    int at = verbIndex();
    return at < 0 ? "" : tokens.get(at).text().toUpperCase(Locale.ROOT);
  }

  private int verbIndex() {
    if (tokens.isEmpty()) {
      return -1;
    }
    if (!tokens.getFirst().is("WITH")) {
      return 0;
    }
    for (int i = 1; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.depth() == 0
          && switch (token.text().toUpperCase(Locale.ROOT)) {
            case "SELECT", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE" -> true;
            default -> false;
          }) {
        return i;
      }
    }
    return 0;
  }

  /** Whether the statement inserts, updates or deletes. */
  boolean changesRows() {
    return switch (verb()) {
      case "INSERT", "REPLACE", "UPDATE", "DELETE" -> true;
      default -> false;
    };
  }

  /** What an INSERT without RETURNING inserts into; empty for any other statement. */
  Optional<Target> insertTarget() {
    if (!verb().equals("INSERT") && !verb().equals("REPLACE")) {
      return Optional.empty();
    }
    for (Token token : tokens) {
      if (token.depth() == 0 && token.is("RETURNING")) {
        return Optional.empty();
      }
    }
    int at = verbIndex() + 1;
    while (at < tokens.size() && !tokens.get(at).is("INTO")) {
      at++;
    }
    if (at + 1 >= tokens.size()) {
      return Optional.empty();
    }
    String first = tokens.get(at + 1).name();
    boolean qualified = at + 3 < tokens.size() && tokens.get(at + 2).is(".");
    return Optional.of(
        qualified ? new Target(first, tokens.get(at + 3).name()) : new Target("", first));
  }

  /** Where the statement's text ends, before a closing semicolon and comments. */
  int end() {
    int last = tokens.size() - 1;
    while (last >= 0 && tokens.get(last).is(";")) {
      last--;
    }
    return last < 0 ? 0 : tokens.get(last).end();
  }

  /** The first place from {@code at} that is neither blank nor comment. */
  static int skipBlanks(String sql, int at) {
    int i = at;
    while (i < sql.length()) {
      if (Character.isWhitespace(sql.charAt(i)) || sql.charAt(i) == '\uFEFF') {
        i++;
      } else if (sql.startsWith("--", i)) {
        int newline = sql.indexOf('\n', i);
        i = newline < 0 ? sql.length() : newline + 1;
      } else if (sql.startsWith("/*", i)) {
        int close = sql.indexOf("*/", i + 2);
        i = close < 0 ? sql.length() : close + 2;
      } else {
        return i;
      }
    }
    return i;
  }

  /** Where the token that begins at {@code at} ends. */
  static int tokenEnd(String sql, int at) {
    char first = sql.charAt(at);
    return switch (first) {
      case '\'', '"', '`' -> quotedEnd(sql, at, first);
      case '[' -> {
        int close = sql.indexOf(']', at);
        yield close < 0 ? sql.length() : close + 1;
      }
      default -> {
        int end = at;
        while (end < sql.length() && isWordPart(sql.charAt(end))) {
          end++;
        }
        yield end == at ? at + 1 : end;
      }
    };
  }

  private static int quotedEnd(String sql, int at, char quote) {
    int i = at + 1;
    while (i < sql.length()) {
      if (sql.charAt(i) != quote) {
        i++;
      } else if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
        i += 2;
      } else {
        return i + 1;
      }
    }
    return sql.length();
  }

  private static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c > 0x7f;
  }
}
