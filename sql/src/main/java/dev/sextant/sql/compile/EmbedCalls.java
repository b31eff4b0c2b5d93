package dev.sextant.sql.compile;

import dev.sextant.engine.embed.EmbedRole;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.plan.EmbedBy;
import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.util.NlsString;

/** What a call of EMBED, EMBED_QUERY or EMBED_PASSAGE asks for. */
final class EmbedCalls {

  private EmbedCalls() {}

  /**
   * What embeds the text of a call.
   *
   * @throws SextantException {@code 42883} for a wrong number of arguments, {@code 22023} where the
   *     model is no text
   */
  static EmbedBy by(SqlCall call) {
    if (call.operandCount() < 1 || call.operandCount() > 2) {
      throw wrongArguments(call, "a text and perhaps a model's name");
    }
    String name = call.getOperator().getName();
    EmbedRole role = EmbedRole.of(name.toLowerCase(Locale.ROOT)).orElse(EmbedRole.TEXT);
    if (call.operandCount() == 1) {
      return new EmbedBy(null, role);
    }
    if (call.operand(1) instanceof SqlLiteral literal
        && literal.getValue() instanceof NlsString model) {
      return new EmbedBy(model.getValue(), role);
    }
    throw new SextantException(
        ErrorCode.INVALID_PARAMETER,
        name.toUpperCase(Locale.ROOT)
            + " expects the model as a text in quotes, such as 'all-minilm-l6-v2'.");
  }

  /** A call with too few or too many arguments. */
  static SextantException wrongArguments(SqlCall call, String expected) {
    return new SextantException(
        ErrorCode.UNKNOWN_FUNCTION,
        "Function "
            + call.getOperator().getName()
            + " expects "
            + expected
            + " and got "
            + call.operandCount()
            + ".");
  }
}
