package dev.sextant.sql.plan;

import dev.sextant.engine.measure.MeasureOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What MEASURE and COMPARE MEASUREMENT are told. */
public sealed interface MeasureCommand {

  /**
   * MEASURE.
   *
   * @param parameters the query whose rows give the parameters of each run; null where the user
   *     binds them
   * @param queries one, or two that are compared
   */
  record Measure(MeasureOptions options, @Nullable String parameters, List<String> queries)
      implements MeasureCommand {}

  /** COMPARE MEASUREMENT … WITH …: two that were made, by their numbers. */
  record Compare(long first, long second) implements MeasureCommand {}
}
