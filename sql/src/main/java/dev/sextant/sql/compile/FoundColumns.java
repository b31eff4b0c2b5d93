package dev.sextant.sql.compile;

import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;

/**
 * Tells whether a search alone gives all that a query asks for: keys and distances of rows of one
 * table, the nearest first. The rows found are those that the query's filter lets through, in the
 * order that it asks for, so that nothing is left for SQLite to do.
 */
final class FoundColumns {
  private FoundColumns() {}

  /**
   * What the search gives for each of the first columns of a query.
   *
   * @param count how many columns the user sees
   * @return empty where SQLite has to read the rows
   */
  static List<Plan.Found> of(RelNode query, int count, List<Step> steps) {
    if (!(query instanceof LogicalSort sort)
        || !(KnnRule.stripped(sort.getInput()) instanceof LogicalProject project)
        || steps.stream().filter(FoundColumns::searches).count() != 1) {
      return List.of();
    }
    RelNode input = KnnRule.stripped(project.getInput());
    RelNode rows = input instanceof Filter filter ? KnnRule.stripped(filter.getInput()) : input;
    if (!(rows instanceof HitScan scan)
        || steps.stream().noneMatch(s -> s instanceof Step.Knn knn && knn.ids() == scan.ids())) {
      return List.of();
    }
    int key = scan.getRowType().getFieldNames().indexOf(scan.key());
    List<Plan.Found> columns = new ArrayList<>();
    for (RexNode output : project.getProjects().subList(0, count)) {
      Optional<Plan.Found> column = of(output, key);
      if (column.isEmpty()) {
        return List.of();
      }
      columns.add(column.get());
    }
    return columns;
  }

  private static Optional<Plan.Found> of(RexNode output, int key) {
    if (output instanceof RexInputRef reference && reference.getIndex() == key) {
      return Optional.of(Plan.Found.KEY);
    }
    return output instanceof RexCall call && call.getOperator().equals(VectorCalls.HIT_CALL)
        ? Optional.of(Plan.Found.DISTANCE)
        : Optional.empty();
  }

  private static boolean searches(Step step) {
    return step instanceof Step.Knn || step instanceof Step.KnnJoin;
  }
}
