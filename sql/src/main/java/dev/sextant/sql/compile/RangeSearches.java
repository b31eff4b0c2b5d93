package dev.sextant.sql.compile;

import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;

/**
 * Turns {@code WHERE column <=> vector < radius}, or the same in an inner join's ON, into a search
 * for all rows within the radius, then the same query over these rows only, without that condition.
 */
final class RangeSearches extends RelHomogeneousShuttle {
  private final CompileContext context;

  RangeSearches(CompileContext context) {
    this.context = context;
  }

  /** The relation with searches in place of bounds of distances. */
  RelNode in(RelNode rel) {
    return rel.accept(this);
  }

  @Override
  public RelNode visit(RelNode other) {
    RelNode rel = super.visit(other);
    return switch (rel) {
      case LogicalFilter filter -> searched(filter);
      case LogicalJoin join when join.getJoinType() == JoinRelType.INNER -> joined(join);
      default -> rel;
    };
  }

  /** Bounds among the conditions of an inner join are as good as behind it. */
  private RelNode joined(LogicalJoin join) {
    List<RexNode> rest = new ArrayList<>(RelOptUtil.conjunctions(join.getCondition()));
    List<RexNode> bounds =
        rest.stream().filter(c -> DistanceBound.of(c, join, context).isPresent()).toList();
    if (bounds.isEmpty()) {
      return join;
    }
    rest.removeAll(bounds);
    RexBuilder rex = join.getCluster().getRexBuilder();
    RelNode bare =
        join.copy(
            join.getTraitSet(),
            RexUtil.composeConjunction(rex, rest),
            join.getLeft(),
            join.getRight(),
            join.getJoinType(),
            join.isSemiJoinDone());
    return searched(LogicalFilter.create(bare, RexUtil.composeConjunction(rex, bounds)));
  }

  private RelNode searched(LogicalFilter filter) {
    List<RexNode> conditions = RelOptUtil.conjunctions(filter.getCondition());
    List<RexNode> rest = new ArrayList<>(conditions);
    RelNode input = filter.getInput();
    for (RexNode condition : conditions) {
      Optional<DistanceBound> bound = DistanceBound.of(condition, input, context);
      if (bound.isPresent() && !isAmongHits(bound.get().target(), input)) {
        rest.remove(condition);
        RelNode others = filtered(filter, input, repeatable(rest));
        input = searched(bound.get(), input, others);
      }
    }
    return rest.size() == conditions.size() ? filter : filtered(filter, input, rest);
  }

  /** Few rows already, found by another search. */
  private static boolean isAmongHits(SearchTarget target, RelNode input) {
    return Origin.scan(input, target.field()).filter(scan -> scan instanceof HitScan).isPresent();
  }

  private static List<RexNode> repeatable(List<RexNode> conditions) {
    return conditions.stream().filter(Expressions::isRepeatable).toList();
  }

  private static RelNode filtered(LogicalFilter filter, RelNode input, List<RexNode> conditions) {
    return Restrictions.filtered(filter, input, conditions);
  }

  private RelNode searched(DistanceBound bound, RelNode input, RelNode others) {
    SearchTarget target = bound.target();
    RexBuilder rex = input.getCluster().getRexBuilder();
    int query = target.queryParameter(context, input.getCluster());
    Step.Radius radius = bound.radius(context, input.getCluster());
    Step.Restriction restriction =
        restricts(others) ? rows(others, target).restriction(context) : null;
    int ids = context.space().produced();
    context.add(new Step.Range(target.column(), target.metric(), query, radius, restriction, ids));
    RexNode key = rex.makeInputRef(input, target.key());
    return rows(input, target)
        .among(ids)
        .orElseGet(
            () ->
                LogicalFilter.create(
                    input, rex.makeCall(VectorCalls.IN_IDS, key, context.parameter(rex, ids))));
  }

  /** Not a window function alone, whose column Calcite would leave out and miswrite the rest. */
  private static boolean restricts(RelNode others) {
    return !(others instanceof TableScan)
        && !(others instanceof Project project && project.containsOver());
  }

  private static KeyedRows rows(RelNode rel, SearchTarget target) {
    return new KeyedRows(rel, target.field(), target.key(), target.column().key());
  }
}
