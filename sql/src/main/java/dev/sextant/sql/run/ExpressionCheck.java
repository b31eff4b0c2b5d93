package dev.sextant.sql.run;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.sql.lex.FunctionCalls;
import dev.sextant.sql.lex.Lexer;
import dev.sextant.sql.lex.SextantNames;
import dev.sextant.sql.lex.Token;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteConnection;
import java.util.List;
import java.util.Set;

/** Refuses a function in SQL that is not one scalar expression over its parameters. */
final class ExpressionCheck {
  private static final Set<String> DISTANCES = Set.of("<->", "<=>", "<#>", "<+>");
  private static final Set<String> QUERIES = Set.of("select", "values", "with");
  private static final Set<String> VOLATILE =
      Set.of("random", "randomblob", "changes", "total_changes", "last_insert_rowid");

  private final SqliteConnection connection;
  private final FunctionSet functions;
  private final UserFunction function;
  private final List<Token> tokens;

  ExpressionCheck(SqliteConnection connection, FunctionSet functions, UserFunction function) {
    this.connection = connection;
    this.functions = functions;
    this.function = function;
    this.tokens = Lexer.tokens(function.definition().source());
  }

  void run() {
    if (tokens.isEmpty()) {
      throw refused("its expression is empty");
    }
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      depth += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
      if (depth < 0) {
        throw refused("its parentheses do not match");
      }
      check(token, i + 1 < tokens.size() ? tokens.get(i + 1) : token);
    }
    if (depth != 0) {
      throw refused("its parentheses do not match");
    }
    new FunctionUses(functions).requireNoCycle(function);
    requireDeterministic();
    prepare();
  }

  private SextantException refused(String why) {
    return new SextantException(
        ErrorCode.INVALID_FUNCTION,
        "Function "
            + function.signature()
            + " is refused: "
            + why
            + ". A function in SQL is one expression over its parameters, such as $$ a + b $$.");
  }

  private void check(Token token, Token next) {
    switch (token.kind()) {
      case PARAMETER ->
          throw refused("\"" + token.text() + "\" is no parameter: name them as declared");
      case SYMBOL -> {
        if (token.isSymbol(";")) {
          throw refused("a semicolon stands in it");
        }
        if (DISTANCES.contains(token.text())) {
          throw refused(
              "operator " + token.text() + " is not known here; call l2_distance and its like");
        }
      }
      case WORD -> word(token, next);
      case QUOTED, STRING, BLOB, NUMBER -> {
        // Names and values.
      }
    }
  }

  private void word(Token token, Token next) {
    String lower = token.lower();
    if (QUERIES.contains(lower)) {
      throw refused("it reads tables by " + token.text());
    }
    if (lower.equals("in") && !next.isSymbol("(")) {
      throw refused("IN expects a list in parentheses; it reads no table");
    }
    boolean called = next.isSymbol("(");
    if (called
        && SextantNames.FUNCTIONS.contains(lower)
        && !SextantNames.VECTOR_FUNCTIONS.contains(lower)) {
      throw refused(lower + " cannot be called in it; give it the value as an argument");
    }
  }

  private void requireDeterministic() {
    if (!function.definition().deterministic()) {
      return;
    }
    for (int i = 0; i + 1 < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.isName() && tokens.get(i + 1).isSymbol("(") && VOLATILE.contains(token.lower())) {
        throw refused("it is declared DETERMINISTIC and calls " + token.lower());
      }
    }
    for (String called : FunctionCalls.in(tokens, functions)) {
      if (!functions.isDeterministic(called)) {
        throw refused("it is declared DETERMINISTIC and calls " + called + ", which is not");
      }
    }
  }

  /** Asks SQLite, once as a value and once where it takes no aggregates. */
  private void prepare() {
    try {
      connection.prepare(SqlExpressions.statement(function)).close();
      String source =
          function.parameterNames().isEmpty()
              ? " FROM (SELECT 1)"
              : SqlExpressions.parameters(function);
      connection
          .prepare("SELECT 1" + source + " WHERE (" + function.definition().source() + "\n)")
          .close();
    } catch (StorageException failure) {
      SextantException known = SextantException.of(failure);
      ErrorCode code =
          switch (failure.kind()) {
            case SYNTAX, DATA, OTHER -> ErrorCode.INVALID_FUNCTION;
            default -> known.code();
          };
      throw new SextantException(
          code,
          "Function " + function.signature() + " is refused: " + failure.getMessage(),
          failure);
    }
  }
}
