package dev.sextant.sql.compile;

import org.jspecify.annotations.Nullable;

/** Tells how long the vectors of an embedding model are, without loading it. */
@FunctionalInterface
public interface ModelDimensions {
  /**
   * The dimensions of a model.
   *
   * @param model its name; null for the default
   */
  int of(@Nullable String model);
}
