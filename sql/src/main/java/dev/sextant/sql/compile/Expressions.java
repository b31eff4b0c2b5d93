package dev.sextant.sql.compile;

import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;

/** Questions about expressions and the relations inside them. */
final class Expressions {

  private Expressions() {}

  /** Whether an expression is the same for every row of the relation it stands over. */
  static boolean isConstant(RexNode expression) {
    Search search = new Search();
    expression.accept(search);
    return !search.row && !search.outer && !search.changes;
  }

  /** Whether a relation may give other rows when it is computed again. */
  static boolean isVolatile(RelNode rel) {
    Search search = new Search();
    search.in(rel);
    return search.changes || search.outer;
  }

  /** What is met in an expression or a relation. */
  private static final class Search extends RexShuttle {
    private boolean row;
    private boolean outer;
    private boolean changes;

    void in(RelNode rel) {
      rel.accept(
          new RelHomogeneousShuttle() {
            @Override
            public RelNode visit(RelNode other) {
              other.accept(Search.this);
              return super.visit(other);
            }
          });
    }

    @Override
    public RexNode visitInputRef(RexInputRef reference) {
      row = true;
      return reference;
    }

    @Override
    public RexNode visitCorrelVariable(RexCorrelVariable variable) {
      outer = true;
      return variable;
    }

    @Override
    public RexNode visitCall(RexCall call) {
      changes |= Functions.isVolatile(call.getOperator());
      return super.visitCall(call);
    }

    @Override
    public RexNode visitSubQuery(RexSubQuery query) {
      boolean before = row;
      in(query.rel);
      row = before;
      return super.visitSubQuery(query);
    }
  }
}
