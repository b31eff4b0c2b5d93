package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.lex.FunctionCalls;
import dev.sextant.sql.lex.SextantNames;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.Step;
import dev.sextant.storage.StorageException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sorts statements: what names nothing of Sextant's goes to SQLite as written. */
public final class Compiler {
  private static final Set<String> AGGREGATES = Set.of("sum", "avg", "total");
  private static final Set<String> ARITHMETIC = Set.of("+", "-", "*", "/", "%");

  private final Catalog catalog;
  private final ModelDimensions models;
  private final boolean always;
  private final Function<String, @Nullable Plan> plans;

  /**
   * A compiler over one version of the schema.
   *
   * @param models tells the dimensions of embedding models
   * @param always whether queries that SQLite could run as written are compiled too
   * @param plans the plan of a text that has been executed, with what it has learned; null if none
   */
  public Compiler(
      Catalog catalog,
      ModelDimensions models,
      boolean always,
      Function<String, @Nullable Plan> plans) {
    this.catalog = catalog;
    this.models = models;
    this.always = always;
    this.plans = plans;
  }

  /** The plan of a statement. */
  public Plan compile(StatementText statement) {
    return NumaCompiler.compile(catalog, statement, this::compile)
        .orElseGet(() -> byKind(statement));
  }

  private Plan byKind(StatementText statement) {
    return switch (statement.kind()) {
      case QUERY -> query(statement);
      case CHANGE ->
          ChangeCompiler.compile(catalog, models, statement).orElse(new Plan.Native(statement));
      case DEFINITION, SETTING -> definition(statement);
      case EXPLAIN -> explained(statement);
      case UTILITY ->
          MeasureCompiler.compile(statement)
              .or(() -> CallCompiler.compile(catalog, models, statement))
              .or(() -> RouteReportCompiler.compile(statement))
              .orElse(new Plan.Native(statement));
      case BEGIN, COMMIT, ROLLBACK, ROLLBACK_TO, SAVEPOINT, RELEASE -> new Plan.Native(statement);
    };
  }

  private Plan definition(StatementText statement) {
    return FunctionCompiler.compile(statement)
        .or(() -> RouteCompiler.compile(statement))
        .or(() -> IndexCompiler.compile(catalog, statement))
        .or(() -> CommandCompiler.compile(statement))
        .or(() -> DefinitionCompiler.compile(catalog, statement))
        .orElse(new Plan.Native(statement));
  }

  private Plan query(StatementText statement) {
    if (SextantNames.in(statement.tokens()) || computesWithVectors(statement.tokens())) {
      return new QueryCompiler(catalog, models).compile(statement);
    }
    if (!always && !callsBatched(statement.tokens())) {
      return new Plan.Native(statement);
    }
    try {
      Plan plan = new QueryCompiler(catalog, models).compile(statement);
      return always || expectsCalls(plan) ? plan : new Plan.Native(statement);
    } catch (SextantException | StorageException failure) {
      return new Plan.Native(statement);
    }
  }

  /** Whether a function is called whose calls are worth gathering. */
  private boolean callsBatched(List<Token> tokens) {
    return FunctionCalls.in(tokens, catalog.userFunctions()).stream()
        .flatMap(name -> catalog.userFunctions().named(name).stream())
        .anyMatch(UserFunction::isBatched);
  }

  private static boolean expectsCalls(Plan plan) {
    return plan instanceof Plan.Compiled compiled
        && compiled.steps().stream().anyMatch(Step.ExpectCalls.class::isInstance);
  }

  private Plan explained(StatementText statement) {
    List<Token> tokens = statement.tokens();
    if (tokens.size() < 2 || tokens.get(1).isWord("query")) {
      return new Plan.Native(statement);
    }
    if (tokens.get(1).isWord("cost") && tokens.size() > 2) {
      Plan inner = compile(StatementText.of(statement.sql().substring(tokens.get(2).start())));
      return RouteReportCompiler.cost(statement, inner);
    }
    boolean analyze = tokens.size() > 2 && tokens.get(1).isWord("analyze");
    String text = statement.sql().substring(tokens.get(analyze ? 2 : 1).start());
    Plan known = plans.apply(text);
    Plan explained = known != null ? known : compile(StatementText.of(text));
    if (explained instanceof Plan.Explain) {
      throw new SextantException(ErrorCode.SYNTAX, "EXPLAIN of EXPLAIN: explain it once.");
    }
    return new Plan.Explain(statement, explained, analyze);
  }

  /** Whether a query computes with vectors in a way that only the compiler can judge. */
  private boolean computesWithVectors(List<Token> tokens) {
    Set<String> columns = catalog.vectorColumns();
    for (int i = 0; !columns.isEmpty() && i < tokens.size(); i++) {
      if (tokens.get(i).isName() && columns.contains(tokens.get(i).lower())) {
        int before = i - 1;
        while (before > 0 && tokens.get(before).isSymbol(".")) {
          before -= 2;
        }
        boolean aggregated =
            before > 0
                && tokens.get(before).isSymbol("(")
                && AGGREGATES.contains(tokens.get(before - 1).lower());
        if (aggregated || isArithmetic(tokens, before) || isArithmetic(tokens, i + 1)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isArithmetic(List<Token> tokens, int at) {
    return at >= 0
        && at < tokens.size()
        && tokens.get(at).kind() == Token.Kind.SYMBOL
        && ARITHMETIC.contains(tokens.get(at).text())
        && !(tokens.get(at).isSymbol("*") && at > 0 && tokens.get(at - 1).isSymbol("."));
  }
}
