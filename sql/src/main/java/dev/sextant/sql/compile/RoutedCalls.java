package dev.sextant.sql.compile;

import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ast.Opaque;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.plan.RouteWork;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;

/*
 * SQLite calls a function as often as it likes; a call of a chat model costs money. So the distinct
 * arguments that rows hold are read beforehand, the calls are made, and SQLite finds their results
 * ready, however often it asks.
 */
/** Calls of COMPLETE and ROUTE. */
final class RoutedCalls {
  static final String COMPLETE = "complete";
  static final String ROUTE = "route";

  /** {@code sextant_routed(results, argument, …)}. */
  static final SqlOperator OPERATOR = Opaque.function("sextant_routed");

  private RoutedCalls() {}

  /** Whether an operator is that of such a call. */
  static boolean is(SqlOperator operator) {
    return operator.getName().equals(OPERATOR.getName());
  }

  /**
   * The parameter that names the results of a call.
   *
   * @throws SextantException {@code 42883} for a wrong number of arguments
   */
  static int table(SqlCall call, ParameterSpace space) {
    String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
    int least = name.equals(COMPLETE) ? 2 : 1;
    if (call.operandCount() < least || call.operandCount() > 3) {
      throw EmbedCalls.wrongArguments(
          call,
          least == 2
              ? "a route or a model, a prompt and perhaps options"
              : "a prompt, perhaps a route and options");
    }
    return space.routeTable(name);
  }

  /** Lets each call be made when SQLite asks for it. */
  static void prepareNone(CompileContext context) {
    context
        .space()
        .routeTables()
        .forEach((name, table) -> add(context, new RouteWork.Calls(name, table, List.of())));
  }

  private static void add(CompileContext context, RouteWork work) {
    context.add(new Step.Routing(work));
  }

  /**
   * The relation with calls made after a limit and not before it, where the order does not depend
   * on them. The OFFSET keeps SQLite from merging both queries.
   */
  static RelNode behindLimits(RelNode rel, CompileContext context) {
    if (context.space().routeTables().isEmpty()) {
      return rel;
    }
    return rel.accept(
        new RelHomogeneousShuttle() {
          @Override
          public RelNode visit(RelNode other) {
            RelNode visited = super.visit(other);
            return visited instanceof Sort sort && sort.fetch != null ? behind(sort) : visited;
          }
        });
  }

  private static RelNode behind(Sort sort) {
    if (!(sort.getInput() instanceof LogicalProject project)
        || project.getProjects().stream().noneMatch(RoutedCalls::calls)) {
      return sort;
    }
    List<RelFieldCollation> keys = new ArrayList<>();
    for (RelFieldCollation key : sort.getCollation().getFieldCollations()) {
      if (!(project.getProjects().get(key.getFieldIndex()) instanceof RexInputRef column)) {
        return sort;
      }
      keys.add(key.withFieldIndex(column.getIndex()));
    }
    RexNode offset =
        sort.offset != null
            ? sort.offset
            : sort.getCluster().getRexBuilder().makeExactLiteral(java.math.BigDecimal.ZERO);
    RelNode limited =
        LogicalSort.create(project.getInput(), RelCollations.of(keys), offset, sort.fetch);
    return project.copy(project.getTraitSet(), List.of(limited));
  }

  private static boolean calls(RexNode node) {
    boolean[] found = {false};
    node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            found[0] |= is(call.getOperator());
            return super.visitCall(call);
          }
        });
    return found[0];
  }

  /** Finds the arguments of calls in a relation and lets a step make them beforehand. */
  static void prepare(RelNode rel, CompileContext context) {
    Map<String, Integer> tables = context.space().routeTables();
    if (tables.isEmpty()) {
      return;
    }
    Map<Integer, List<SubSql>> arguments = new HashMap<>();
    rel.accept(
        new RelHomogeneousShuttle() {
          @Override
          public RelNode visit(RelNode other) {
            RelNode visited = super.visit(other);
            if (other.getInputs().size() == 1) {
              collect(other, context, arguments);
            }
            return visited;
          }
        });
    tables.forEach(
        (name, table) ->
            add(
                context,
                new RouteWork.Calls(name, table, arguments.getOrDefault(table, List.of()))));
  }

  private static void collect(
      RelNode node, CompileContext context, Map<Integer, List<SubSql>> arguments) {
    node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            RexNode visited = super.visitCall(call);
            if (is(call.getOperator())) {
              int table = ((RexDynamicParam) call.getOperands().getFirst()).getIndex();
              List<RexNode> given = call.getOperands().subList(1, call.getOperands().size());
              List<String> names = new ArrayList<>();
              given.forEach(argument -> names.add("argument" + names.size()));
              SubSql source =
                  context.write(
                      LogicalProject.create(node.getInput(0), List.of(), given, names, Set.of()));
              List<SubSql> sources = arguments.computeIfAbsent(table, t -> new ArrayList<>());
              if (!sources.contains(source)) {
                sources.add(source);
              }
            }
            return visited;
          }
        });
  }

  /**
   * Lets the calls in expressions of a change be made beforehand, where their arguments can be read
   * from the rows that it changes, or from none.
   *
   * @param rows FROM and WHERE of those rows; empty for none
   */
  static void prepare(List<SqlCall> calls, SubSql rows, Catalog catalog, CompileContext context) {
    Map<Integer, List<SubSql>> arguments = new HashMap<>();
    for (SqlCall call : calls) {
      StringBuilder sql = new StringBuilder("SELECT ");
      List<Integer> parameters = new ArrayList<>();
      for (SqlNode argument : call.getOperandList().subList(1, call.operandCount())) {
        SubSql written = context.writer().write(argument);
        sql.append(parameters.isEmpty() && sql.length() == 7 ? "" : ", ").append(written.sql());
        parameters.addAll(written.parameters());
      }
      parameters.addAll(rows.parameters());
      SubSql source = new SubSql(sql + rows.sql(), parameters);
      if (prepares(source, catalog)) {
        int table = ((SqlDynamicParam) call.operand(0)).getIndex();
        arguments.computeIfAbsent(table, t -> new ArrayList<>()).add(source);
      }
    }
    Set<Integer> known = new java.util.HashSet<>();
    for (Step step : context.steps()) {
      if (step instanceof Step.Routing(RouteWork.Calls made)) {
        known.add(made.table());
      }
    }
    context
        .space()
        .routeTables()
        .forEach(
            (name, table) -> {
              if (!known.contains(table)) {
                List<SubSql> sources = arguments.getOrDefault(table, List.of());
                add(context, new RouteWork.Calls(name, table, sources));
              }
            });
  }

  private static boolean prepares(SubSql source, Catalog catalog) {
    try {
      catalog.requirePrepares(source.sql());
      return true;
    } catch (StorageException refused) {
      return false; // columns that only the change itself has, as excluded
    }
  }
}
