package dev.sextant.engine.measure;

import dev.sextant.engine.measure.events.EventSource;
import dev.sextant.engine.measure.events.EventWatch;
import dev.sextant.engine.measure.stats.Medians;
import dev.sextant.engine.measure.stats.PairedRatio;
import dev.sextant.engine.measure.stats.Verdict;
import dev.sextant.storage.numa.kernel.Kernel;
import dev.sextant.storage.probe.HostProbes;
import dev.sextant.storage.probe.ThreadProbe;
import dev.sextant.storage.probe.UnavailableException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Tries the instrument of MEASURE: what it costs, how often it errs, what it explains. */
public final class InstrumentTrial {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int BLOCK = 1_000;

  /** Samples until the JVM has compiled the instrument for good. */
  private static final int WARM_UP = 30_000;

  private final Measurer.Tools tools =
      new Measurer.Tools(
          HostProbes.host().sources(),
          EventSource.host(),
          Kernel.host(),
          CacheCounts.none(),
          System::nanoTime);
  private double sink;

  /** Some work: so many square roots. */
  private Subject work(int roots) {
    return new Subject() {
      @Override
      public void prepare(int number) {}

      @Override
      public long run() {
        for (int i = 0; i < roots; i++) {
          sink += Math.sqrt(i + sink);
        }
        return 1;
      }
    };
  }

  /** So many roots that they take a time. */
  private int rootsFor(long nanos) {
    Subject probe = work(10_000);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 500; i++) {
      long start = System.nanoTime();
      probe.run();
      best = Math.min(best, System.nanoTime() - start);
    }
    return (int) Math.max(1, 10_000 * nanos / best);
  }

  /** How much CPU time the instrument adds to samples of 200 µs, in percent; blocks in turn. */
  public double overheadPercent(int rounds) throws UnavailableException {
    Subject work = work(rootsFor(200_000));
    double[] ratios = new double[rounds];
    try (ThreadProbe probe = ThreadProbe.open(tools.probes());
        EventWatch watch = tools.events().open()) {
      Sampler sampler = new Sampler(probe, watch, tools);
      for (int i = 0; i < WARM_UP; i++) {
        sampler.sample(Injections.nothing(), 0, i);
      }
      watch.stop();
    }
    for (int round = -2; round < rounds; round++) {
      double bare = bare(work);
      double measured = measured(work);
      double again = bare(work);
      if (round >= 0) {
        ratios[round] = measured / ((bare + again) / 2);
      }
    }
    return 100 * (Medians.of(ratios) - 1);
  }

  private static double bare(Subject work) {
    long start = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < BLOCK; i++) {
      work.run();
    }
    return THREADS.getCurrentThreadCpuTime() - start;
  }

  private double measured(Subject work) throws UnavailableException {
    try (ThreadProbe probe = ThreadProbe.open(tools.probes());
        EventWatch watch = tools.events().open()) {
      Sampler sampler = new Sampler(probe, watch, tools);
      for (int i = 0; i < BLOCK; i++) {
        sampler.sample(work, 0, i);
      }
      long start = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < BLOCK; i++) {
        sampler.sample(work, 0, i);
      }
      double nanos = THREADS.getCurrentThreadCpuTime() - start;
      watch.stop();
      return nanos;
    }
  }

  /**
   * The share of comparisons with a verdict.
   *
   * @param slower the first's work as a multiple of the second's
   * @param pairs in a comparison
   */
  public double share(Verdict verdict, double slower, int pairs, int comparisons) {
    int roots = rootsFor(40_000);
    Subject first = work((int) (roots * slower));
    Subject second = work(roots);
    RandomGenerator random = new Random(20261122);
    int found = 0;
    try (ThreadProbe probe = ThreadProbe.open(tools.probes())) {
      for (int comparison = 0; comparison < comparisons; comparison++) {
        Sampler sampler = new Sampler(probe, null, tools);
        long[][] walls = new long[2][pairs];
        for (int pair = 0; pair < pairs; pair++) {
          int begin = random.nextBoolean() ? 0 : 1;
          for (int i = 0; i < 2; i++) {
            int subject = (begin + i) % 2;
            sampler.sample(subject == 0 ? first : second, subject, pair);
            walls[subject][pair] = sampler.samples().wall(2 * pair + i);
          }
        }
        found += PairedRatio.compare(walls[0], walls[1], random).verdict() == verdict ? 1 : 0;
      }
    }
    return (double) found / comparisons;
  }

  /** The least share of its own disturbances that the instrument has explained. */
  public double explainedMin(int rounds) {
    double least = 1;
    for (int i = 0; i < rounds; i++) {
      Measured measured =
          new Measurer(tools).measure(MeasureOptions.runs(50), List.of(work(20_000)), () -> false);
      least =
          Math.min(
              least, measured.checks().stream().mapToDouble(SelfCheck::explained).min().orElse(0));
    }
    return least;
  }

  @Override
  public String toString() {
    return "roots " + Arrays.toString(new double[] {sink});
  }
}
