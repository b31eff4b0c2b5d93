package dev.sextant.jdbc;

import dev.sextant.engine.error.ErrorCode;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;

/**
 * JDBC's escapes, {@code {d '2024-05-01'}} and their like, written out as SQLite's SQL. Strings,
 * quoted names and comments stay as they are, and so does the definition of a function.
 */
final class Escapes {
  private static final Map<String, String> FUNCTIONS =
      Map.ofEntries(
          Map.entry("UCASE", "upper"),
          Map.entry("LCASE", "lower"),
          Map.entry("CHAR_LENGTH", "length"),
          Map.entry("CHARACTER_LENGTH", "length"),
          Map.entry("SUBSTRING", "substr"),
          Map.entry("TRUNCATE", "trunc"),
          Map.entry("LOG", "ln"));

  /* Functions without arguments, whose parentheses are replaced too. */
  private static final Map<String, String> CONSTANTS =
      Map.of(
          "CURDATE", "date('now','localtime')",
          "CURRENT_DATE", "date('now','localtime')",
          "CURTIME", "time('now','localtime')",
          "CURRENT_TIME", "time('now','localtime')",
          "NOW", "datetime('now','localtime')",
          "CURRENT_TIMESTAMP", "datetime('now','localtime')",
          "RAND", "((random() / 18446744073709551616.0) + 0.5)",
          "USER", "''",
          "DATABASE", "'main'");

  private final String sql;
  private final StringBuilder out = new StringBuilder();
  private int at;

  private Escapes(String sql) {
    this.sql = sql;
  }

  /** The text without escapes. */
  static String writtenOut(String sql) throws SQLException {
    if (sql.indexOf('{') < 0 || SqlTokens.definesFunction(sql)) {
      return sql;
    }
    Escapes escapes = new Escapes(sql);
    escapes.copy(false);
    return escapes.out.toString();
  }

  /** Copies up to the end, or inside an escape up to its closing brace. */
  private void copy(boolean inEscape) throws SQLException {
    while (at < sql.length()) {
      int start = SqlTokens.skipBlanks(sql, at);
      out.append(sql, at, start);
      at = start;
      if (at == sql.length()) {
        break;
      }
      char c = sql.charAt(at);
      if (c == '{') {
        at++;
        escape();
      } else if (c == '}' && inEscape) {
        at++;
        return;
      } else {
        int end = SqlTokens.tokenEnd(sql, at);
        out.append(sql, at, end);
        at = end;
      }
    }
    if (inEscape) {
      throw Errors.of(ErrorCode.SYNTAX, "A JDBC escape has no closing brace \"}\".");
    }
  }

  private String word() {
    at = SqlTokens.skipBlanks(sql, at);
    if (at == sql.length()) {
      return "";
    }
    int end = SqlTokens.tokenEnd(sql, at);
    String word = sql.substring(at, end);
    at = end;
    return word;
  }

  private void escape() throws SQLException {
    String keyword = word().toLowerCase(Locale.ROOT);
    switch (keyword) {
      case "d", "t", "ts", "oj", "limit" -> {
        if (keyword.equals("limit")) {
          out.append("LIMIT");
        }
        copy(true);
      }
      case "escape" -> {
        out.append("ESCAPE");
        copy(true);
      }
      case "fn" -> function();
      case "call", "?" ->
          throw Errors.unsupported("The escape {call …}", "there are no stored procedures");
      default ->
          throw Errors.of(
              ErrorCode.SYNTAX,
              "Unknown JDBC escape \"{"
                  + keyword
                  + "\": expected d, t, ts, fn, oj, escape, limit.");
    }
  }

  private void function() throws SQLException {
    String name = word();
    String upper = name.toUpperCase(Locale.ROOT);
    String constant = CONSTANTS.get(upper);
    if (constant != null) {
      out.append(constant);
      int close = sql.indexOf('}', at);
      if (close < 0) {
        throw Errors.of(ErrorCode.SYNTAX, "A JDBC escape has no closing brace \"}\".");
      }
      at = close + 1;
      return;
    }
    if (upper.equals("LOCATE")) {
      throw Errors.unsupported("The escape {fn locate(…)}", "write instr(text, part)");
    }
    out.append(FUNCTIONS.getOrDefault(upper, name));
    copy(true);
  }
}
