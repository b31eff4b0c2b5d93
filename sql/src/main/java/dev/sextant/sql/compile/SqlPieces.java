package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.lex.CanonicalText;
import dev.sextant.sql.lex.Parameters;
import dev.sextant.sql.lex.SextantNames;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * Puts a statement for SQLite together from pieces of the user's text, kept as written, and from
 * expressions that name something of Sextant's, which are rewritten.
 */
final class SqlPieces {
  private final StatementText statement;
  private final Parameters parameters;
  private final CompileContext context;
  private final StringBuilder sql = new StringBuilder();
  private final List<Integer> order = new ArrayList<>();
  private final List<SqlNode> embedded = new ArrayList<>();
  private final List<SqlCall> routed = new ArrayList<>();
  private int dimensions;

  SqlPieces(StatementText statement, Parameters parameters, CompileContext context) {
    this.statement = statement;
    this.parameters = parameters;
    this.context = context;
  }

  /** Empty pieces of the same statement. */
  SqlPieces another() {
    return new SqlPieces(statement, parameters, context);
  }

  /** What has been put together. */
  SubSql build() {
    return new SubSql(sql.toString(), List.copyOf(order));
  }

  /** Adds text. */
  SqlPieces text(String text) {
    sql.append(text);
    return this;
  }

  /** Adds a parameter of the plan. */
  SqlPieces parameter(int index) {
    sql.append('?');
    order.add(index);
    return this;
  }

  /** Adds a statement or expression that is ready. */
  SqlPieces add(SubSql part) {
    sql.append(part.sql());
    order.addAll(part.parameters());
    return this;
  }

  /** Adds tokens as the user wrote them. */
  SqlPieces verbatim(int from, int to) {
    if (from >= to) {
      return this;
    }
    List<Token> tokens = statement.tokens();
    int at = tokens.get(from).start();
    for (Token token : tokens.subList(from, to)) {
      if (token.kind() == Token.Kind.PARAMETER) {
        sql.append(statement.sql(), at, token.start());
        parameter(parameters.indexOf(token));
        at = token.end();
      }
    }
    sql.append(statement.sql(), at, tokens.get(to - 1).end()).append(' ');
    return this;
  }

  /** Adds an expression, rewritten if it names something of Sextant's. */
  SqlPieces expression(int from, int to) {
    List<Token> tokens = statement.tokens().subList(from, to);
    dimensions = 0;
    if (!SextantNames.in(tokens)) {
      return verbatim(from, to);
    }
    CanonicalText text = CanonicalText.of(tokens, parameters);
    SqlNode normal =
        new Normalizer(context.space(), text.parameters())
            .normalize(Validation.parseExpression(text.sql()));
    normal.accept(
        new SqlBasicVisitor<Void>() {
          @Override
          public Void visit(SqlCall call) {
            if (VectorCalls.isEmbed(call.getOperator())) {
              embedded.add(call.operand(1));
            } else if (RoutedCalls.is(call.getOperator())) {
              routed.add(call);
            }
            return super.visit(call);
          }
        });
    dimensions = context.space().embeddedDimensions(normal);
    return add(context.writer().write(normal)).text(" ");
  }

  /** The dimensions of what the last expression embeds; 0 where it is another expression. */
  int embeddedDimensions() {
    return dimensions;
  }

  /** The calls of chat models in the expressions added so far. */
  List<SqlCall> routedCalls() {
    return routed;
  }

  /** The texts, as expressions, that rows give to EMBED in the expressions added so far. */
  List<SubSql> embeddedTexts() {
    return embedded.stream().map(context.writer()::write).toList();
  }

  /** Adds tokens that must not name anything of Sextant's. */
  SqlPieces plain(int from, int to, String clause) {
    if (SextantNames.in(statement.tokens().subList(from, to))) {
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "Sextant's functions and operators are not supported in "
              + clause
              + ". Compute the value in a query first.");
    }
    return verbatim(from, to);
  }
}
