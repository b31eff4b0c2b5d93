package dev.sextant.engine.measure.stats;

import java.util.ArrayList;
import java.util.List;

/*
 * Where a series changes its level: the segmentation of least cost, found exactly by dynamic
 * programming over at most BINS bins. A bin is the median of neighbouring times and enters by
 * its logarithm, so that pauses and bursts leave no change. The cost of a segment is its squared
 * error; the penalty of a change is that of the Bayesian criterion with the noise taken from
 * differences of neighbouring bins, which a change of level disturbs but once. The classes are
 * those of E. Barrett and others, Virtual Machine Warmup Blows Hot and Cold, OOPSLA 2017.
 */
/**
 * How a series of times comes to rest.
 *
 * @param warmUp how many samples come before the steady state; all where there is none
 * @param changes first samples of the segments but the first, in order
 */
public record SteadyState(Kind kind, int warmUp, List<Integer> changes) {
  private static final int BINS = 256;
  private static final int LEAST_BINS = 8;

  /** Levels this near one another count as one. */
  private static final double SAME_LEVEL = 0.05;

  /** The steady state has to be so much of the series. */
  private static final double LEAST_SHARE = 0.25;

  private static final double NORMAL_MAD = 1.4826;
  private static final double PENALTY = 4;

  /** Makes the list its own. */
  public SteadyState {
    changes = List.copyOf(changes);
  }

  /** The ways to come to rest. */
  public enum Kind {
    /** The level never changes. */
    FLAT("flat"),
    /** It falls and stays. */
    WARMUP("warmup"),
    /** It rises and stays. */
    SLOWDOWN("slowdown"),
    /** It changes near the end, or there is too little to see. */
    NO_STEADY_STATE("no steady state");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** As shown to users. */
    public String label() {
      return label;
    }
  }

  /** That of times in the order they were taken. */
  public static SteadyState of(long[] times) {
    if (times.length < LEAST_BINS) {
      return new SteadyState(Kind.NO_STEADY_STATE, 0, List.of());
    }
    int width = (times.length + BINS - 1) / BINS;
    double[] levels = bins(times, width);
    List<Integer> starts = segments(levels);
    List<Double> means = new ArrayList<>();
    for (int i = 0; i < starts.size(); i++) {
      int end = i + 1 < starts.size() ? starts.get(i + 1) : levels.length;
      means.add(mean(levels, starts.get(i), end));
    }
    int first = starts.size() - 1;
    while (first > 0 && Math.abs(means.get(first - 1) - means.getLast()) <= SAME_LEVEL) {
      first--;
    }
    List<Integer> changes = new ArrayList<>();
    starts.stream().skip(1).forEach(start -> changes.add(start * width));
    int steady = starts.get(first);
    if (levels.length - steady < LEAST_SHARE * levels.length) {
      return new SteadyState(Kind.NO_STEADY_STATE, times.length, changes);
    }
    boolean slower = false;
    for (int i = 0; i < first; i++) {
      slower |= means.get(i) < means.getLast() - SAME_LEVEL;
    }
    Kind kind = first == 0 ? Kind.FLAT : slower ? Kind.SLOWDOWN : Kind.WARMUP;
    return new SteadyState(kind, steady * width, changes);
  }

  private static double[] bins(long[] times, int width) {
    double[] levels = new double[times.length / width];
    for (int bin = 0; bin < levels.length; bin++) {
      int end = bin == levels.length - 1 ? times.length : (bin + 1) * width;
      double[] logs = new double[end - bin * width];
      for (int i = 0; i < logs.length; i++) {
        logs[i] = Math.log((double) Math.max(1, times[bin * width + i]));
      }
      levels[bin] = Medians.of(logs);
    }
    return levels;
  }

  private static double mean(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum / (to - from);
  }

  private static double noise(double[] levels) {
    double[] steps = new double[levels.length - 1];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = Math.abs(levels[i + 1] - levels[i]);
    }
    double sigma = NORMAL_MAD * Medians.of(steps) / Math.sqrt(2);
    return Math.max(sigma * sigma, 1e-8);
  }

  /** Where segments begin: 0, then each change. */
  private static List<Integer> segments(double[] levels) {
    int n = levels.length;
    double[] sums = new double[n + 1];
    double[] squares = new double[n + 1];
    for (int i = 0; i < n; i++) {
      // One wild bin, of a pause that filled it, must not pass for a segment of its own.
      double level = clipped(levels, i);
      sums[i + 1] = sums[i] + level;
      squares[i + 1] = squares[i] + level * level;
    }
    double penalty = PENALTY * noise(levels) * Math.log(n);
    double[] best = new double[n + 1];
    int[] from = new int[n + 1];
    for (int end = 1; end <= n; end++) {
      best[end] = Double.POSITIVE_INFINITY;
      for (int start = 0; start < end; start++) {
        double sum = sums[end] - sums[start];
        double error = squares[end] - squares[start] - sum * sum / (end - start);
        double cost = best[start] + error + (start == 0 ? 0 : penalty);
        if (cost < best[end]) {
          best[end] = cost;
          from[end] = start;
        }
      }
    }
    List<Integer> starts = new ArrayList<>();
    for (int end = n; end > 0; end = from[end]) {
      starts.addFirst(from[end]);
    }
    return starts;
  }

  private static double clipped(double[] levels, int i) {
    if (i == 0 || i == levels.length - 1) {
      return levels[i];
    }
    double low = Math.min(levels[i - 1], levels[i + 1]);
    double high = Math.max(levels[i - 1], levels[i + 1]);
    return Math.clamp(levels[i], low, high);
  }
}
