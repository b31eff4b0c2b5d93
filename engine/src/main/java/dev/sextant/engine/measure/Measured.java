package dev.sextant.engine.measure;

import dev.sextant.engine.measure.stats.PairedRatio;
import dev.sextant.engine.measure.stats.SteadyState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A measurement.
 *
 * @param samples those of the queries, then those of the self-test
 * @param found what was found of each sample
 * @param overlaps what the JVM did during each; empty where that is not known
 * @param states how each query came to rest
 * @param comparison of two queries; empty for one
 * @param checks the self-test
 * @param overheadNanos time that the probes add to each sample's turn
 * @param missing counters and events that could not be read, and why
 */
public record Measured(
    MeasureOptions options,
    Samples samples,
    List<Attribution.Found> found,
    Optional<Overlaps> overlaps,
    List<SteadyState> states,
    Optional<PairedRatio.Comparison> comparison,
    List<SelfCheck> checks,
    long overheadNanos,
    Map<String, String> missing) {

  /** Numbers of the samples of a query, in order. */
  public int[] of(int subject) {
    return IntStream.range(0, samples.count())
        .filter(i -> samples.run(i) >= 0 && samples.subject(i) == subject)
        .toArray();
  }

  /** Those of the steady state; all where there is none. */
  public int[] steady(int subject) {
    int[] all = of(subject);
    SteadyState state = states.get(subject);
    boolean cut = options.warmUp() == MeasureOptions.AUTO && state.warmUp() < all.length;
    return cut ? IntStream.of(all).skip(state.warmUp()).toArray() : all;
  }

  /** Those of the steady state that nothing disturbed. */
  public int[] clean(int subject) {
    return IntStream.of(steady(subject)).filter(i -> !found.get(i).dirty()).toArray();
  }

  /** Times of samples. */
  public long[] walls(int[] chosen) {
    return IntStream.of(chosen).mapToLong(samples::wall).toArray();
  }

  /** How many runs of a query come before its steady state and are not counted. */
  public int warmUp(int subject) {
    return of(subject).length - steady(subject).length;
  }
}
