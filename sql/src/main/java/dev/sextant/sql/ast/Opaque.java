package dev.sextant.sql.ast;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeTransforms;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
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
  static final SqlReturnTypeInference CONDITION =
      ReturnTypes.explicit(SqlTypeName.BOOLEAN).andThen(SqlTypeTransforms.FORCE_NULLABLE);

  private Opaque() {}

  /**
   * The type of a call of one of these operators. Calcite would look the operator up again by its
   * name; it is known already.
   */
  static RelDataType derive(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
    for (SqlNode operand : call.getOperandList()) {
      validator.deriveType(scope, operand);
    }
    return call.getOperator().validateOperands(validator, scope, call);
  }

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

  /** A value between parentheses, which no rule takes for a bare column. */
  public static SqlCall enclosed(SqlNode value) {
    return new SqlBasicCall(new Enclosed(""), List.of(value), value.getParserPosition());
  }

  /** {@code +value}: SQLite gives it no affinity. */
  public static SqlCall plus(SqlNode value) {
    return new SqlBasicCall(new Enclosed("+"), List.of(value), value.getParserPosition());
  }

  /** A function of any number of arguments. */
  public static SqlFunction function(String name) {
    return new Scalar(name, ANY, true);
  }

  /** A function that may give another value for the same arguments. */
  public static SqlFunction volatileFunction(String name) {
    return new Scalar(name, ANY, false);
  }

  /** A function that gives a vector: inside Calcite a VARBINARY of four bytes a dimension. */
  static SqlFunction vectorFunction(String name, int dimensions) {
    return new Scalar(
        name,
        ReturnTypes.explicit(SqlTypeName.VARBINARY, 4 * dimensions)
            .andThen(SqlTypeTransforms.FORCE_NULLABLE),
        true);
  }

  /** An aggregate function. */
  public static SqlAggFunction aggregate(String name) {
    return new Aggregate(name);
  }

  /** An operator that writes itself. */
  abstract static class Special extends SqlSpecialOperator {
    Special(String name, int precedence, SqlReturnTypeInference type) {
      super(name, SqlKind.OTHER, precedence, true, type, null, OperandTypes.VARIADIC);
    }

    @Override
    public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
      return derive(validator, scope, call);
    }
  }

  private static final class Scalar extends SqlFunction {
    private final boolean deterministic;

    Scalar(String name, SqlReturnTypeInference type, boolean deterministic) {
      super(
          name,
          SqlKind.OTHER_FUNCTION,
          type,
          null,
          OperandTypes.VARIADIC,
          SqlFunctionCategory.USER_DEFINED_FUNCTION);
      this.deterministic = deterministic;
    }

    @Override
    public boolean isDeterministic() {
      return deterministic;
    }

    @Override
    public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
      return derive(validator, scope, call);
    }
  }

  /** A literal's operator: its name is its text. */
  public static final class Literal extends Special {
    private final String text;

    Literal(String text) {
      super(text, ATOM, ANY);
      this.text = text;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      writer.literal(text);
    }
  }

  private static final class Cast extends Special {
    private final String type;

    Cast(String type) {
      super("CAST AS " + type, ATOM, ANY);
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

  private static final class InList extends Special {
    private final boolean not;

    InList(boolean not) {
      super(not ? "NOT IN LIST" : "IN LIST", COMPARISON, CONDITION);
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

  private static final class Condition extends Special {
    Condition() {
      super("CONDITION", ATOM, CONDITION);
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      SqlWriter.Frame frame = writer.startList("(", ")");
      call.operand(0).unparse(writer, 0, 0);
      writer.endList(frame);
    }
  }

  private static final class Enclosed extends Special {
    private final String sign;

    Enclosed(String sign) {
      super("ENCLOSED " + sign, ATOM, ANY);
      this.sign = sign;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      SqlWriter.Frame frame = writer.startList("(", ")");
      writer.literal(sign);
      call.operand(0).unparse(writer, 0, sign.isEmpty() ? 0 : ATOM);
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

    @Override
    public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
      return derive(validator, scope, call);
    }
  }
}
