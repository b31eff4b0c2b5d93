package dev.sextant.sql.run;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.sql.lex.FunctionCalls;
import dev.sextant.sql.lex.Lexer;
import dev.sextant.udf.Language;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which functions in SQL call which others. */
final class FunctionUses {
  /** How deep calls of functions in SQL may nest: each level takes stack of the thread. */
  private static final int MAX_DEPTH = 16;

  private final FunctionSet functions;

  FunctionUses(FunctionSet functions) {
    this.functions = functions;
  }

  /** The names that a function calls, in lower case. */
  Set<String> calls(UserFunction function) {
    return function.definition().language() == Language.SQL
        ? FunctionCalls.in(Lexer.tokens(function.definition().source()), functions)
        : Set.of();
  }

  /** The functions that call a name. */
  List<UserFunction> callers(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return functions.all().stream().filter(f -> calls(f).contains(lower)).toList();
  }

  /** Refuses a function that would call itself, over others or not, or nest too deep. */
  void requireNoCycle(UserFunction function) {
    follow(function, function.name().toLowerCase(Locale.ROOT), 1);
  }

  private void follow(UserFunction function, String origin, int depth) {
    if (depth > MAX_DEPTH) {
      throw new SextantException(
          ErrorCode.INVALID_FUNCTION,
          "Calls of functions in SQL nest deeper than " + MAX_DEPTH + ". Call fewer in a row.");
    }
    for (String called : calls(function)) {
      if (called.equals(origin)) {
        throw new SextantException(
            ErrorCode.INVALID_FUNCTION,
            "Function \""
                + origin
                + "\" would call itself"
                + (depth > 1 ? ", over " + function.signature() : "")
                + ": functions in SQL do not recur, nor call others of their name.");
      }
      functions.named(called).forEach(next -> follow(next, origin, depth + 1));
    }
  }

  /** Refuses a function that is not DETERMINISTIC where functions that are call it. */
  void requireRepeatable(UserFunction function) {
    if (function.definition().deterministic()) {
      return;
    }
    callers(function.name()).stream()
        .filter(caller -> caller.definition().deterministic())
        .findFirst()
        .ifPresent(
            caller -> {
              throw new SextantException(
                  ErrorCode.INVALID_FUNCTION,
                  "Function "
                      + function.signature()
                      + " has to be DETERMINISTIC, since "
                      + caller.signature()
                      + " is and calls it.");
            });
  }
}
