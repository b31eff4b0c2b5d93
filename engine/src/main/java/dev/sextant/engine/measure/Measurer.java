package dev.sextant.engine.measure;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.measure.Confounder.Kind;
import dev.sextant.engine.measure.events.EventSource;
import dev.sextant.engine.measure.events.EventWatch;
import dev.sextant.engine.measure.stats.Medians;
import dev.sextant.engine.measure.stats.PairedRatio;
import dev.sextant.engine.measure.stats.SteadyState;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.probe.Counter;
import dev.sextant.storage.probe.ProbeSource;
import dev.sextant.storage.probe.ThreadProbe;
import dev.sextant.storage.probe.UnavailableException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs one query many times, or two in turn, and tells what took the time of each run. */
public final class Measurer {
  private static final int OVERHEAD_SAMPLES = 200;
  private static final int FAULT_SAMPLES = 3;

  /** Readings before the first sample, so that the JVM has compiled what reads. */
  private static final int PROBE_WARM_UP = 2_000;

  private static final int SELF_TEST = -1;

  private final Tools tools;

  /**
   * What a measurement works with.
   *
   * @param probes see {@link dev.sextant.storage.probe.HostProbes}
   * @param events see {@link EventSource#host}
   * @param kernel gives memory to be touched
   */
  public record Tools(
      List<ProbeSource> probes,
      EventSource events,
      Kernel kernel,
      CacheCounts cache,
      LongSupplier nanoTime) {}

  /** Measures with the tools given. */
  public Measurer(Tools tools) {
    this.tools = tools;
  }

  /**
   * Measures.
   *
   * @param subjects one, or two that are compared
   * @param cancelled is asked between runs
   * @throws SextantException {@code 57014} where it was cancelled
   */
  public Measured measure(
      MeasureOptions options, List<Subject> subjects, BooleanSupplier cancelled) {
    Map<String, String> missing = new TreeMap<>();
    try (ThreadProbe probe = ThreadProbe.open(sources());
        Watching watching = watch(missing)) {
      probe.missing().forEach((counter, why) -> missing.put(counter.sqlName(), why));
      long[] unused = new long[ThreadProbe.SLOTS];
      for (int i = 0; i < PROBE_WARM_UP; i++) {
        probe.read(unused);
      }
      warmUp(options, subjects, cancelled);
      Sampler sampler = new Sampler(probe, watching.watch(), tools);
      take(sampler, new Turns(options, subjects, cancelled));
      if (cancelled.getAsBoolean()) {
        throw new SextantException(ErrorCode.CANCELLED, "The measurement was cancelled.");
      }
      int taken = sampler.samples().count();
      List<String> injected = selfTest(sampler);
      EventWatch watch = watching.watch();
      Optional<Overlaps> overlaps =
          watch == null
              ? Optional.empty()
              : Optional.of(new Overlaps(watch.stop(), sampler.samples().count()));
      return judged(
          new Run(options, subjects.size(), sampler.samples(), taken, injected), overlaps, missing);
    }
  }

  /** An open watch, or none. */
  private record Watching(@Nullable EventWatch watch) implements AutoCloseable {
    @Override
    public void close() {
      if (watch != null) {
        watch.close();
      }
    }
  }

  private Watching watch(Map<String, String> missing) {
    try {
      return new Watching(tools.events().open());
    } catch (UnavailableException unavailable) {
      for (String column : List.of("gc_pause_ns", "safepoint_ns", "jit_ns", "deoptimizations")) {
        missing.put(column, unavailable.reason());
      }
      return new Watching(null);
    }
  }

  private List<ProbeSource> sources() {
    return Thread.currentThread().isVirtual()
        ? tools.probes().stream()
            .map(source -> source.lacking("a virtual thread has no counters of its own"))
            .toList()
        : tools.probes();
  }

  private static void warmUp(
      MeasureOptions options, List<Subject> subjects, BooleanSupplier cancelled) {
    for (int i = 0; i < options.warmUp() && !cancelled.getAsBoolean(); i++) {
      for (Subject subject : subjects) {
        subject.prepare(i);
        subject.run();
      }
    }
  }

  private record Turns(MeasureOptions options, List<Subject> subjects, BooleanSupplier cancelled) {}

  private static void take(Sampler sampler, Turns turns) {
    MeasureOptions options = turns.options();
    List<Subject> subjects = turns.subjects();
    RandomGenerator order = new Random(options.seed());
    sampler.fresh();
    long due = sampler.now();
    long end = options.forNanos() == 0 ? Long.MAX_VALUE : due + options.forNanos();
    for (int run = 0; run < options.runs() && sampler.now() < end; run++) {
      int first = subjects.size() > 1 && order.nextBoolean() ? 1 : 0;
      for (int i = 0; i < subjects.size(); i++) {
        if (turns.cancelled().getAsBoolean()) {
          return;
        }
        if (options.intervalNanos() > 0) {
          if (due >= end || !sampler.waitUntil(due, turns.cancelled())) {
            return;
          }
          due += options.intervalNanos();
        }
        int subject = (first + i) % subjects.size();
        sampler.sample(subjects.get(subject), subject, run);
      }
    }
  }

  /** Disturbs samples of nothing, behind all others; gives what each was. */
  private List<String> selfTest(Sampler sampler) {
    List<String> injected = new ArrayList<>();
    Injections injections = new Injections(tools.nanoTime(), tools.kernel());
    sampler.fresh();
    for (int i = 0; i < OVERHEAD_SAMPLES; i++) {
      sampler.sample(Injections.nothing(), SELF_TEST, SELF_TEST);
      injected.add("nothing");
    }
    try (Injections.Touch touch = injections.touch()) {
      for (int i = 0; i <= FAULT_SAMPLES; i++) {
        touch.prepare(i);
        sampler.fresh();
        sampler.sample(new Prepared(touch), SELF_TEST, SELF_TEST);
        injected.add(i < FAULT_SAMPLES ? "fault" : "page touch");
      }
    }
    Subject sleep = injections.sleep();
    sleep.run(); // Once before, so that no classes are loaded in the sample.
    sampler.fresh();
    sampler.sample(sleep, SELF_TEST, SELF_TEST);
    injected.add("sleep");
    sampler.fresh();
    sampler.sample(injections.collection(), SELF_TEST, SELF_TEST);
    injected.add("collection");
    return injected;
  }

  /** A subject that was made ready before. */
  private record Prepared(Subject subject) implements Subject {
    @Override
    public void prepare(int number) {}

    @Override
    public long run() {
      return subject.run();
    }
  }

  /**
   * Samples, before anything is said about them.
   *
   * @param taken how many are of the queries; those of the self-test follow
   */
  private record Run(
      MeasureOptions options, int subjects, Samples samples, int taken, List<String> injected) {
    int[] injected(String what) {
      return IntStream.range(0, injected.size())
          .filter(i -> injected.get(i).equals(what))
          .map(i -> taken + i)
          .toArray();
    }

    int[] of(int subject) {
      return IntStream.range(0, taken).filter(i -> samples.subject(i) == subject).toArray();
    }
  }

  private static Measured judged(
      Run run, Optional<Overlaps> overlaps, Map<String, String> missing) {
    Samples samples = run.samples();
    int[] empty = run.injected("nothing");
    long overheadCpu = (long) median(empty, i -> Math.max(0, samples.orZero(Counter.CPU_NANOS, i)));
    double turn = turn(samples, empty);
    Attribution attribution =
        new Attribution(samples, overlaps.orElse(null), overheadCpu, faultNanos(run, overheadCpu));
    List<SteadyState> states = new ArrayList<>();
    List<Baseline> bases = new ArrayList<>();
    for (int subject = 0; subject < run.subjects(); subject++) {
      int[] all = run.of(subject);
      SteadyState state = SteadyState.of(IntStream.of(all).mapToLong(samples::wall).toArray());
      states.add(state);
      int skip = state.warmUp() < all.length ? state.warmUp() : 0;
      int[] steady = Arrays.copyOfRange(all, skip, all.length);
      bases.add(Baseline.of(samples, steady, overheadCpu));
    }
    List<Attribution.Found> found = new ArrayList<>();
    for (int i = 0; i < samples.count(); i++) {
      Baseline base = i < run.taken() ? bases.get(samples.subject(i)) : Baseline.NOTHING;
      found.add(attribution.of(i, base));
    }
    return new Measured(
        run.options(),
        samples,
        List.copyOf(found),
        overlaps,
        List.copyOf(states),
        comparison(run, states),
        checks(run, found, missing),
        (long) turn,
        Map.copyOf(missing));
  }

  private static double median(int[] chosen, IntToLongFunction value) {
    double[] values = new double[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      values[i] = (double) value.applyAsLong(chosen[i]);
    }
    return Medians.of(values);
  }

  /** From one empty sample's start to the next one's. */
  private static double turn(Samples samples, int[] empty) {
    double[] turns = new double[empty.length - 1];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = (double) (samples.start(empty[i + 1]) - samples.start(empty[i]));
    }
    return Medians.of(turns);
  }

  /** What a fault costs, where it cost most; 0 where faults are not counted. */
  private static double faultNanos(Run run, long overheadCpu) {
    double most = 0;
    for (int i : run.injected("fault")) {
      long faults = run.samples().orZero(Counter.MINOR_FAULTS, i);
      long cpu = Baseline.cpu(run.samples(), i, overheadCpu);
      most = faults > 0 ? Math.max(most, (double) cpu / faults) : most;
    }
    return most;
  }

  /** Pairs of the runs that both queries have, from where both are at rest. */
  private static Optional<PairedRatio.Comparison> comparison(Run run, List<SteadyState> states) {
    if (run.subjects() < 2) {
      return Optional.empty();
    }
    int[] first = run.of(0);
    int[] second = run.of(1);
    int pairs = Math.min(first.length, second.length);
    int from = 0;
    if (run.options().warmUp() == MeasureOptions.AUTO) {
      int warm = Math.max(states.get(0).warmUp(), states.get(1).warmUp());
      from = warm < pairs ? warm : 0;
    }
    long[] a = new long[pairs - from];
    long[] b = new long[pairs - from];
    for (int i = 0; i < a.length; i++) {
      a[i] = run.samples().wall(first[from + i]);
      b[i] = run.samples().wall(second[from + i]);
    }
    return Optional.of(PairedRatio.compare(a, b, new Random(run.options().seed())));
  }

  private static List<SelfCheck> checks(
      Run run, List<Attribution.Found> found, Map<String, String> missing) {
    List<SelfCheck> checks = new ArrayList<>();
    for (Injected kind : Injected.values()) {
      int sample = run.injected(kind.text)[0];
      long nanos = run.samples().wall(sample);
      String why = missing.get(kind.needs);
      checks.add(
          why == null
              ? SelfCheck.of(kind.text, nanos, found.get(sample), kind.wanted())
              : new SelfCheck(kind.text, nanos, 0, SelfCheck.Outcome.NOT_POSSIBLE, why));
    }
    return List.copyOf(checks);
  }

  /** The disturbances of the self-test. */
  private enum Injected {
    COLLECTION("collection", "gc_pause_ns"),
    SLEEP("sleep", Counter.CPU_NANOS.sqlName()),
    PAGE_TOUCH("page touch", Counter.MINOR_FAULTS.sqlName());

    private final String text;
    private final String needs;

    Injected(String text, String needs) {
      this.text = text;
      this.needs = needs;
    }

    Set<Kind> wanted() {
      return switch (this) {
        case COLLECTION -> Set.of(Kind.GC_PAUSE, Kind.GC_WAIT);
        case SLEEP -> Set.of(Kind.WAIT);
        case PAGE_TOUCH -> Set.of(Kind.PAGE_FAULTS);
      };
    }
  }
}
