package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ast.VectorCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Finds the joins with searches for each row, and the statements that give these searches their
 * vectors: those of the join's left side, less the rows that a condition above it leaves out.
 */
final class SearchJoins {
  private final CompileContext context;

  SearchJoins(CompileContext context) {
    this.context = context;
  }

  /** Adds the steps that the searches in a relation need. */
  void in(RelNode rel) {
    in(rel, List.of());
  }

  private static boolean isHits(RelNode rel) {
    return rel instanceof TableScan scan && scan.getTable().unwrap(HitTable.class) != null;
  }

  private void in(RelNode rel, List<RexNode> conditions) {
    rel.accept(new SubQueries());
    switch (rel) {
      case Filter filter -> {
        List<RexNode> all = new ArrayList<>(conditions);
        all.addAll(RelOptUtil.conjunctions(filter.getCondition()));
        in(filter.getInput(), all);
      }
      case Join join -> {
        in(join.getLeft(), join.getJoinType().isOuterJoin() ? kept(join, conditions) : conditions);
        in(join.getRight(), List.of());
        if (isHits(join.getRight())) {
          search(join, conditions);
        }
      }
      default -> rel.getInputs().forEach(input -> in(input, List.of()));
    }
  }

  /** Those conditions that leave out rows of the left side, not such without a partner. */
  private static List<RexNode> kept(Join join, List<RexNode> conditions) {
    return join.getJoinType().generatesNullsOnLeft() ? List.of() : conditions;
  }

  private void search(Join join, List<RexNode> conditions) {
    for (RexNode condition : RelOptUtil.conjunctions(join.getCondition())) {
      condition.accept(
          new RexShuttle() {
            @Override
            public RexNode visitCall(RexCall call) {
              if (call.getOperator().equals(VectorCalls.QUERY_CALL)
                  || call.getOperator().equals(VectorCalls.TEXT_CALL)) {
                int numbers = ((RexDynamicParam) call.getOperands().get(0)).getIndex();
                search(numbers, call.getOperands().get(1), join.getLeft(), conditions);
              }
              return super.visitCall(call);
            }
          });
    }
  }

  private void search(int numbers, RexNode vector, RelNode left, List<RexNode> conditions) {
    int fields = left.getRowType().getFieldCount();
    if (!isOver(vector, fields) || Expressions.isVolatile(left)) {
      throw new SextantException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "The vector of knn and the text of CHUNK must be a value of the tables on its left,"
              + " which are to be the same whenever they are read: it takes no random() and no"
              + " column of an outer query.");
    }
    List<RexNode> leaving = new ArrayList<>();
    for (RexNode condition : conditions) {
      if (isOver(condition, fields) && RexUtil.SubQueryFinder.find(condition) == null) {
        leaving.add(condition);
      }
    }
    RelNode rows =
        leaving.isEmpty()
            ? left
            : LogicalFilter.create(
                left, RexUtil.composeConjunction(left.getCluster().getRexBuilder(), leaving));
    RelNode vectors =
        LogicalProject.create(rows, List.of(), List.of(vector), List.of("q"), Set.of());
    context.addJoin(numbers, context.write(QueryCompiler.planned(vectors, context)));
  }

  /** Whether an expression needs nothing but the first fields of its relation. */
  private static boolean isOver(RexNode expression, int fields) {
    ImmutableBitSet used = RelOptUtil.InputFinder.bits(expression);
    return (used.isEmpty() || used.length() <= fields) && Expressions.isRepeatable(expression);
  }

  /** The queries inside expressions. */
  private final class SubQueries extends RexShuttle {
    @Override
    public RexNode visitSubQuery(RexSubQuery query) {
      in(query.rel);
      return super.visitSubQuery(query);
    }
  }
}
