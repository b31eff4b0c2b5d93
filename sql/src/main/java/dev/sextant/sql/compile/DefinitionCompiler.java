package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.lex.FunctionCalls;
import dev.sextant.sql.lex.SextantNames;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.Plan;
import dev.sextant.storage.sqlite.ChangeLog;
import dev.sextant.storage.vector.VectorLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles CREATE TABLE and ALTER TABLE … ADD COLUMN with vector columns: each gets a CHECK, so
 * that no writer, not even a foreign SQLite tool, can store a wrong length. All else stays as
 * written.
 */
final class DefinitionCompiler {
  private static final Set<String> LATER_TYPES = Set.of("halfvec", "int8vec", "bitvec");

  private final StatementText statement;
  private final List<Token> tokens;

  private DefinitionCompiler(StatementText statement) {
    this.statement = statement;
    this.tokens = statement.tokens();
  }

  /** The plan; empty where the definition has no vector column. */
  static Optional<Plan> compile(Catalog catalog, StatementText statement) {
    Set<String> called = FunctionCalls.in(statement.tokens(), catalog.userFunctions());
    if (!called.isEmpty()) {
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "A definition that calls function "
              + String.join(", ", called)
              + " is not supported: other SQLite tools could not read the file any more. Call it"
              + " in queries.");
    }
    return new DefinitionCompiler(statement).plan();
  }

  private Optional<Plan> plan() {
    boolean create = tokens.getFirst().isWord("create");
    if (SextantNames.in(withoutVectorTypes())) {
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "A definition with Sextant's functions or operators is not supported: other SQLite tools"
              + " could not read the file any more. Put them into the query, or create the table"
              + " first and INSERT ... SELECT into it.");
    }
    int table = 0;
    while (table < tokens.size() && !tokens.get(table).isWord("table")) {
      table++;
    }
    boolean alter = tokens.getFirst().isWord("alter");
    if ((!create && !alter) || table > 2) {
      return Optional.empty();
    }
    boolean temporary = create && table == 2;
    boolean ifNotExists = table + 1 < tokens.size() && tokens.get(table + 1).isWord("if");
    int name = table + (ifNotExists ? 4 : 1);
    if (name + 2 < tokens.size() && tokens.get(name + 1).isSymbol(".")) {
      temporary |= !tokens.get(name).text().equalsIgnoreCase("main");
      name += 2;
    }
    String edited = alter ? altered(name) : created(name);
    if (edited.equals(statement.sql())) {
      return Optional.empty();
    }
    return Optional.of(new Plan.Definition(statement, edited, tokens.get(name).text(), temporary));
  }

  /** The tokens with VECTOR(n) left out where it is a column's type. */
  private List<Token> withoutVectorTypes() {
    List<Token> rest = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      boolean type =
          tokens.get(i).isWord("vector")
              && i > 0
              && tokens.get(i - 1).isName()
              && i + 2 < tokens.size()
              && tokens.get(i + 2).kind() == Token.Kind.NUMBER;
      if (!type) {
        rest.add(tokens.get(i));
      }
    }
    return rest;
  }

  private String created(int name) {
    StringBuilder sql = new StringBuilder();
    int depth = 0;
    int copied = 0;
    for (int i = name + 1; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean opens = depth == 0 && token.isSymbol("(");
      boolean separates = depth == 1 && token.isSymbol(",");
      depth += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
      if (opens || separates) {
        copied = edit(sql, i + 1, copied);
      }
    }
    return sql + statement.sql().substring(copied);
  }

  private String altered(int name) {
    StringBuilder sql = new StringBuilder();
    int at = name + 1;
    if (at >= tokens.size() || !tokens.get(at).isWord("add")) {
      return statement.sql();
    }
    at += at + 1 < tokens.size() && tokens.get(at + 1).isWord("column") ? 2 : 1;
    int copied = edit(sql, at, 0);
    return sql + statement.sql().substring(copied);
  }

  /** Copies text up to behind a vector column's type and adds its CHECK. */
  private int edit(StringBuilder sql, int column, int copied) {
    if (column + 1 >= tokens.size() || !tokens.get(column).isName()) {
      return copied;
    }
    Token type = tokens.get(column + 1);
    if (type.isName() && LATER_TYPES.contains(type.lower())) {
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "Column \""
              + tokens.get(column).text()
              + "\" has type "
              + type.text()
              + ", which is not supported. Use VECTOR(n), which holds float32.");
    }
    if (!type.isName() || !type.text().equalsIgnoreCase("vector")) {
      return copied;
    }
    String name = tokens.get(column).text();
    int dimensions = dimensions(name, column + 2);
    int end = tokens.get(column + 4).end();
    sql.append(statement.sql(), copied, end).append(check(name, dimensions));
    return end;
  }

  private int dimensions(String column, int open) {
    boolean given =
        open + 2 < tokens.size()
            && tokens.get(open).isSymbol("(")
            && tokens.get(open + 1).kind() == Token.Kind.NUMBER
            && tokens.get(open + 2).isSymbol(")");
    long dimensions = given ? number(tokens.get(open + 1).text()) : 0;
    if (dimensions < 1 || dimensions > VectorLimits.MAX_DIMENSIONS) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Vector column \""
              + column
              + "\" expects a number of dimensions from 1 to "
              + VectorLimits.MAX_DIMENSIONS
              + ", as in VECTOR(384), but got "
              + (given ? tokens.get(open + 1).text() : "none")
              + ".");
    }
    return (int) dimensions;
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notWhole) {
      return 0;
    }
  }

  private static String check(String column, int dimensions) {
    String name = ChangeLog.quote(column);
    return " CONSTRAINT "
        + ChangeLog.quote(column + " is VECTOR(" + dimensions + ")")
        + " CHECK ("
        + name
        + " IS NULL OR (typeof("
        + name
        + ") = 'blob' AND length("
        + name
        + ") = "
        + 4 * dimensions
        + "))";
  }
}
