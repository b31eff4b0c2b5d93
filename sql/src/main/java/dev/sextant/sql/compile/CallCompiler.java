package dev.sextant.sql.compile;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.lex.Parameters;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.Procedure;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Compiles CALL: SQLite computes the arguments, a step runs the procedure. */
final class CallCompiler {
  private final StatementText statement;
  private final List<Token> tokens;
  private final Parameters parameters;
  private final CompileContext context;

  private CallCompiler(Catalog catalog, ModelDimensions models, StatementText statement) {
    this.statement = statement;
    this.tokens = statement.tokens();
    this.parameters = new Parameters(tokens);
    this.context =
        new CompileContext(new ParameterSpace(parameters.count(), models, catalog.userFunctions()));
  }

  /** The plan; empty where the statement is no CALL. */
  static Optional<Plan> compile(Catalog catalog, ModelDimensions models, StatementText statement) {
    return statement.tokens().getFirst().isWord("call")
        ? Optional.of(new CallCompiler(catalog, models, statement).plan())
        : Optional.empty();
  }

  private Plan plan() {
    Procedure procedure = procedure();
    List<String> names = new ArrayList<>();
    SqlPieces values = new SqlPieces(statement, parameters, context).text("SELECT ");
    if (tokens.size() > 2) {
      if (!tokens.get(2).isSymbol("(") || !tokens.getLast().isSymbol(")")) {
        throw syntax("its arguments in parentheses");
      }
      arguments(procedure, names, values);
    }
    if (names.isEmpty()) {
      values.text("NULL");
    }
    int result = context.space().produced();
    context.add(new Step.Call(procedure, List.copyOf(names), values.build(), result));
    return new Plan.Compiled(
        statement,
        new SubSql(procedure.result(), List.of(result)),
        parameters.count(),
        context.space().sources(),
        context.steps(),
        null,
        context.notes(),
        List.of());
  }

  private Procedure procedure() {
    if (tokens.size() < 2 || !tokens.get(1).isName()) {
      throw syntax("the name of a procedure");
    }
    List<Procedure> all = Arrays.asList(Procedure.values());
    String wanted = tokens.get(1).text();
    return all.stream()
        .filter(procedure -> procedure.sqlName().equalsIgnoreCase(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new SextantException(
                    ErrorCode.UNKNOWN_FUNCTION,
                    "No procedure \""
                        + wanted
                        + "\": did you mean \""
                        + Names.nearest(wanted, all.stream().map(Procedure::sqlName).toList())
                        + "\"?"));
  }

  private SextantException syntax(String expected) {
    return new SextantException(
        ErrorCode.SYNTAX, "CALL expects " + expected + ": CALL cache_invalidate(model => 'name').");
  }

  private void arguments(Procedure procedure, List<String> names, SqlPieces values) {
    int last = tokens.size() - 1;
    int begin = 3;
    int depth = 0;
    boolean named = false;
    for (int i = begin; i <= last && begin < last; i++) {
      Token token = tokens.get(i);
      depth += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
      if (i == last || (depth == 0 && token.isSymbol(","))) {
        boolean hasName = begin + 1 < i && tokens.get(begin + 1).isSymbol("=>");
        if (named && !hasName) {
          throw wrong(procedure, "takes no argument without a name behind one with a name");
        }
        named = hasName;
        argument(procedure, hasName ? tokens.get(begin).lower() : null, names);
        int from = hasName ? begin + 2 : begin;
        if (from >= i) {
          throw syntax("a value for each argument");
        }
        values.text(names.size() > 1 ? ", " : "").plain(from, i, "an argument of CALL");
        begin = i + 1;
      }
    }
  }

  private static void argument(
      Procedure procedure, @org.jspecify.annotations.Nullable String name, List<String> names) {
    List<String> known = procedure.arguments();
    if (name == null && names.size() >= known.size()) {
      throw wrong(procedure, "takes at most " + known.size() + " arguments: " + known);
    }
    String argument = name == null ? known.get(names.size()) : name.toLowerCase(Locale.ROOT);
    if (!known.contains(argument)) {
      throw wrong(
          procedure,
          "has no argument \""
              + argument
              + "\": did you mean \""
              + Names.nearest(argument, known)
              + "\"?");
    }
    if (names.contains(argument)) {
      throw wrong(procedure, "was given \"" + argument + "\" twice");
    }
    names.add(argument);
  }

  private static SextantException wrong(Procedure procedure, String what) {
    return new SextantException(
        ErrorCode.UNKNOWN_FUNCTION, "Procedure " + procedure.sqlName() + " " + what + ".");
  }
}
