package dev.sextant.sql.compile;

import dev.sextant.engine.udf.FunctionSet;
import dev.sextant.engine.udf.UserFunction;
import dev.sextant.sql.lex.FunctionCalls;
import dev.sextant.sql.lex.Lexer;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;

/**
 * Finds the arguments that rows give to users' functions, so that many rows go to one call. What
 * depends on an outer query's row, changes from call to call or is itself computed by a user's
 * function, in the arguments or in what chooses the rows, is left out: those calls are made row by
 * row.
 */
final class ExpectedCalls {
  private final FunctionSet functions;
  private final CompileContext context;
  private final Map<String, List<SubSql>> found = new LinkedHashMap<>();

  private ExpectedCalls(FunctionSet functions, CompileContext context) {
    this.functions = functions;
    this.context = context;
  }

  /** Adds a step for each function whose calls are worth gathering. */
  static void prepare(RelNode rel, FunctionSet functions, CompileContext context) {
    if (functions.all().stream().noneMatch(UserFunction::isBatched)) {
      return;
    }
    ExpectedCalls calls = new ExpectedCalls(functions, context);
    calls.in(rel);
    List.copyOf(context.filters()).forEach(calls::in);
    calls.found.forEach(
        (name, sources) -> context.add(new Step.ExpectCalls(name, List.copyOf(sources))));
  }

  private void in(RelNode rel) {
    rel.accept(
        new RelHomogeneousShuttle() {
          @Override
          public RelNode visit(RelNode other) {
            RelNode visited = super.visit(other);
            if (other.getInputs().size() == 1 && !Expressions.isVolatile(other.getInput(0))) {
              collect(other);
            }
            return visited;
          }
        });
  }

  private void collect(RelNode node) {
    node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            if (isBatched(call)) {
              add(node.getInput(0), call);
            }
            return super.visitCall(call);
          }

          @Override
          public RexNode visitSubQuery(RexSubQuery query) {
            return query;
          }
        });
  }

  private boolean isBatched(RexNode node) {
    return node instanceof RexCall call
        && functions.named(call.getOperator().getName()).stream().anyMatch(UserFunction::isBatched);
  }

  private void add(RelNode input, RexCall call) {
    if (call.getOperands().isEmpty()
        || !call.getOperands().stream().allMatch(Expressions::isRepeatable)) {
      return;
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < call.getOperands().size(); i++) {
      names.add("argument" + i);
    }
    SubSql source =
        context.write(LogicalProject.create(input, List.of(), call.getOperands(), names, Set.of()));
    if (!FunctionCalls.in(Lexer.tokens(source.sql()), functions).isEmpty()) {
      return; // SQLite cannot call a function inside a call of that function
    }
    List<SubSql> sources =
        found.computeIfAbsent(
            call.getOperator().getName().toLowerCase(Locale.ROOT), name -> new ArrayList<>());
    if (!sources.contains(source)) {
      sources.add(source);
    }
  }
}
