package dev.sextant.sql.ast;

import java.util.List;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeTransforms;
import org.apache.calcite.util.Optionality;

/*
 * SQLite's values have types, its columns and expressions do not. So that Calcite neither refuses,
 * nor casts, nor simplifies what SQLite would have taken, everything that has a static type in
 * standard SQL and none in SQLite is an operator of type ANY here, which writes itself as SQLite
 * text. Calcite then resolves names and shapes the plan, and SQLite computes.
 */

/** Operators that Calcite carries through a plan without looking inside. */
public final class Opaque {
  private static final int ATOM = 200;
  private static final int COMPARISON = 30;

  /** Any value, perhaps NULL. */
  public static final SqlReturnTypeInference ANY =
      ReturnTypes.explicit(SqlTypeName.ANY).andThen(SqlTypeTransforms.FORCE_NULLABLE);

  /** True, false or NULL. */
  private static final SqlReturnTypeInference CONDITION =
      ReturnTypes.explicit(SqlTypeName.BOOLEAN).andThen(SqlTypeTransforms.FORCE_NULLABLE);

  private Opaque() {}

  /** A literal, written as it stands. */
  public static SqlCall literal(String text, SqlParserPos position) {
    return new SqlBasicCall(new Literal(text), List.of(), position);
  }

  /** {@code CAST(value AS type)} with any type's name. */
  public static SqlCall cast(SqlNode value, String type, SqlParserPos position) {
    return new SqlBasicCall(new Cast(type), List.of(value), position);
  }

  /** {@code value IN (a, b, …)}. */
  public static SqlCall inList(List<SqlNode> valueAndList, boolean not, SqlParserPos position) {
    return new SqlBasicCall(new InList(not), valueAndList, position);
  }

  /** A value used as a condition. */
  public static SqlCall condition(SqlNode value) {
    return new SqlBasicCall(new Condition(), List.of(value), value.getParserPosition());
  }

  /** A function of any number of arguments. */
  public static SqlFunction function(String name) {
    return new SqlFunction(
        name,
        SqlKind.OTHER_FUNCTION,
        ANY,
        null,
        OperandTypes.VARIADIC,
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
  }

  /** An aggregate function. */
  public static SqlAggFunction aggregate(String name) {
    return new Aggregate(name);
  }

  /** A literal's operator: its name is its text. */
  public static final class Literal extends SqlSpecialOperator {
    private final String text;

    Literal(String text) {
      super(text, SqlKind.OTHER, ATOM, true, ANY, null, OperandTypes.NILADIC);
      this.text = text;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      writer.literal(text);
    }
  }

  private static final class Cast extends SqlSpecialOperator {
    private final String type;

    Cast(String type) {
      super("CAST AS " + type, SqlKind.OTHER, ATOM, true, ANY, null, OperandTypes.ANY);
      this.type = type;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      SqlWriter.Frame frame = writer.startFunCall("CAST");
      call.operand(0).unparse(writer, 0, 0);
      writer.sep("AS");
      writer.literal(type);
      writer.endFunCall(frame);
    }
  }

  private static final class InList extends SqlSpecialOperator {
    private final boolean not;

    InList(boolean not) {
      super(
          not ? "NOT IN LIST" : "IN LIST",
          SqlKind.OTHER,
          COMPARISON,
          true,
          CONDITION,
          null,
          OperandTypes.VARIADIC);
      this.not = not;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      SqlWriter.Frame outer = writer.startList("(", ")");
      call.operand(0).unparse(writer, 0, ATOM);
      writer.keyword(not ? "NOT IN" : "IN");
      SqlWriter.Frame list = writer.startList("(", ")");
      for (SqlNode item : call.getOperandList().subList(1, call.operandCount())) {
        writer.sep(",");
        item.unparse(writer, 0, 0);
      }
      writer.endList(list);
      writer.endList(outer);
    }
  }

  private static final class Condition extends SqlSpecialOperator {
    Condition() {
      super("CONDITION", SqlKind.OTHER, ATOM, true, CONDITION, null, OperandTypes.ANY);
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      SqlWriter.Frame frame = writer.startList("(", ")");
      call.operand(0).unparse(writer, 0, 0);
      writer.endList(frame);
    }
  }

  private static final class Aggregate extends SqlAggFunction {
    Aggregate(String name) {
      super(
          name,
          null,
          SqlKind.OTHER_FUNCTION,
          ANY,
          null,
          OperandTypes.VARIADIC,
          SqlFunctionCategory.USER_DEFINED_FUNCTION,
          false,
          false,
          Optionality.OPTIONAL);
    }
  }

  /** Whether a value is written in the plan as text, so that it is the same for every row. */
  public static boolean isLiteral(SqlOperator operator) {
    return operator instanceof Literal;
  }
}
