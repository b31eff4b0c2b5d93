package dev.sextant.sql.lex;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A query's text as Calcite's lexer takes it. Every name is in double quotes, so that no word is
 * reserved that SQLite does not reserve; SQLite's spellings of operators become the standard ones;
 * each parameter becomes a question mark.
 *
 * @param sql the text
 * @param parameters for each question mark in order, which parameter it is, from 0
 */
public record CanonicalText(String sql, List<Integer> parameters) {
  private static final Set<String> KEYWORDS =
      Set.of(
          "all",
          "and",
          "as",
          "asc",
          "between",
          "by",
          "case",
          "cast",
          "collate",
          "cross",
          "current_date",
          "current_time",
          "current_timestamp",
          "desc",
          "distinct",
          "else",
          "end",
          "escape",
          "except",
          "exists",
          "false",
          "from",
          "full",
          "glob",
          "group",
          "having",
          "in",
          "inner",
          "intersect",
          "is",
          "join",
          "left",
          "like",
          "limit",
          "match",
          "natural",
          "not",
          "null",
          "nulls",
          "offset",
          "on",
          "or",
          "order",
          "outer",
          "partition",
          "recursive",
          "regexp",
          "right",
          "select",
          "then",
          "true",
          "union",
          "using",
          "values",
          "when",
          "where",
          "with");
  private static final Set<String> BEFORE_OPERANDS =
      Set.of(
          "select",
          "distinct",
          "where",
          "and",
          "or",
          "on",
          "case",
          "when",
          "then",
          "else",
          "having",
          "by",
          "as");
  private static final Set<String> AFTER_IS =
      Set.of("null", "not", "true", "false", "distinct", "unknown");
  private static final Set<String> FRAME_UNITS = Set.of("rows", "range", "groups");
  private static final Set<String> FRAME_WORDS =
      Set.of("unbounded", "preceding", "following", "current", "row", "exclude", "ties", "others");

  /** The canonical text of some tokens of a statement. */
  public static CanonicalText of(List<Token> tokens, Parameters parameters) {
    StringBuilder sql = new StringBuilder();
    List<Integer> order = new ArrayList<>();
    boolean inFrame = false;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      Token previous = i > 0 ? tokens.get(i - 1) : new Token(Token.Kind.SYMBOL, "", 0, 0);
      Token next =
          i + 1 < tokens.size() ? tokens.get(i + 1) : new Token(Token.Kind.SYMBOL, "", 0, 0);
      inFrame = frame(token, next, inFrame);
      if (!previous.isSymbol(".") && !token.isSymbol(".")) {
        sql.append(' ');
      }
      switch (token.kind()) {
        case QUOTED -> sql.append(quoted(token.text(), '"'));
        case STRING -> sql.append(quoted(token.text(), '\''));
        case BLOB -> sql.append("X").append(quoted(token.text(), '\''));
        case NUMBER -> sql.append(number(token.text()));
        case PARAMETER -> {
          sql.append('?');
          order.add(parameters.indexOf(token));
        }
        case SYMBOL -> sql.append(symbol(token.text()));
        case WORD -> sql.append(word(token, previous, next, inFrame));
      }
    }
    return new CanonicalText(sql.toString(), List.copyOf(order));
  }

  private static String symbol(String text) {
    return switch (text) {
      case "==" -> "=";
      case "||" -> "<||>";
      case "%" -> "<%>";
      case "&" -> "<&>";
      case "<<" -> "<<<>";
      default -> text;
    };
  }

  private static boolean frame(Token token, Token next, boolean inFrame) {
    if (token.kind() == Token.Kind.WORD
        && FRAME_UNITS.contains(token.lower())
        && (next.isWord("between")
            || next.isWord("unbounded")
            || next.isWord("current")
            || next.kind() == Token.Kind.NUMBER)) {
      return true;
    }
    return inFrame && !token.isSymbol(")");
  }

  private static String word(Token token, Token previous, Token next, boolean inFrame) {
    String lower = token.lower();
    if (previous.isSymbol(".")) {
      return quoted(token.text(), '"');
    }
    if (inFrame && (FRAME_WORDS.contains(lower) || FRAME_UNITS.contains(lower))) {
      return lower;
    }
    boolean bare =
        switch (lower) {
          case "first", "last" -> previous.isWord("nulls");
          case "filter", "over" -> previous.isSymbol(")");
          case "left", "right" -> next.isWord("join") || next.isWord("outer");
          case "window" -> next.isName();
          case "match", "glob", "regexp", "like" -> !startsOperand(previous);
          default -> KEYWORDS.contains(lower);
        };
    if (!bare) {
      return spelled(lower, previous, token);
    }
    if (lower.equals("is") && next.kind() != Token.Kind.WORD) {
      return "IS NOT DISTINCT FROM";
    }
    if (lower.equals("is") && !AFTER_IS.contains(next.lower())) {
      return "IS NOT DISTINCT FROM";
    }
    if (lower.equals("null") && previous.isWord("not")) {
      return "NULL";
    }
    return lower;
  }

  private static boolean startsOperand(Token previous) {
    return previous.kind() == Token.Kind.SYMBOL
        ? !previous.isSymbol(")")
        : previous.kind() == Token.Kind.WORD && BEFORE_OPERANDS.contains(previous.lower());
  }

  private static String spelled(String lower, Token previous, Token token) {
    return switch (lower) {
      case "isnull" -> previous.isSymbol(".") ? quoted(token.text(), '"') : "IS NULL";
      case "notnull" -> previous.isSymbol(".") ? quoted(token.text(), '"') : "IS NOT NULL";
      default -> quoted(token.text(), '"');
    };
  }

  private static String quoted(String text, char quote) {
    String mark = String.valueOf(quote);
    return mark + text.replace(mark, mark + mark) + mark;
  }

  private static String number(String text) {
    String plain = text.replace("_", "");
    if (plain.startsWith("0x") || plain.startsWith("0X")) {
      return Long.toString(Long.parseUnsignedLong(plain.substring(2), 16));
    }
    return plain;
  }
}
