package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ast.SqliteOperators;
import dev.sextant.sql.lex.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSetOperator;

/**
 * Where SQLite binds operators otherwise than Calcite's parser does: compound queries from left to
 * right, and {@code IS NULL} more loosely than arithmetic, since it reads {@code IS} and an
 * expression.
 */
final class Precedence {
  private static final Set<String> COMPOUND = Set.of("union", "all", "except", "intersect");
  private static final Set<String> CONSTANTS = Set.of("null", "true", "false");
  private static final Set<String> TIGHTER =
      Set.of(
          "||", "+", "-", "*", "/", "%", "&", "|", "<<", ">>", "<", "<=", ">", ">=", "->", "->>");

  private static final Set<String> EQUALITIES = Set.of("=", "==", "<>", "!=");
  private static final Set<String> COMPARISONS =
      Set.of("<", "<=", ">", ">=", "is", "like", "glob", "match", "regexp", "in", "between");

  /** Words behind which another expression begins. */
  private static final Set<String> BREAKS =
      Set.of(
          "and",
          "or",
          "when",
          "then",
          "else",
          "end",
          "select",
          "from",
          "where",
          "group",
          "having",
          "order",
          "by",
          "limit",
          "offset",
          "on",
          "as",
          "union",
          "except",
          "intersect",
          "case",
          "filter",
          "over",
          "join",
          "using",
          "values",
          "set",
          "returning",
          "window");

  private Precedence() {}

  /** Refuses what SQLite refuses or reads in another way. */
  static void check(List<Token> tokens) {
    checkComparisons(tokens);
    for (int i = 1; i < tokens.size(); i++) {
      Token before = tokens.get(i - 1);
      Token token = tokens.get(i);
      if (token.isSymbol("(") && isWord(before, COMPOUND)) {
        throw refused("parentheses around a part of a compound query; write SELECT * FROM (…)");
      }
      if (i > 1
          && token.kind() == Token.Kind.SYMBOL
          && TIGHTER.contains(token.text())
          && isWord(before, CONSTANTS)
          && (tokens.get(i - 2).isWord("is") || tokens.get(i - 2).isWord("not"))) {
        throw refused("an operator behind IS NULL, TRUE or FALSE; put parentheses around it");
      }
    }
  }

  /** Refuses comparisons of comparisons without parentheses, but for a chain of equalities. */
  private static void checkComparisons(List<Token> tokens) {
    Deque<String> outer = new ArrayDeque<>();
    String before = "";
    Token previous = new Token(Token.Kind.SYMBOL, "", 0, 0);
    for (Token token : tokens) {
      String text = token.kind() == Token.Kind.WORD ? token.lower() : token.text();
      if (token.isSymbol("(")) {
        outer.push(before);
        before = "";
      } else if (token.isSymbol(")")) {
        before = outer.isEmpty() ? "" : outer.pop();
      } else if (token.isSymbol(",") || isWord(token, BREAKS)) {
        before = "";
      } else if (isComparison(token, text, previous)) {
        if (!before.isEmpty() && !(EQUALITIES.contains(before) && EQUALITIES.contains(text))) {
          throw refused("a comparison of a comparison without parentheses");
        }
        before = text;
      }
      previous = token;
    }
  }

  private static boolean isComparison(Token token, String text, Token previous) {
    return switch (token.kind()) {
      case SYMBOL -> EQUALITIES.contains(text) || COMPARISONS.contains(text);
      case WORD -> COMPARISONS.contains(text) && !startsOperand(previous);
      case QUOTED, STRING, BLOB, NUMBER, PARAMETER -> false;
    };
  }

  /** Whether a name stands behind a token, such as a column or function called "match". */
  private static boolean startsOperand(Token previous) {
    return previous.kind() == Token.Kind.SYMBOL
        ? !previous.isSymbol(")")
        : isWord(previous, BREAKS) && !previous.isWord("end");
  }

  /** Whether a call is written with an operator between or before its operands. */
  static boolean isOperation(SqlCall call) {
    SqlOperator operator = call.getOperator();
    return switch (call.getKind()) {
      case AND, OR, OVER, FILTER, WITHIN_GROUP, RESPECT_NULLS, IGNORE_NULLS -> false;
      case LIKE, BETWEEN, IS_NULL, IS_NOT_NULL, IS_TRUE, IS_FALSE, IS_NOT_TRUE, IS_NOT_FALSE ->
          true;
      default ->
          operator instanceof SqlBinaryOperator
              && !(operator instanceof SqlSetOperator)
              && !(operator instanceof SqliteOperators.Distance);
    };
  }

  private static boolean isWord(Token token, Set<String> words) {
    return token.kind() == Token.Kind.WORD && words.contains(token.lower());
  }

  private static SextantException refused(String what) {
    return new SextantException(ErrorCode.SYNTAX, "A compiled query does not take " + what + ".");
  }

  /** A compound query as SQLite groups it. */
  static SqlNode leftToRight(SqlCall compound) {
    List<SqlNode> terms = new ArrayList<>();
    List<SqlOperator> operators = new ArrayList<>();
    flatten(compound, terms, operators);
    SqlNode result = terms.getFirst();
    for (int i = 0; i < operators.size(); i++) {
      result = operators.get(i).createCall(compound.getParserPosition(), result, terms.get(i + 1));
    }
    return result;
  }

  private static void flatten(SqlNode node, List<SqlNode> terms, List<SqlOperator> operators) {
    if (node instanceof SqlCall call && SqlKind.SET_QUERY.contains(call.getKind())) {
      flatten(call.operand(0), terms, operators);
      operators.add(call.getOperator());
      flatten(call.operand(1), terms, operators);
    } else {
      terms.add(node);
    }
  }
}
