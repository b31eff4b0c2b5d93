package dev.sextant.sql.lex;

import dev.sextant.engine.udf.FunctionSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds calls of users' functions among tokens. */
public final class FunctionCalls {
  /** Words behind which a name is that of a table, perhaps with columns in parentheses. */
  private static final Set<String> BEFORE_TABLES =
      Set.of("table", "exists", "into", "references", "on");

  private FunctionCalls() {}

  /** The names of functions that are called, in lower case. */
  public static Set<String> in(List<Token> tokens, FunctionSet functions) {
    Set<String> called = new LinkedHashSet<>();
    if (functions.isEmpty()) {
      return called;
    }
    for (int i = 0; i + 1 < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.isName()
          && tokens.get(i + 1).isSymbol("(")
          && !functions.named(token.text()).isEmpty()
          && !isTable(tokens, i)) {
        called.add(token.lower());
      }
    }
    return called;
  }

  private static boolean isTable(List<Token> tokens, int at) {
    return at > 0
        && tokens.get(at - 1).kind() == Token.Kind.WORD
        && BEFORE_TABLES.contains(tokens.get(at - 1).lower());
  }
}
