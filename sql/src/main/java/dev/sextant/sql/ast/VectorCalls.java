package dev.sextant.sql.ast;

import java.util.List;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Calls that the compiler puts into a plan; SQLite knows them as functions of its connection. */
public final class VectorCalls {
  /** Takes any value and gives the BLOB of a vector, or fails. */
  public static final String VECTOR = "sextant_vector";

  /** Looks a text's prepared vector up. */
  public static final String EMBED = "sextant_embed";

  /** Looks a row's distance up among the hits of a search. */
  public static final String HIT = "sextant_hit";

  /** Looks up the number of a query vector among those that were searched for. */
  public static final String QUERY = "sextant_query";

  /** Gives a field of a chunk. */
  public static final String CHUNK = "sextant_chunk";

  /** Looks up the number of a text among those that were cut. */
  public static final String TEXT = "sextant_text";

  /** {@code sextant_text(cut, text)}. */
  public static final SqlOperator TEXT_CALL = Opaque.function(TEXT);

  /** Gives a column of a row that two searches have found. */
  public static final String FUSED = "sextant_fused";

  /** {@code sextant_query(table, vector)}. */
  public static final SqlOperator QUERY_CALL = Opaque.function(QUERY);

  /** {@code sextant_hit(table, key)}. */
  public static final SqlOperator HIT_CALL = Opaque.function(HIT);

  /** {@code key IN (the ids of a JSON array)}. */
  public static final SqlOperator IN_IDS = new InIds();

  private VectorCalls() {}

  /** A value as a vector of so many dimensions. */
  public static SqlCall vector(SqlNode value, int dimensions) {
    return new SqlBasicCall(
        Opaque.vectorFunction(VECTOR, dimensions),
        List.of(value, Opaque.literal(Integer.toString(dimensions), SqlParserPos.ZERO)),
        value.getParserPosition());
  }

  /** {@code sextant_embed(table, text)}: the prepared vector of a text. */
  public static SqlCall embed(SqlNode table, SqlNode text, int dimensions) {
    return new SqlBasicCall(
        Opaque.vectorFunction(EMBED, dimensions), List.of(table, text), text.getParserPosition());
  }

  /** Whether an operator is that of {@link #embed}. */
  public static boolean isEmbed(SqlOperator operator) {
    return operator.getName().equals(EMBED);
  }

  private static final class InIds extends Opaque.Special {
    InIds() {
      super("IN IDS", 30, Opaque.CONDITION);
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
      call.operand(0).unparse(writer, 200, 200);
      writer.literal("IN (SELECT value FROM json_each(");
      call.operand(1).unparse(writer, 0, 0);
      writer.literal("))");
    }
  }
}
