package dev.sextant.engine.measure;

import dev.sextant.engine.measure.SummaryRow.Value;
import dev.sextant.engine.measure.stats.PairedRatio;
import dev.sextant.engine.measure.stats.Percentiles;
import dev.sextant.engine.measure.stats.Refusals;
import dev.sextant.engine.measure.stats.ResponseTimes;
import dev.sextant.engine.measure.stats.SteadyState;
import dev.sextant.storage.probe.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Draws a measurement up: percentiles of all samples beside those of the clean ones. */
final class Summary {
  private static final double CONFIDENCE = 0.95;
  private static final double MILLI = 1e-6;
  private static final String BOTH = "a/b";

  private final Measured measured;
  private final List<SummaryRow> rows = new ArrayList<>();

  private Summary(Measured measured) {
    this.measured = measured;
  }

  /** The lines. */
  static List<SummaryRow> of(Measured measured) {
    Summary summary = new Summary(measured);
    for (int subject = 0; subject < measured.states().size(); subject++) {
      summary.query(subject);
    }
    measured.comparison().ifPresent(summary::compared);
    summary.instrument();
    return List.copyOf(summary.rows);
  }

  private static String name(int subject) {
    return subject == 0 ? "a" : "b";
  }

  private void query(int subject) {
    int[] all = measured.steady(subject);
    int[] clean = measured.clean(subject);
    String name = name(subject);
    rows.add(
        new SummaryRow(
            name, "samples", Value.of(all.length), Value.of(clean.length), disturbances(all)));
    double dirty = all.length == 0 ? 0 : 1 - (double) clean.length / all.length;
    Times service = new Times(name, "", dirty);
    service.rows(measured.walls(all), measured.walls(clean));
    if (measured.options().intervalNanos() > 0) {
      new Times(name, "response_", dirty).rows(responses(all), responses(clean));
    }
    cpu(name, all, clean);
    SteadyState state = measured.states().get(subject);
    boolean auto = measured.options().warmUp() == MeasureOptions.AUTO;
    rows.add(
        new SummaryRow(
            name,
            "warm_up_samples",
            Value.of(measured.of(subject).length - all.length),
            Value.NONE,
            auto ? "before the steady state, not counted" : "counted by WARMUP"));
    rows.add(new SummaryRow(name, "steady_state", Value.NONE, Value.NONE, state.kind().label()));
  }

  /** Percentiles of times of one kind. */
  private final class Times {
    private final String query;
    private final String prefix;
    private final double dirty;

    Times(String query, String prefix, double dirty) {
      this.query = query;
      this.prefix = prefix;
      this.dirty = dirty;
    }

    void rows(long[] all, long[] clean) {
      for (double share : new double[] {0, 0.5, 0.9, 0.99, 1}) {
        String name = share == 0 ? "min" : share == 1 ? "max" : "p" + Math.round(share * 100);
        boolean tail = share == 0.99;
        Optional<String> refused = tail ? Refusals.of(share, all.length, dirty) : Optional.empty();
        Optional<String> refusedClean =
            tail ? Refusals.of(share, clean.length, dirty) : Optional.empty();
        String note =
            refused
                .map(why -> "refused: " + why)
                .or(() -> refusedClean.map(why -> "of clean refused: " + why))
                .orElse("");
        rows.add(
            new SummaryRow(
                query,
                prefix + name + "_ms",
                refused.isPresent() ? Value.NONE : value(all, share),
                refusedClean.isPresent() ? Value.NONE : value(clean, share),
                note));
      }
    }

    private Value value(long[] times, double share) {
      if (times.length == 0) {
        return Value.NONE;
      }
      Percentiles percentiles = Percentiles.of(times);
      return share == 0 || share == 1
          ? Value.of(percentiles.at(share) * MILLI)
          : Value.of(percentiles.interval(share, CONFIDENCE).times(MILLI));
    }
  }

  /** Response times of chosen samples, which the schedule gives to all samples of both queries. */
  private long[] responses(int[] chosen) {
    Samples samples = measured.samples();
    int[] taken = IntStream.range(0, samples.count()).filter(i -> samples.run(i) >= 0).toArray();
    long[] starts = new long[taken.length];
    long first = taken.length == 0 ? 0 : samples.start(taken[0]);
    for (int i = 0; i < taken.length; i++) {
      starts[i] = samples.start(taken[i]) - first;
    }
    long[] all =
        ResponseTimes.of(starts, measured.walls(taken), measured.options().intervalNanos());
    return IntStream.of(chosen).mapToLong(i -> all[i]).toArray();
  }

  private void cpu(String name, int[] all, int[] clean) {
    String why = measured.missing().get(Counter.CPU_NANOS.sqlName());
    rows.add(
        why == null
            ? new SummaryRow(name, "cpu_p50_ms", cpu(all), cpu(clean), "")
            : new SummaryRow(name, "cpu_p50_ms", Value.NONE, Value.NONE, why));
  }

  private Value cpu(int[] chosen) {
    return chosen.length == 0
        ? Value.NONE
        : Value.of(
            Percentiles.of(
                        IntStream.of(chosen)
                            .mapToLong(i -> measured.samples().get(Counter.CPU_NANOS, i))
                            .toArray())
                    .at(0.5)
                * MILLI);
  }

  /** How many samples each kind of confounder touched. */
  private String disturbances(int[] chosen) {
    return IntStream.of(chosen)
        .mapToObj(i -> measured.found().get(i).confounders())
        .flatMap(found -> found.stream().map(Confounder::kind).distinct())
        .collect(Collectors.groupingBy(kind -> kind, java.util.TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> entry.getKey().sqlName() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private void compared(PairedRatio.Comparison comparison) {
    rows.add(
        new SummaryRow(
            BOTH,
            "ratio",
            Value.of(comparison.ratio()),
            Value.NONE,
            String.format(
                Locale.ROOT,
                "%d pairs, interval of %.0f %%",
                comparison.pairs(),
                PairedRatio.CONFIDENCE * 100)));
    rows.add(new SummaryRow(BOTH, "verdict", Value.NONE, Value.NONE, comparison.verdict().label()));
  }

  private void instrument() {
    int[] all = measured.steady(0);
    double median = all.length == 0 ? 0 : Percentiles.of(measured.walls(all)).at(0.5);
    rows.add(
        new SummaryRow(
            "",
            "overhead_percent",
            Value.of(median == 0 ? Double.NaN : 100 * measured.overheadNanos() / median),
            Value.NONE,
            measured.overheadNanos() + " ns between samples"));
    for (SelfCheck check : measured.checks()) {
      rows.add(
          new SummaryRow(
              "",
              "self_test " + check.injected(),
              Value.of(check.explained()),
              Value.NONE,
              check.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                  + ": "
                  + check.detail()));
    }
  }
}
