package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlOperator;

/** Questions about expressions and the relations inside them. */
final class Expressions {

  private static final Set<String> ARITHMETIC = Set.of("+", "-", "*", "/", "%", "||");
  private static final Set<String> AGGREGATES = Set.of("sum", "avg", "total");

  private Expressions() {}

  /** Whether an expression is the same for every row of the relation it stands over. */
  static boolean isConstant(RexNode expression) {
    Search search = new Search();
    expression.accept(search);
    return !search.row && !search.outer && !search.changes;
  }

  /** Whether an expression gives the same for the same row, without an outer query's. */
  static boolean isRepeatable(RexNode expression) {
    Search search = new Search();
    expression.accept(search);
    return !search.outer && !search.changes;
  }

  /** Whether a relation may give other rows when it is computed again. */
  static boolean isVolatile(RelNode rel) {
    Search search = new Search();
    search.in(rel);
    return search.changes || search.outer;
  }

  /** Whether a relation gives the same rows again until the database changes. */
  static boolean isLasting(RelNode rel) {
    Search search = new Search();
    search.in(rel);
    return !search.changes && !search.outer && !search.passing;
  }

  /**
   * Refuses arithmetic on vectors, which SQLite would compute on their bytes.
   *
   * @throws SextantException {@code 42804}
   */
  static void requireNoVectorArithmetic(RelNode rel) {
    RexShuttle expressions =
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            if (ARITHMETIC.contains(call.getOperator().getName())) {
              call.getOperands().forEach(o -> requirePlain(o.getType(), call.getOperator()));
            }
            return super.visitCall(call);
          }
        };
    rel.accept(
        new RelHomogeneousShuttle() {
          @Override
          public RelNode visit(RelNode other) {
            other.accept(expressions);
            if (other instanceof Aggregate aggregate) {
              List<RelDataTypeField> fields = aggregate.getInput().getRowType().getFieldList();
              for (AggregateCall call : aggregate.getAggCallList()) {
                if (AGGREGATES.contains(call.getAggregation().getName())) {
                  call.getArgList()
                      .forEach(i -> requirePlain(fields.get(i).getType(), call.getAggregation()));
                }
              }
            }
            return super.visit(other);
          }
        });
  }

  private static void requirePlain(RelDataType type, SqlOperator operator) {
    if (VectorTypes.dimensions(type) > 0) {
      throw new SextantException(
          ErrorCode.INVALID_VECTOR_OPERATION,
          operator.getName().toUpperCase(Locale.ROOT)
              + " does not take vectors: expected numbers but got VECTOR("
              + VectorTypes.dimensions(type)
              + "). Use a distance, inner_product or l2_norm to get a number.");
    }
  }

  /** What is met in an expression or a relation. */
  private static final class Search extends RexShuttle {
    private boolean row;
    private boolean outer;
    private boolean changes;
    private boolean passing;

    void in(RelNode rel) {
      rel.accept(
          new RelHomogeneousShuttle() {
            @Override
            public RelNode visit(RelNode other) {
              other.accept(Search.this);
              passing |= other instanceof TableScan scan && !Origin.isPlainTable(scan);
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
      passing |= Functions.mayTellTime(call.getOperator());
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
