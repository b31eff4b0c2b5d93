package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.ResultColumn;
import dev.sextant.sql.ast.SqliteOperators;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.lex.CanonicalText;
import dev.sextant.sql.lex.Parameters;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.EmbedBy;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.hep.HepMatchOrder;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a query: parse, normalize, validate, convert to algebra, apply the rules, write as
 * SQLite text.
 */
final class QueryCompiler {
  /** Failures that SQLite's own opinion cannot change. */
  private static final Set<ErrorCode> FINAL =
      Set.of(ErrorCode.WRONG_DIMENSIONS, ErrorCode.INVALID_VECTOR_OPERATION);

  private final Catalog catalog;
  private final ModelDimensions models;

  QueryCompiler(Catalog catalog, ModelDimensions models) {
    this.catalog = catalog;
    this.models = models;
  }

  /** The plan of a statement that is a query. */
  Plan compile(StatementText statement) {
    Parameters parameters = new Parameters(statement.tokens());
    CompileContext context =
        new CompileContext(new ParameterSpace(parameters.count(), models, catalog.userFunctions()));
    Compiled query = compile(statement.tokens(), parameters, context);
    List<ResultColumn> columns = query.columns();
    return new Plan.Compiled(
        statement,
        query.sql(),
        parameters.count(),
        context.space().sources(),
        context.steps(),
        columns == null ? null : labelled(columns, statement),
        context.notes(),
        query.found());
  }

  /**
   * A query's text for SQLite.
   *
   * @param columns those its user sees; null where they are the text's own
   * @param width how many columns the text has, those it only sorts by included; -1 where it has no
   *     more than its user sees
   * @param found the columns where a search alone gives them
   */
  record Compiled(
      SubSql sql, @Nullable List<ResultColumn> columns, int width, List<Plan.Found> found) {}

  /** Compiles tokens that make a query, alone or as part of another statement. */
  Compiled compile(List<Token> tokens, Parameters parameters, CompileContext context) {
    Precedence.check(tokens);
    CanonicalText text = CanonicalText.of(tokens, parameters);
    SqlNode parsed = Validation.parseQuery(text.sql());
    SqlNode normal = new Normalizer(context.space(), text.parameters()).normalize(parsed);
    SubSql written = context.write(normal);
    try {
      return throughAlgebra(normal, labels(parsed), context);
    } catch (SextantException | StorageException failure) {
      return asWritten(written, failure, context);
    } catch (RuntimeException | AssertionError failure) {
      return asWritten(written, unsupported(failure), context);
    }
  }

  private Compiled throughAlgebra(SqlNode query, List<String> labels, CompileContext context) {
    RelRoot root =
        new Validation(catalog, context)
            .convert(new TableFunctions(catalog, context).rewrite(query));
    Expressions.requireNoVectorArithmetic(root.rel);
    new SearchJoins(context).in(KnnRule.stripped(root.rel));
    RelNode planned = RoutedCalls.behindLimits(planned(root.rel, context), context);
    prepareVectors(planned, context);
    RoutedCalls.prepare(planned, context);
    ExpectedCalls.prepare(planned, catalog.userFunctions(), context);
    warnWithoutLimit(planned, context);
    SubSql sql = context.write(planned);
    catalog.requirePrepares(sql.sql());
    List<Plan.Found> found = FoundColumns.of(planned, root.fields.size(), context.steps());
    return new Compiled(sql, columns(root, labels), planned.getRowType().getFieldCount(), found);
  }

  /**
   * The query without Calcite's algebra: its functions are rewritten, and SQLite computes all of
   * it. Right for whatever SQLite takes; where SQLite refuses too, the first failure is the answer.
   */
  private Compiled asWritten(SubSql sql, RuntimeException why, CompileContext context) {
    if (why instanceof SextantException known && FINAL.contains(known.code())) {
      throw why;
    }
    try {
      catalog.sqlitePlan(sql.sql());
    } catch (StorageException refused) {
      why.addSuppressed(refused);
      throw why;
    }
    context.note(
        "SQLite computes the query row by row, since it cannot be planned: " + reason(why));
    context.prepareNoVectors();
    return new Compiled(sql, null, -1, List.of());
  }

  private static String reason(RuntimeException why) {
    return String.valueOf(why.getMessage()).lines().findFirst().orElse("");
  }

  private static SextantException unsupported(Throwable failure) {
    return new SextantException(
        ErrorCode.FEATURE_NOT_SUPPORTED,
        "The query has a form that is not supported: " + failure.getMessage() + ".",
        failure);
  }

  /** Expressions without a name are called what the user wrote, as SQLite does. */
  private static List<ResultColumn> labelled(List<ResultColumn> columns, StatementText statement) {
    List<String> items = SelectItems.of(statement);
    if (items.size() != columns.size()) {
      return columns;
    }
    List<ResultColumn> labelled = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      ResultColumn column = columns.get(i);
      labelled.add(
          column.label().isEmpty()
              ? new ResultColumn(items.get(i), items.get(i), column.declaredType(), column.table())
              : column);
    }
    return labelled;
  }

  /** The names a user gave to the columns, empty where a column is an expression. */
  private static List<String> labels(SqlNode query) {
    SqlNode body = query instanceof SqlOrderBy order ? order.query : query;
    List<String> labels = new ArrayList<>();
    if (body instanceof SqlSelect select) {
      for (SqlNode item : select.getSelectList()) {
        labels.add(label(item));
      }
    }
    return labels;
  }

  private static String label(SqlNode item) {
    if (item instanceof SqlIdentifier name) {
      return name.isStar() ? "*" : Util.last(name.names);
    }
    if (item.getKind() == SqlKind.AS) {
      return ((SqlIdentifier) ((SqlCall) item).operand(1)).getSimple();
    }
    return "";
  }

  private static List<ResultColumn> columns(RelRoot root, List<String> labels) {
    boolean named = labels.size() == root.fields.size() && !labels.contains("*");
    List<ResultColumn> columns = new ArrayList<>();
    for (Map.Entry<Integer, String> field : root.fields) {
      RelDataType type = root.rel.getRowType().getFieldList().get(field.getKey()).getType();
      int dimensions = VectorTypes.dimensions(type);
      String label = named ? labels.get(columns.size()) : field.getValue();
      Optional<Origin.Field> origin = Origin.of(root.rel, field.getKey());
      String declared = dimensions > 0 ? "VECTOR(" + dimensions + ")" : "";
      columns.add(
          origin
              .map(
                  found ->
                      new ResultColumn(
                          label,
                          found.table().columns().get(found.column()).name(),
                          found.table().columns().get(found.column()).declaredType(),
                          found.table().name()))
              .orElse(new ResultColumn(label, label, declared, null)));
    }
    return columns;
  }

  /** The relation with searches in place of sorts by distance and of bounds of distances. */
  static RelNode planned(RelNode rel, CompileContext context) {
    RelNode inner = rel.accept(new SubQueries(context));
    HepProgram program =
        HepProgram.builder()
            .addMatchOrder(HepMatchOrder.BOTTOM_UP)
            .addRuleInstance(CoreRules.PROJECT_MERGE)
            .addRuleInstance(new KnnRule.Config(context).toRule())
            .build();
    HepPlanner planner = new HepPlanner(program);
    planner.setRoot(inner);
    return new RangeSearches(context).in(planner.findBestExp());
  }

  /** Plans the queries inside expressions. */
  private static final class SubQueries extends RelHomogeneousShuttle {
    private final RexShuttle expressions;

    SubQueries(CompileContext context) {
      this.expressions =
          new RexShuttle() {
            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
              return query.clone(planned(query.rel, context));
            }
          };
    }

    @Override
    public RelNode visit(RelNode other) {
      return super.visit(other).accept(expressions);
    }
  }

  /** Finds the texts that rows give to EMBED and lets a step embed them beforehand. */
  private static void prepareVectors(RelNode rel, CompileContext context) {
    Map<EmbedBy, Integer> tables = context.space().embedTables();
    if (tables.isEmpty()) {
      return;
    }
    Map<Integer, List<SubSql>> texts = new HashMap<>();
    rel.accept(
        new RelHomogeneousShuttle() {
          @Override
          public RelNode visit(RelNode other) {
            RelNode visited = super.visit(other);
            if (other.getInputs().size() == 1) {
              collect(other, context, texts);
            }
            return visited;
          }
        });
    tables.forEach(
        (by, table) ->
            context.add(new Step.EmbedRows(by, table, texts.getOrDefault(table, List.of()))));
  }

  private static void collect(
      RelNode node, CompileContext context, Map<Integer, List<SubSql>> texts) {
    node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            if (VectorCalls.isEmbed(call.getOperator())) {
              int table = ((RexDynamicParam) call.getOperands().getFirst()).getIndex();
              RexNode text = call.getOperands().get(1);
              RelNode source =
                  LogicalProject.create(
                      node.getInput(0), List.of(), List.of(text), List.of("text"), Set.of());
              texts.computeIfAbsent(table, t -> new ArrayList<>()).add(context.write(source));
            }
            return super.visitCall(call);
          }
        });
  }

  private static void warnWithoutLimit(RelNode rel, CompileContext context) {
    if (rel instanceof Sort sort
        && sort.fetch == null
        && sort.getInput() instanceof LogicalProject project) {
      boolean byDistance =
          sort.getCollation().getFieldCollations().stream()
              .map(key -> project.getProjects().get(key.getFieldIndex()))
              .anyMatch(
                  key ->
                      key instanceof RexCall call
                          && call.getOperator() instanceof SqliteOperators.Distance);
      if (byDistance) {
        context.note(
            "ORDER BY a distance without LIMIT computes and sorts every row: add LIMIT k to"
                + " search for the k nearest");
      }
    }
  }
}
