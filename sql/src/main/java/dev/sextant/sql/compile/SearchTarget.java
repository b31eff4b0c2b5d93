package dev.sextant.sql.compile;

import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.sql.ast.SqliteOperators;
import dev.sextant.sql.catalog.TableInfo;
import dev.sextant.sql.plan.Step;
import dev.sextant.storage.vector.Metric;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalValues;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;

/**
 * The distance of a column's vectors from one vector: what is searched, and with what.
 *
 * @param distance the expression
 * @param field where the vectors stand in the relation
 * @param key where the row's key stands in the relation
 * @param query the vector, the same for all rows
 */
record SearchTarget(RexCall distance, VectorColumn column, int field, int key, RexNode query) {

  /**
   * What an expression over a relation searches; empty where it is no such distance. Why vectors
   * cannot be searched in memory becomes a note.
   */
  static Optional<SearchTarget> of(RexNode distance, RelNode input, CompileContext context) {
    if (!(distance instanceof RexCall call)
        || !(call.getOperator() instanceof SqliteOperators.Distance)) {
      return Optional.empty();
    }
    Optional<SearchTarget> result = of(call, 0, input, context);
    return result.isPresent() ? result : of(call, 1, input, context);
  }

  private static Optional<SearchTarget> of(
      RexCall call, int column, RelNode input, CompileContext context) {
    RexNode query = call.getOperands().get(1 - column);
    if (!(call.getOperands().get(column) instanceof RexInputRef reference)
        || !Expressions.isConstant(query)) {
      return Optional.empty();
    }
    Optional<Origin.Field> field = Origin.of(input, reference.getIndex());
    if (field.isEmpty() || Expressions.isVolatile(input)) {
      return Optional.empty();
    }
    TableInfo table = field.get().table();
    TableInfo.Column vector = table.columns().get(field.get().column());
    if (!vector.isVector()) {
      return Optional.empty();
    }
    Optional<VectorColumn> searched = table.searchable(vector);
    if (searched.isEmpty() || field.get().keyIndex() < 0) {
      String obstacle = table.whyNotResident().orElse("the row's key is lost");
      context.note("no search in memory: " + obstacle);
      return Optional.empty();
    }
    return Optional.of(
        new SearchTarget(
            call, searched.get(), reference.getIndex(), field.get().keyIndex(), query));
  }

  Metric metric() {
    return switch (distance.getOperator().getName()) {
      case "<->" -> Metric.L2;
      case "<=>" -> Metric.COSINE;
      case "<#>" -> Metric.INNER_PRODUCT;
      default -> Metric.L1;
    };
  }

  /**
   * The parameter that holds the vector.
   *
   * @param cluster of any relation of the statement
   */
  int queryParameter(CompileContext context, RelOptCluster cluster) {
    if (query instanceof RexDynamicParam parameter) {
      return QueryVectors.checked(context, parameter.getIndex(), column);
    }
    int vector = context.space().produced();
    context.add(new Step.QueryVector(context.write(row(query, cluster)), vector));
    return vector;
  }

  /** A relation of one row that holds one value. */
  static RelNode row(RexNode value, RelOptCluster cluster) {
    return LogicalProject.create(
        LogicalValues.createOneRow(cluster), List.of(), List.of(value), List.of("q"), Set.of());
  }
}
