package dev.sextant.sql.compile;

import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The items of a query's select list as the user wrote them. */
final class SelectItems {
  private static final Set<String> ENDS =
      Set.of(
          "from",
          "where",
          "group",
          "having",
          "window",
          "order",
          "limit",
          "union",
          "except",
          "intersect");

  private SelectItems() {}

  /** The texts between SELECT and FROM; none where the statement has no select list. */
  static List<String> of(StatementText statement) {
    List<String> items = new ArrayList<>();
    int depth = 0;
    int begin = -1;
    int end = 0;
    for (Token token : statement.tokens()) {
      depth += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
      boolean top = depth == 0 && token.kind() == Token.Kind.WORD;
      if (begin < 0) {
        boolean starts = top && (token.isWord("select") || token.isWord("distinct"));
        begin = starts ? token.end() : -1;
      } else if (top && items.isEmpty() && token.isWord("distinct")) {
        begin = token.end();
      } else if (top && ENDS.contains(token.lower())) {
        break;
      } else if (depth == 0 && token.isSymbol(",")) {
        items.add(statement.sql().substring(begin, token.start()).strip());
        begin = token.end();
      }
      end = token.end();
    }
    if (begin >= 0 && end > begin) {
      items.add(statement.sql().substring(begin, end).strip());
    }
    return items;
  }
}
