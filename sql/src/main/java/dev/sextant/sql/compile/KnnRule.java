package dev.sextant.sql.compile;

import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.plan.RelOptRuleCall;
import org.apache.calcite.plan.RelRule;
import org.apache.calcite.plan.hep.HepRelVertex;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * {@code ORDER BY column <=> vector LIMIT k} over anything that SQLite can compute becomes a search
 * for the k nearest rows, then the same query over these rows only.
 *
 * <p>The search is restricted to the rows that the rest of the query lets through, so the k nearest
 * of those rows are found, and since each of them gives at least one row of the result, k rows come
 * back whenever there are k. Where a table has no resident vectors, the query stays as it is and
 * SQLite sorts; the reason becomes a note in the plan.
 */
final class KnnRule extends RelRule<KnnRule.Config> {

  KnnRule(Config config) {
    super(config);
  }

  @Override
  public void onMatch(RelOptRuleCall call) {
    LogicalSort sort = call.rel(0);
    LogicalProject project = call.rel(1);
    if (sort.fetch == null || sort.getCollation().getFieldCollations().size() != 1) {
      return;
    }
    RelFieldCollation key = sort.getCollation().getFieldCollations().getFirst();
    if (key.getDirection() != RelFieldCollation.Direction.ASCENDING) {
      return;
    }
    RexNode distance = project.getProjects().get(key.getFieldIndex());
    RelNode input = stripped(project.getInput());
    Optional<SearchTarget> target = SearchTarget.of(distance, input, config.context());
    if (target.isPresent() && project.containsOver()) {
      config.context().note("no search in memory: a window function is to see all rows");
    } else if (target.isPresent()) {
      call.transformTo(rewritten(sort, project, input, target.get()));
    }
  }

  private RelNode rewritten(
      LogicalSort sort, LogicalProject project, RelNode input, SearchTarget target) {
    CompileContext context = config.context();
    KeyedRows rows = new KeyedRows(input, target.field(), target.key(), target.column().key());
    RexBuilder rex = sort.getCluster().getRexBuilder();
    RexNode key = rex.makeInputRef(input, target.key());
    int ids = context.space().produced();
    int distances = context.space().produced();
    RexNode hit = rex.makeCall(VectorCalls.HIT_CALL, context.parameter(rex, distances), key);
    int query = target.queryParameter(context, sort.getCluster());
    context.add(
        new Step.Knn(
            target.column(),
            target.metric(),
            query,
            limit(sort),
            new Restrictions(context).of(rows, target, query),
            ids,
            distances,
            null));
    List<RexNode> outputs = new ArrayList<>();
    RexShuttle replace =
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            return call.equals(target.distance()) ? hit : super.visitCall(call);
          }
        };
    project.getProjects().forEach(output -> outputs.add(output.accept(replace)));
    RelNode hits =
        rows.among(ids)
            .orElseGet(
                () ->
                    LogicalFilter.create(
                        input, rex.makeCall(VectorCalls.IN_IDS, key, context.parameter(rex, ids))));
    RelNode projected =
        LogicalProject.create(
            hits,
            project.getHints(),
            outputs,
            project.getRowType().getFieldNames(),
            project.getVariablesSet());
    return LogicalSort.create(projected, sort.getCollation(), sort.offset, sort.fetch);
  }

  private static Step.Limit limit(LogicalSort sort) {
    return new Step.Limit(
        literal(sort.fetch), parameter(sort.fetch), literal(sort.offset), parameter(sort.offset));
  }

  private static long literal(@Nullable RexNode node) {
    return node instanceof RexLiteral ? RexLiteral.intValue(node) : 0;
  }

  private static int parameter(@Nullable RexNode node) {
    return node instanceof RexDynamicParam parameter ? parameter.getIndex() : -1;
  }

  /** The relation without the planner's wrappers. */
  static RelNode stripped(RelNode rel) {
    return rel.accept(
        new RelHomogeneousShuttle() {
          @Override
          public RelNode visit(RelNode other) {
            RelNode current = other instanceof HepRelVertex vertex ? vertex.getCurrentRel() : other;
            return super.visit(current);
          }
        });
  }

  /** The rule's operands, and the statement it works for. */
  record Config(CompileContext context) implements RelRule.Config {
    @Override
    public KnnRule toRule() {
      return new KnnRule(this);
    }

    @Override
    public RelRule.OperandTransform operandSupplier() {
      return sort ->
          sort.operand(LogicalSort.class)
              .oneInput(project -> project.operand(LogicalProject.class).anyInputs());
    }

    @Override
    public RelRule.Config withOperandSupplier(RelRule.OperandTransform transform) {
      return this;
    }

    @Override
    public RelRule.Config withRelBuilderFactory(
        org.apache.calcite.tools.RelBuilderFactory factory) {
      return this;
    }

    @Override
    public RelRule.Config withDescription(@Nullable String description) {
      return this;
    }

    @Override
    public @Nullable String description() {
      return "KnnRule";
    }
  }
}
