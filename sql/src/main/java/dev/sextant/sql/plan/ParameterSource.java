package dev.sextant.sql.plan;

import org.jspecify.annotations.Nullable;

/** Where the value of a parameter of a compiled statement comes from. */
public sealed interface ParameterSource {

  /** The user's parameter, from 0, as it is. */
  record User(int index) implements ParameterSource {}

  /**
   * The user's parameter as a vector's BLOB.
   *
   * @param dimensions expected; 0 where any will do
   * @param target what takes the vector, for messages; null where nothing is known
   */
  record UserVector(int index, int dimensions, @Nullable String target)
      implements ParameterSource {}

  /** A value known when the statement was compiled. */
  @SuppressWarnings("ArrayRecordComponent")
  record Constant(Object value) implements ParameterSource {}

  /** What a {@link Step} gives when the statement runs. */
  record Produced() implements ParameterSource {}
}
