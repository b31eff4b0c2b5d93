package dev.sextant.sql.run;

import dev.sextant.engine.vector.KnnResult;
import dev.sextant.sql.plan.Step;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A bound of the distance that a search for the nearest orders by, in one execution: the nearest
 * rows within it are the nearest of all, as far as they are within it.
 *
 * @param radius empty where no row is within it
 * @param rest what else the rows have to fulfil; null for nothing
 */
record CutOff(OptionalDouble radius, Step.@Nullable Restriction rest) {

  /** The bound among a search's conditions; empty where its vector turns out to be another. */
  static Optional<CutOff> of(Step.Knn step, @Nullable Object[] frame) {
    Step.Restriction filter = step.restriction();
    Step.Bound bound = filter == null ? null : filter.bound();
    if (bound != null
        && frame[step.query()] instanceof byte[] searched
        && frame[bound.query()] instanceof byte[] compared
        && Arrays.equals(searched, compared)) {
      return Optional.of(new CutOff(Radius.of(bound.radius(), frame), bound.rest()));
    }
    return Optional.empty();
  }

  /** Those of the nearest rows that are within the bound. */
  KnnResult of(KnnResult nearest) {
    return radius.isEmpty() ? KnnResult.none() : nearest.within(radius.getAsDouble());
  }
}
