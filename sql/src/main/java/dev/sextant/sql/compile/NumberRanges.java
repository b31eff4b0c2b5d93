package dev.sextant.sql.compile;

import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexSubQuery;
import org.jspecify.annotations.Nullable;

/**
 * Finds filters such as {@code WHERE kind = 'x' AND year BETWEEN ? AND ?}: all parameters are ends
 * of one range. Where they change from execution to execution, the keys by that number can be kept.
 */
final class NumberRanges {
  private @Nullable RexNode number;
  private Step.@Nullable End low;
  private Step.@Nullable End high;
  private final List<RexNode> others = new ArrayList<>();

  private NumberRanges() {}

  /** The range in a filter that gives the same rows until the database changes. */
  static Step.@Nullable NumberRange of(KeyedRows rows, CompileContext context) {
    if (!(rows.input() instanceof LogicalFilter filter)
        || !(filter.getInput() instanceof TableScan scan)
        || !Origin.isPlainTable(scan)) {
      return null;
    }
    NumberRanges found = new NumberRanges();
    for (RexNode condition : RelOptUtil.conjunctions(filter.getCondition())) {
      if (!found.takes(condition)) {
        found.others.add(condition);
      }
    }
    RexNode number = found.number;
    if (number == null) {
      return null;
    }
    SubSql numbers =
        rows.keysWith(number, Restrictions.filtered(filter, scan, found.others), context);
    return numbers.parameters().isEmpty()
        ? new Step.NumberRange(numbers, found.low, found.high)
        : null;
  }

  /** Whether a condition is about the range; a second one on the same end is not. */
  private boolean takes(RexNode condition) {
    if (!(condition instanceof RexCall call) || call.getOperands().size() != 2) {
      return false;
    }
    return switch (call.getKind()) {
      case LESS_THAN -> takes(call, false, Optional.of(false));
      case LESS_THAN_OR_EQUAL -> takes(call, true, Optional.of(false));
      case GREATER_THAN -> takes(call, false, Optional.of(true));
      case GREATER_THAN_OR_EQUAL -> takes(call, true, Optional.of(true));
      case EQUALS -> takes(call, true, Optional.empty());
      default -> false;
    };
  }

  /**
   * As above.
   *
   * @param greater whether the left side is the greater one; empty where both are equal
   */
  private boolean takes(RexCall call, boolean inclusive, Optional<Boolean> greater) {
    RexNode left = call.getOperands().get(0);
    RexNode right = call.getOperands().get(1);
    boolean turned = left instanceof RexDynamicParam;
    RexNode value = turned ? right : left;
    if (!((turned ? left : right) instanceof RexDynamicParam parameter)
        || value instanceof RexDynamicParam
        || value instanceof RexSubQuery
        || (number != null && !number.equals(value))) {
      return false;
    }
    boolean isLow = greater.map(is -> is != turned).orElse(true);
    boolean isHigh = greater.map(is -> is == turned).orElse(true);
    if ((isLow && low != null) || (isHigh && high != null)) {
      return false;
    }
    Step.End end = new Step.End(parameter.getIndex(), inclusive);
    number = value;
    low = isLow ? end : low;
    high = isHigh ? end : high;
    return true;
  }
}
