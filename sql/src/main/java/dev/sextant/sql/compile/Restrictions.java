package dev.sextant.sql.compile;

import dev.sextant.sql.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.jspecify.annotations.Nullable;

/** The rows that searches for the nearest are restricted to. */
final class Restrictions {
  private final CompileContext context;

  Restrictions(CompileContext context) {
    this.context = context;
  }

  /**
   * The rows that the rest of a query lets through; null for all rows of a table.
   *
   * @param query the parameter that holds the vector of {@code target}
   */
  Step.@Nullable Restriction of(KeyedRows rows, SearchTarget target, int query) {
    if (rows.input() instanceof TableScan) {
      return null;
    }
    Step.Restriction whole = rows.restriction(context);
    return bound(rows, target, query).map(whole::boundBy).orElse(whole);
  }

  /** A bound of the very distance that the search orders by, or that may turn out to be it. */
  private Optional<Step.Bound> bound(KeyedRows rows, SearchTarget target, int query) {
    if (!(rows.input() instanceof LogicalFilter filter)) {
      return Optional.empty();
    }
    List<RexNode> conditions = RelOptUtil.conjunctions(filter.getCondition());
    for (RexNode condition : conditions) {
      Optional<DistanceBound> bound =
          DistanceBound.of(condition, filter.getInput(), context).filter(b -> mayBe(b, target));
      if (bound.isPresent()) {
        List<RexNode> others = new ArrayList<>(conditions);
        others.remove(condition);
        RelNode rest = filtered(filter, filter.getInput(), others);
        Step.Radius radius = bound.get().radius(context, rest.getCluster());
        return Optional.of(
            new Step.Bound(
                parameter(bound.get(), target, query),
                radius,
                rest instanceof TableScan ? null : rows.over(rest).restriction(context)));
      }
    }
    return Optional.empty();
  }

  private static boolean mayBe(DistanceBound bound, SearchTarget target) {
    SearchTarget other = bound.target();
    return other.field() == target.field()
        && other.metric() == target.metric()
        && (other.query() instanceof RexDynamicParam || other.query().equals(target.query()));
  }

  private int parameter(DistanceBound bound, SearchTarget target, int query) {
    return bound.target().query() instanceof RexDynamicParam parameter
        ? QueryVectors.checked(context, parameter.getIndex(), target.column())
        : query;
  }

  /** A filter's input, or another in its place, with other conditions. */
  static RelNode filtered(LogicalFilter filter, RelNode input, List<RexNode> conditions) {
    return conditions.isEmpty()
        ? input
        : filter.copy(
            filter.getTraitSet(),
            input,
            RexUtil.composeConjunction(input.getCluster().getRexBuilder(), conditions));
  }
}
