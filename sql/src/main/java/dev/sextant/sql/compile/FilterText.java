package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.lex.CanonicalText;
import dev.sextant.sql.lex.Lexer;
import dev.sextant.sql.lex.Parameters;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.Step;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParserPos;

/** A predicate over a table that is given as a text. */
final class FilterText {
  private final Catalog catalog;
  private final CompileContext context;
  private final String text;
  private final List<Token> tokens;
  private final Parameters parameters;

  FilterText(Catalog catalog, CompileContext context, String text) {
    this.catalog = catalog;
    this.context = context;
    this.text = text;
    this.tokens = Lexer.tokens(text);
    this.parameters = new Parameters(tokens);
  }

  /**
   * The rows of a column's table for which it holds.
   *
   * @throws SextantException that tells where in the text it is wrong
   */
  Step.Restriction restriction(VectorColumn column) {
    for (Token token : tokens) {
      if (token.kind() == Token.Kind.PARAMETER) {
        throw wrong(
            ErrorCode.INVALID_PARAMETER,
            "it takes no parameters; use ORDER BY a distance with WHERE",
            token.start());
      }
    }
    if (tokens.isEmpty()) {
      throw wrong(ErrorCode.SYNTAX, "it is empty", 0);
    }
    try {
      Precedence.check(tokens);
      CanonicalText canonical = CanonicalText.of(tokens, parameters);
      SqlNode condition =
          new Normalizer(context.space(), canonical.parameters())
              .normalizeCondition(Validation.parseExpression(canonical.sql()));
      return keyed(column, new TableFunctions(catalog, context).rewrite(condition))
          .restriction(context);
    } catch (SextantException failure) {
      throw located(failure);
    }
  }

  private KeyedRows keyed(VectorColumn column, SqlNode condition) {
    SqlSelect select =
        Validation.select(
            SqlNodeList.of(name(column.key()), name(column.column())),
            name(column.table()),
            condition);
    RelNode rel = new Validation(catalog, context).convert(select).rel;
    Expressions.requireNoVectorArithmetic(rel);
    Project project = (Project) KnnRule.stripped(QueryCompiler.planned(rel, context));
    Origin.Field vector = Origin.of(project, 1).orElseThrow();
    return new KeyedRows(
        project.getInput(), vector.column(), vector.table().indexOf(column.key()), column.key());
  }

  private static SqlIdentifier name(String name) {
    return new SqlIdentifier(name, SqlParserPos.ZERO);
  }

  /** The failure, with the place in the text where that is known. */
  private SextantException located(SextantException failure) {
    int column =
        switch (failure.getCause()) {
          case SqlParseException syntax when syntax.getPos() != null ->
              syntax.getPos().getColumnNum();
          case CalciteContextException meaning -> meaning.getPosColumn();
          case null, default -> 0;
        };
    String what = String.valueOf(failure.getMessage());
    String bare = what.endsWith(".") ? what.substring(0, what.length() - 1) : what;
    int at = column <= 0 ? -1 : start(column);
    return new SextantException(failure.code(), message(bare, at), failure);
  }

  /** Where the token starts that stands at a column of the canonical text. */
  private int start(int column) {
    for (int i = 1; i <= tokens.size(); i++) {
      if (CanonicalText.of(tokens.subList(0, i), parameters).sql().length() >= column) {
        return tokens.get(i - 1).start();
      }
    }
    return text.length();
  }

  private SextantException wrong(ErrorCode code, String what, int at) {
    return new SextantException(code, message(what, at));
  }

  private String message(String what, int at) {
    String where = at < 0 ? "" : " at character " + (at + 1);
    return "The filter '" + text + "' is wrong" + where + ": " + what + ".";
  }
}
