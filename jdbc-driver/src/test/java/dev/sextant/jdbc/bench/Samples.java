package dev.sextant.jdbc.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;

/** Times of one thing, in thread CPU time, so that a busy machine disturbs them little. */
final class Samples {
  private final int perSample;
  private long[] nanos = new long[16];
  private int count;

  private Samples(int perSample) {
    this.perSample = perSample;
  }

  /** Something to be measured. */
  interface Work {
    /** Does it once. */
    void run() throws Exception;
  }

  /**
   * One of several things that are measured in turn.
   *
   * @param perSample how many runs make a sample
   */
  record Case(Work work, int perSample) {}

  /** Measures things in turn, so that all meet the same conditions; the first rounds warm up. */
  static List<Samples> interleaved(int warmUp, int rounds, List<Case> cases) throws Exception {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    List<Samples> all = cases.stream().map(c -> new Samples(c.perSample())).toList();
    for (int round = -warmUp; round < rounds; round++) {
      for (int i = 0; i < cases.size(); i++) {
        Case measured = cases.get(i);
        long start = threads.getCurrentThreadCpuTime();
        for (int run = 0; run < measured.perSample(); run++) {
          measured.work().run();
        }
        if (round >= 0) {
          all.get(i).add(threads.getCurrentThreadCpuTime() - start);
        }
      }
    }
    return all;
  }

  private void add(long sampleNanos) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = sampleNanos;
  }

  int count() {
    return count;
  }

  double medianMicros() {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[count / 2] / 1e3 / perSample;
  }

  double leastMicros() {
    return Arrays.stream(nanos, 0, count).min().orElse(0) / 1e3 / perSample;
  }
}
