package dev.sextant.sql.compile;

import dev.sextant.sql.ast.Opaque;
import dev.sextant.sql.ast.SqliteOperators;
import dev.sextant.sql.ast.SqliteTypeSpec;
import dev.sextant.sql.ast.VectorCalls;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.plan.EmbedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.util.NlsString;
import org.jspecify.annotations.Nullable;

/**
 * Turns a parsed statement into one without static types: literals, casts and functions become
 * {@link Opaque}, vector operands and embedded constants become parameters.
 */
final class Normalizer extends SqlShuttle {
  private final ParameterSpace space;
  private final List<Integer> parameters;

  /**
   * A normalizer for one text.
   *
   * @param parameters for each question mark of the parsed text, the parameter it is
   */
  Normalizer(ParameterSpace space, List<Integer> parameters) {
    this.space = space;
    this.parameters = parameters;
  }

  /** The normalized statement or expression. */
  SqlNode normalize(SqlNode node) {
    return Objects.requireNonNull(node.accept(this));
  }

  /** The normalized expression as a condition. */
  SqlNode normalizeCondition(SqlNode node) {
    return Objects.requireNonNull(condition(node));
  }

  private @Nullable SqlNode maybe(@Nullable SqlNode node) {
    return node == null ? null : normalize(node);
  }

  private SqlNodeList list(SqlNodeList nodes) {
    List<SqlNode> result = new ArrayList<>();
    for (SqlNode node : nodes) {
      result.add(normalize(node));
    }
    return new SqlNodeList(result, nodes.getParserPosition());
  }

  /** A list in which a bare number is the position of a column. */
  private @Nullable SqlNodeList keys(@Nullable SqlNodeList nodes) {
    if (nodes == null) {
      return null;
    }
    List<SqlNode> result = new ArrayList<>();
    for (SqlNode node : nodes) {
      result.add(key(node));
    }
    return new SqlNodeList(result, nodes.getParserPosition());
  }

  private SqlNode key(SqlNode node) {
    if (node instanceof SqlLiteral) {
      return node;
    }
    SqlKind kind = node.getKind();
    if (node instanceof SqlCall call
        && (kind == SqlKind.DESCENDING
            || kind == SqlKind.NULLS_FIRST
            || kind == SqlKind.NULLS_LAST)) {
      return call.getOperator().createCall(call.getParserPosition(), List.of(key(call.operand(0))));
    }
    SqlNode normal = normalize(node);
    return isDistance(normal) ? nullsLast(normal) : normal;
  }

  private static boolean isDistance(SqlNode node) {
    return node instanceof SqlCall call && call.getOperator() instanceof SqliteOperators.Distance;
  }

  private static SqlNode nullsLast(SqlNode node) {
    return SqlStdOperatorTable.NULLS_LAST.createCall(node.getParserPosition(), node);
  }

  private @Nullable SqlNode condition(@Nullable SqlNode node) {
    if (node == null) {
      return null;
    }
    SqlNode normal = normalize(node);
    return isCondition(normal) ? normal : Opaque.condition(normal);
  }

  private static boolean isCondition(SqlNode node) {
    return switch (node.getKind()) {
      case AND,
          OR,
          NOT,
          EQUALS,
          NOT_EQUALS,
          LESS_THAN,
          GREATER_THAN,
          LESS_THAN_OR_EQUAL,
          GREATER_THAN_OR_EQUAL,
          LIKE,
          BETWEEN,
          IS_NULL,
          IS_NOT_NULL,
          IS_TRUE,
          IS_FALSE,
          IS_NOT_TRUE,
          IS_NOT_FALSE,
          IS_DISTINCT_FROM,
          IS_NOT_DISTINCT_FROM,
          EXISTS,
          IN,
          NOT_IN ->
          true;
      default -> false;
    };
  }

  @Override
  public SqlNode visit(SqlDynamicParam parameter) {
    return parameter(parameters.get(parameter.getIndex()), parameter.getParserPosition());
  }

  private static SqlNode parameter(int index, SqlParserPos position) {
    return new SqlDynamicParam(index, position);
  }

  @Override
  public @Nullable SqlNode visit(SqlLiteral literal) {
    return switch (literal.getTypeName()) {
      case SYMBOL -> literal;
      case CHAR -> Opaque.literal(quoted(text(literal)), literal.getParserPosition());
      case NULL -> Opaque.literal("NULL", literal.getParserPosition());
      case BINARY -> Opaque.literal(literal.toString(), literal.getParserPosition());
      default -> Opaque.literal(String.valueOf(literal.toValue()), literal.getParserPosition());
    };
  }

  private static String text(SqlNode literal) {
    return ((SqlLiteral) literal).getValueAs(NlsString.class).getValue();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static boolean isText(SqlNode node) {
    return node instanceof SqlLiteral literal && literal.getValue() instanceof NlsString;
  }

  @Override
  public @Nullable SqlNode visit(SqlNodeList nodeList) {
    return list(nodeList);
  }

  @Override
  public @Nullable SqlNode visit(SqlCall call) {
    return switch (call) {
      case SqlOrderBy order -> ordered(order);
      case SqlSelect select -> select(select);
      case SqlJoin join -> join(join);
      case SqlWith with ->
          new SqlWith(with.getParserPosition(), list(with.withList), normalize(with.body));
      case SqlWithItem item ->
          new SqlWithItem(
              item.getParserPosition(),
              item.name,
              item.columnList,
              normalize(item.query),
              item.recursive);
      case SqlCase cases -> caseOf(cases);
      case SqlWindow window -> window;
      default -> expression(call);
    };
  }

  /**
   * The keys and the limit of a plain query belong to it, so that it can stand in an expression.
   */
  private SqlNode ordered(SqlOrderBy order) {
    SqlNode query = normalize(order.query);
    SqlNodeList keys = Objects.requireNonNull(keys(order.orderList));
    if (query instanceof SqlSelect select) {
      select.setOrderBy(keys.isEmpty() ? null : keys);
      select.setOffset(limit(order.offset));
      select.setFetch(limit(order.fetch));
      return select;
    }
    return new SqlOrderBy(
        order.getParserPosition(), query, keys, limit(order.offset), limit(order.fetch));
  }

  private @Nullable SqlNode limit(@Nullable SqlNode node) {
    return node instanceof SqlDynamicParam parameter ? visit(parameter) : node;
  }

  private SqlNode select(SqlSelect select) {
    SqlSelect copy = (SqlSelect) select.clone(select.getParserPosition());
    copy.setSelectList(list(select.getSelectList()));
    copy.setFrom(maybe(select.getFrom()));
    copy.setWhere(condition(select.getWhere()));
    copy.setGroupBy(keys(select.getGroup()));
    copy.setHaving(condition(select.getHaving()));
    return copy;
  }

  private SqlNode join(SqlJoin join) {
    boolean on = join.getConditionType() == JoinConditionType.ON;
    return new SqlJoin(
        join.getParserPosition(),
        normalize(join.getLeft()),
        join.isNaturalNode(),
        join.getJoinTypeNode(),
        normalize(join.getRight()),
        join.getConditionTypeNode(),
        on ? joined(join.getCondition()) : join.getCondition());
  }

  /**
   * The condition of a join, its columns enclosed: Calcite would swap them to the order of the
   * tables, but by which collation and affinity SQLite compares depends on their order.
   */
  private @Nullable SqlNode joined(@Nullable SqlNode condition) {
    SqlNode normal = condition(condition);
    return normal == null ? null : normal.accept(new Enclosing());
  }

  private static final class Enclosing extends SqlShuttle {
    @Override
    public @Nullable SqlNode visit(SqlCall call) {
      return switch (call.getKind()) {
        case SELECT, UNION, EXCEPT, INTERSECT, ORDER_BY, WITH -> call;
        case EQUALS,
            NOT_EQUALS,
            LESS_THAN,
            GREATER_THAN,
            LESS_THAN_OR_EQUAL,
            GREATER_THAN_OR_EQUAL,
            BETWEEN,
            IS_DISTINCT_FROM,
            IS_NOT_DISTINCT_FROM -> {
          List<SqlNode> operands = new ArrayList<>();
          for (SqlNode operand : call.getOperandList()) {
            operands.add(
                operand instanceof SqlIdentifier
                    ? Opaque.enclosed(operand)
                    : Objects.requireNonNull(operand.accept(this)));
          }
          yield call.getOperator().createCall(call.getParserPosition(), operands);
        }
        default -> super.visit(call);
      };
    }
  }

  private SqlNode caseOf(SqlCase cases) {
    List<SqlNode> whens = new ArrayList<>();
    SqlNode value = maybe(cases.getValueOperand());
    for (SqlNode when : cases.getWhenOperands()) {
      SqlNode normal = value == null ? condition(when) : normalize(when);
      whens.add(Objects.requireNonNull(normal));
    }
    SqlParserPos position = cases.getParserPosition();
    return new SqlCase(
        position,
        value,
        new SqlNodeList(whens, position),
        list(cases.getThenOperands()),
        maybe(cases.getElseOperand()));
  }

  private @Nullable SqlNode expression(SqlCall call) {
    SqlOperator operator = call.getOperator();
    if (operator instanceof SqliteOperators.Distance) {
      return distance(operator, call.operand(0), call.operand(1));
    }
    if (operator.equals(SqliteOperators.COLLATE)
        && call.operand(1) instanceof SqlIdentifier collation) {
      SqlNode name = Opaque.literal(collation.getSimple(), collation.getParserPosition());
      return operator.createCall(call.getParserPosition(), normalize(call.operand(0)), name);
    }
    if (operator instanceof SqlUnresolvedFunction) {
      return function(call);
    }
    return switch (call.getKind()) {
      case AS -> as(call);
      case CAST -> cast(call);
      case IN, NOT_IN -> in(call);
      case OVER -> over(call);
      case PLUS_PREFIX -> Opaque.plus(normalize(call.operand(0)));
      case UNION, EXCEPT, INTERSECT -> super.visit((SqlCall) Precedence.leftToRight(call));
      case COLLECTION_TABLE -> normalize(call.operand(0));
      default -> super.visit(call);
    };
  }

  private SqlNode as(SqlCall call) {
    List<SqlNode> operands = new ArrayList<>(call.getOperandList());
    operands.set(0, normalize(call.operand(0)));
    return call.getOperator().createCall(call.getParserPosition(), operands);
  }

  private SqlNode over(SqlCall call) {
    return call.getOperator()
        .createCall(call.getParserPosition(), normalize(call.operand(0)), window(call.operand(1)));
  }

  private SqlNode window(SqlNode node) {
    if (!(node instanceof SqlWindow window)) {
      return node;
    }
    SqlWindow copy = (SqlWindow) window.clone(window.getParserPosition());
    copy.setOperand(2, list(window.getPartitionList()));
    copy.setOperand(3, list(window.getOrderList()));
    return copy;
  }

  private SqlNode in(SqlCall call) {
    SqlNode value = normalize(call.operand(0));
    if (!(call.operand(1) instanceof SqlNodeList items)) {
      return call.getOperator()
          .createCall(call.getParserPosition(), value, normalize(call.operand(1)));
    }
    List<SqlNode> operands = new ArrayList<>();
    operands.add(value);
    list(items).forEach(operands::add);
    return Opaque.inList(operands, call.getKind() == SqlKind.NOT_IN, call.getParserPosition());
  }

  private SqlNode cast(SqlCall call) {
    SqlDataTypeSpec type = call.operand(1);
    String name =
        type.getTypeNameSpec() instanceof SqliteTypeSpec sqlite ? sqlite.text() : type.toString();
    if (Catalog.dimensionsOf(name) > 0) {
      return vectorOf(call.operand(0), Catalog.dimensionsOf(name));
    }
    return Opaque.cast(normalize(call.operand(0)), name, call.getParserPosition());
  }

  private SqlNode vectorOf(SqlNode value, int dimensions) {
    return VectorCalls.vector(vectorOperand(value), dimensions);
  }

  private SqlNode distance(SqlOperator operator, SqlNode left, SqlNode right) {
    return operator.createCall(SqlParserPos.ZERO, vectorOperand(left), vectorOperand(right));
  }

  /** An operand that has to be a vector: a text is one, and so is a parameter. */
  private SqlNode vectorOperand(SqlNode node) {
    if (isText(node)) {
      return parameter(space.vectorLiteral(text(node)), node.getParserPosition());
    }
    if (node instanceof SqlDynamicParam parameter) {
      int user = parameters.get(parameter.getIndex());
      return parameter(space.vectorParameter(user), node.getParserPosition());
    }
    return normalize(node);
  }

  private SqlNode function(SqlCall call) {
    String name = call.getOperator().getName();
    List<SqlNode> operands = call.getOperandList();
    Optional<SqlOperator> distance = SqliteOperators.distanceOf(name);
    if (distance.isPresent() && operands.size() == 2) {
      return distance(distance.get(), operands.get(0), operands.get(1));
    }
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "embed", "embed_query", "embed_passage" -> embed(call);
      case RoutedCalls.COMPLETE, RoutedCalls.ROUTE -> routed(call);
      case "vector" -> vectorOperand(only(call));
      case "knn",
          TableArguments.HYBRID,
          ChunkSource.NAME,
          SimulationSource.NAME,
          RouteSource.COMPLETE_ROW,
          RouteSource.ROUTE_EXPLAIN,
          TableArguments.RECALL ->
          tableFunction(call);
      case "inner_product", "vector_distance" -> vectors(call, 2);
      case "vector_dims", "l2_norm", "l2_normalize", "subvector" -> vectors(call, 1);
      default -> {
        SqlOperator operator = Functions.resolve(name, operands.size(), space.functions());
        List<SqlNode> normal = new ArrayList<>();
        for (SqlNode operand : operands) {
          normal.add(normalize(operand));
        }
        yield new SqlBasicCall(
            operator, normal, call.getParserPosition(), call.getFunctionQuantifier());
      }
    };
  }

  private SqlNode routed(SqlCall call) {
    List<SqlNode> operands = new ArrayList<>();
    operands.add(parameter(RoutedCalls.table(call, space), SqlParserPos.ZERO));
    call.getOperandList().forEach(operand -> operands.add(normalize(operand)));
    return new SqlBasicCall(RoutedCalls.OPERATOR, operands, call.getParserPosition());
  }

  private SqlNode vectors(SqlCall call, int vectorOperands) {
    List<SqlNode> operands = new ArrayList<>();
    for (SqlNode operand : call.getOperandList()) {
      boolean vector = operands.size() < vectorOperands;
      operands.add(vector ? vectorOperand(operand) : normalize(operand));
    }
    return new SqlBasicCall(
        Functions.resolve(call.getOperator().getName(), operands.size(), space.functions()),
        operands,
        call.getParserPosition());
  }

  /** A call whose arguments all have names. */
  private SqlNode tableFunction(SqlCall call) {
    TableArguments arguments = TableArguments.of(call);
    List<SqlNode> operands = new ArrayList<>();
    arguments
        .all()
        .forEach(
            (name, value) ->
                operands.add(
                    SqlStdOperatorTable.ARGUMENT_ASSIGNMENT.createCall(
                        value.getParserPosition(),
                        name.equals("vector") ? vectorOperand(value) : normalize(value),
                        new SqlIdentifier(name, SqlParserPos.ZERO))));
    return new SqlBasicCall(
        Opaque.function(arguments.function()), operands, call.getParserPosition());
  }

  private static SqlNode only(SqlCall call) {
    if (call.operandCount() != 1) {
      throw EmbedCalls.wrongArguments(call, "one argument");
    }
    return call.operand(0);
  }

  private SqlNode embed(SqlCall call) {
    EmbedBy by = EmbedCalls.by(call);
    SqlNode text = call.operand(0);
    if (isText(text)) {
      int vector = space.embedded(by, space.textLiteral(text(text)));
      return parameter(vector, text.getParserPosition());
    }
    if (text instanceof SqlDynamicParam parameter) {
      int user = parameters.get(parameter.getIndex());
      return parameter(space.embedded(by, user), text.getParserPosition());
    }
    int table = space.embedTable(by);
    return VectorCalls.embed(
        parameter(table, SqlParserPos.ZERO), normalize(text), space.modelDimensions(by.model()));
  }
}
