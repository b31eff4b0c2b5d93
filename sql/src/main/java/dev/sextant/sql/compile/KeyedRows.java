package dev.sextant.sql.compile;

import dev.sextant.engine.vector.FilterStatistics;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/**
 * A relation whose rows are known by the key of one of its tables.
 *
 * @param input the relation
 * @param field a column of that table in the relation
 * @param key where the table's key stands in the relation
 * @param keyName what the key is called in the table
 */
record KeyedRows(RelNode input, int field, int key, String keyName) {

  /** The relation as a filter of a search. */
  Step.Restriction restriction(CompileContext context) {
    SubSql all = context.write(keys(input));
    context.addFilter(input);
    int candidates = context.space().produced();
    SubSql check = among(candidates).map(rows -> context.write(keys(rows))).orElse(null);
    boolean lasting = Expressions.isLasting(input) && context.space().areGiven(all.parameters());
    return new Step.Restriction(
        all,
        check,
        candidates,
        lasting,
        new FilterStatistics(),
        null,
        lasting ? NumberRanges.of(this, context) : null);
  }

  /**
   * Those rows whose keys stand in a parameter, looked up one by one; empty where the relation's
   * form does not allow that.
   */
  Optional<RelNode> among(int ids) {
    RexBuilder rex = input.getCluster().getRexBuilder();
    if (Origin.scan(input, field).filter(scan -> scan instanceof HitScan).isPresent()) {
      return Optional.empty();
    }
    return Origin.replaced(input, field, scan -> new HitScan(scan, keyName, ids))
        .map(
            rows ->
                !Origin.hasOuterJoin(rows)
                    ? rows
                    : LogicalFilter.create(
                        rows,
                        rex.makeCall(
                            SqlStdOperatorTable.IS_NOT_NULL, rex.makeInputRef(rows, key))));
  }

  /** The same table's rows in another relation of the same fields. */
  KeyedRows over(RelNode other) {
    return new KeyedRows(other, field, key, keyName);
  }

  /** The keys of other rows of the same fields, and another value of each. */
  SubSql keysWith(RexNode value, RelNode rows, CompileContext context) {
    RexNode id = rows.getCluster().getRexBuilder().makeInputRef(rows, key);
    return context.write(
        LogicalProject.create(
            rows, List.of(), List.of(id, value), List.of("id", "number"), Set.of()));
  }

  private RelNode keys(RelNode rows) {
    RexBuilder rex = rows.getCluster().getRexBuilder();
    return LogicalProject.create(
        rows, List.of(), List.of(rex.makeInputRef(rows, key)), List.of("id"), Set.of());
  }
}
