package dev.sextant.engine.embed;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.SextantException;
import java.util.List;

/** How a model's states become one vector. */
public enum Pooling {
  /** The mean of all tokens' states. */
  MEAN("mean"),
  /** The state of the first token. */
  CLS("cls"),
  /** The graph gives one vector a text by itself. */
  NONE("none");

  private final String sqlName;

  Pooling(String sqlName) {
    this.sqlName = sqlName;
  }

  /** The name in SQL. */
  public String sqlName() {
    return sqlName;
  }

  /**
   * The pooling of that name, whatever its case.
   *
   * @throws SextantException {@code 22023} naming the nearest known one
   */
  public static Pooling of(String name) {
    return Names.choice("pooling", name, List.of(values()), Pooling::sqlName);
  }
}
