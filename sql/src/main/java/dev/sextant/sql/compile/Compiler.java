package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.catalog.SystemTable;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.Plan;
import java.util.List;
import java.util.Set;

/** Sorts statements: what names nothing of Sextant's goes to SQLite as written. */
public final class Compiler {
  private static final Set<String> DISTANCES = Set.of("<->", "<=>", "<#>", "<+>");

  private final Catalog catalog;
  private final boolean always;

  /**
   * A compiler over one version of the schema.
   *
   * @param always whether queries that SQLite could run as written are compiled too
   */
  public Compiler(Catalog catalog, boolean always) {
    this.catalog = catalog;
    this.always = always;
  }

  /** The plan of a statement. */
  public Plan compile(StatementText statement) {
    return switch (statement.kind()) {
      case QUERY -> query(statement);
      case CHANGE -> ChangeCompiler.compile(catalog, statement).orElse(new Plan.Native(statement));
      case DEFINITION -> DefinitionCompiler.compile(statement).orElse(new Plan.Native(statement));
      case EXPLAIN -> explained(statement);
      case BEGIN, COMMIT, ROLLBACK, ROLLBACK_TO, SAVEPOINT, RELEASE, UTILITY ->
          new Plan.Native(statement);
    };
  }

  private Plan query(StatementText statement) {
    if (namesSextant(statement.tokens())) {
      return new QueryCompiler(catalog).compile(statement);
    }
    if (!always) {
      return new Plan.Native(statement);
    }
    try {
      return new QueryCompiler(catalog).compile(statement);
    } catch (SextantException failure) {
      if (failure.code() == ErrorCode.SYNTAX) {
        return new Plan.Native(statement);
      }
      throw failure;
    }
  }

  private Plan explained(StatementText statement) {
    List<Token> tokens = statement.tokens();
    if (tokens.size() < 2 || tokens.get(1).isWord("query")) {
      return new Plan.Native(statement);
    }
    StatementText explained = StatementText.of(statement.sql().substring(tokens.get(1).start()));
    return new Plan.Lines(statement, new Explanation(catalog).lines(compile(explained)));
  }

  /** Whether tokens name an operator, a function or a table of Sextant's. */
  static boolean namesSextant(List<Token> tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      Token next = i + 1 < tokens.size() ? tokens.get(i + 1) : token;
      boolean ours =
          switch (token.kind()) {
            case SYMBOL -> DISTANCES.contains(token.text());
            case WORD ->
                next.isSymbol("(")
                    ? Functions.SEXTANT.contains(token.lower())
                    : isSystemSchema(token, next);
            case QUOTED -> isSystemSchema(token, next);
            default -> false;
          };
      if (ours) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSystemSchema(Token token, Token next) {
    return next.isSymbol(".") && token.text().equalsIgnoreCase(SystemTable.SCHEMA);
  }
}
