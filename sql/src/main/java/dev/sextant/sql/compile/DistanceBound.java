package dev.sextant.sql.compile;

import dev.sextant.sql.plan.Step;
import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexSubQuery;

/**
 * A condition that a distance is below a value which is the same for all rows.
 *
 * @param target the distance
 * @param radius the value
 * @param inclusive whether the distance may be equal to it
 */
record DistanceBound(SearchTarget target, RexNode radius, boolean inclusive) {

  /** The bound that a condition over a relation is; empty where it is none. */
  static Optional<DistanceBound> of(RexNode condition, RelNode input, CompileContext context) {
    if (!(condition instanceof RexCall call)) {
      return Optional.empty();
    }
    return switch (call.getKind()) {
      case LESS_THAN -> of(call, 0, input, context);
      case LESS_THAN_OR_EQUAL -> of(call, 0, input, context);
      case GREATER_THAN -> of(call, 1, input, context);
      case GREATER_THAN_OR_EQUAL -> of(call, 1, input, context);
      default -> Optional.empty();
    };
  }

  private static Optional<DistanceBound> of(
      RexCall call, int distance, RelNode input, CompileContext context) {
    RexNode radius = call.getOperands().get(1 - distance);
    if (!Expressions.isConstant(radius) || mayCompareAsText(radius)) {
      return Optional.empty();
    }
    boolean inclusive =
        switch (call.getKind()) {
          case LESS_THAN_OR_EQUAL, GREATER_THAN_OR_EQUAL -> true;
          default -> false;
        };
    return SearchTarget.of(call.getOperands().get(distance), input, context)
        .map(target -> new DistanceBound(target, radius, inclusive));
  }

  /**
   * Whether SQLite might compare a number with a value as texts: a cast and a column of a subquery
   * hand the affinity of their type to the comparison, other expressions have none.
   */
  private static boolean mayCompareAsText(RexNode value) {
    if (value instanceof RexSubQuery) {
      return true;
    }
    if (!(value instanceof RexCall call)) {
      return false;
    }
    String name = call.getOperator().getName();
    if (name.startsWith("CAST AS ")) {
      String type = name.toUpperCase(Locale.ROOT);
      boolean text = type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT");
      return text && !type.contains("INT");
    }
    boolean handsOn = name.equals("COLLATE") || name.strip().equals("ENCLOSED");
    return handsOn && mayCompareAsText(call.getOperands().getFirst());
  }

  /** The radius as a plan knows it; a step computes it unless it is a parameter. */
  Step.Radius radius(CompileContext context, RelOptCluster cluster) {
    if (radius instanceof RexDynamicParam parameter) {
      return new Step.Radius(parameter.getIndex(), inclusive);
    }
    int value = context.space().produced();
    context.add(new Step.Value(context.write(SearchTarget.row(radius, cluster)), value));
    return new Step.Radius(value, inclusive);
  }
}
