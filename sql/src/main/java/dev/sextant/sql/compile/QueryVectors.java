package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.VectorColumn;

/** The vectors that searches look for. */
final class QueryVectors {

  private QueryVectors() {}

  /**
   * A parameter that is searched for in a column.
   *
   * @throws SextantException {@code 22P03} where its dimensions are known and wrong
   */
  static int checked(CompileContext context, int parameter, VectorColumn column) {
    int known = context.space().dimensions(parameter, column.dimensions(), column.label());
    if (known != 0 && known != column.dimensions()) {
      throw new SextantException(
          ErrorCode.WRONG_DIMENSIONS,
          "Vector column \""
              + column.label()
              + "\" expects "
              + column.dimensions()
              + " dimensions but the query vector has "
              + known
              + ". Use the model the column was built with, or re-create the column.");
    }
    return parameter;
  }
}
