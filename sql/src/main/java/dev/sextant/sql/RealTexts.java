package dev.sextant.sql;

import dev.sextant.sql.run.SubStatements;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.function.DoubleFunction;

/**
 * Writes numbers as SQLite does, by asking it.
 *
 * @param statements where the question is kept prepared
 */
record RealTexts(SqlSession owner, SubStatements statements) implements DoubleFunction<String> {
  private static final String ECHO = "SELECT ?";

  @Override
  public String apply(double value) {
    return owner.locked(
        () -> {
          SqliteStatement echo = statements.get(ECHO);
          try {
            echo.bind(1, value);
            echo.step();
            return String.valueOf(echo.getText(0));
          } finally {
            echo.reset();
          }
        });
  }
}
