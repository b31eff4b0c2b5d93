package dev.sextant.sql.ast;

import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;

/** Binary operators that Calcite's own grammar does not have. */
public final class SqliteOperators {
  /** Euclidean distance. */
  public static final SqlOperator L2 = new Distance("<->", "l2_distance");

  /** One minus the cosine of the angle. */
  public static final SqlOperator COSINE = new Distance("<=>", "cosine_distance");

  /** The inner product, negated. */
  public static final SqlOperator INNER_PRODUCT = new Distance("<#>", "negative_inner_product");

  /** The sum of absolute differences. */
  public static final SqlOperator L1 = new Distance("<+>", "l1_distance");

  /** Texts joined; SQLite binds it tighter than a product. */
  public static final SqlOperator CONCAT = binary("||", 64);

  /** The remainder of whole numbers, which stays whole. */
  public static final SqlOperator REMAINDER = binary("%", 60);

  /** A value compared by the collation named on the right. */
  public static final SqlOperator COLLATE = binary("COLLATE", 74);

  /** {@code ->>} of JSON. */
  public static final SqlOperator JSON_TEXT = binary("->>", 70);

  /** {@code ->} of JSON. */
  public static final SqlOperator JSON = binary("->", 70);

  /** Bits of both; of one precedence with the other operators on bits. */
  public static final SqlOperator BIT_AND = binary("&", 36);

  /** Bits moved to the left. */
  public static final SqlOperator SHIFT_LEFT = binary("<<", 36);

  /** Bits moved to the right. */
  public static final SqlOperator SHIFT_RIGHT = binary(">>", 36);

  /** Bits of either. */
  public static final SqlOperator BIT_OR = binary("|", 36);

  /** File name patterns. */
  public static final SqlOperator GLOB = binary("GLOB", 32);

  /** Regular expressions, where a function for them is loaded. */
  public static final SqlOperator REGEXP = binary("REGEXP", 32);

  /** Full-text search. */
  public static final SqlOperator MATCH = binary("MATCH", 32);

  /** The distance operators. */
  public static final List<SqlOperator> DISTANCES = List.of(L2, COSINE, INNER_PRODUCT, L1);

  private SqliteOperators() {}

  static class Binary extends SqlBinaryOperator {
    Binary(String symbol, int precedence) {
      super(symbol, SqlKind.OTHER, precedence, true, Opaque.ANY, null, OperandTypes.VARIADIC);
    }

    @Override
    public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
      return Opaque.derive(validator, scope, call);
    }
  }

  /** A distance operator and the name of the function that computes it. */
  public static final class Distance extends Binary {
    private final String function;

    Distance(String symbol, String function) {
      super(symbol, 34);
      this.function = function;
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      SqlWriter.Frame frame = writer.startFunCall(function);
      call.operand(0).unparse(writer, 0, 0);
      writer.sep(",", true);
      call.operand(1).unparse(writer, 0, 0);
      writer.endFunCall(frame);
    }

    /** The SQL function of the same meaning. */
    public String function() {
      return function;
    }
  }

  /** The distance operator that a function's name stands for. */
  public static Optional<SqlOperator> distanceOf(String function) {
    return DISTANCES.stream()
        .filter(op -> ((Distance) op).function().equalsIgnoreCase(function))
        .findFirst();
  }

  private static SqlOperator binary(String symbol, int precedence) {
    return new Binary(symbol, precedence);
  }
}
