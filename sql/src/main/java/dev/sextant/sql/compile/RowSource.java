package dev.sextant.sql.compile;

import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;

/** A call in FROM that gives rows, which a step finds before the statement runs. */
interface RowSource {

  /** The argument that may differ from row to row of a table on the left. */
  String argument();

  /** The rows of one value, the same for all rows on the left. */
  HitTable once(SqlNode value);

  /**
   * The rows of each value, the number of the value in the column {@link HitTable#HIDDEN}.
   *
   * @param numbers the parameter that names the values' numbers
   */
  HitTable forEachRow(int numbers);

  /** Gives the number of a value: {@code operator(numbers, value)}. */
  SqlOperator number();
}
