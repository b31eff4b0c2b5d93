package dev.sextant.engine.cache.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sextant.engine.error.SextantException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class WorkloadSampleTest {
  private static final long SEED = Long.getLong("seed", 20_260_219L);

  /** Real streams, and a capacity for each. */
  private static final Map<String, Integer> STREAMS =
      Map.of(
          "mooncake-conversation", 20_000,
          "cache2k-web07", 4000,
          "lirs-2_pools", 1000,
          "lirs-sprite", 1000,
          "lirs-multi3", 1500);

  @Test
  void theCurveIsThatOfExhaustiveSimulation() throws IOException {
    Traces traces = Traces.orSkip();
    for (Map.Entry<String, Integer> stream : STREAMS.entrySet()) {
      long[] keys = traces.keys(stream.getKey());
      int capacity = stream.getValue();
      WorkloadSample sample =
          new WorkloadSample(new WorkloadSample.Options(capacity, capacity, 4096, 1));
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (long key : keys) {
        sample.request(CacheSimulation.mix(key), 1, 1);
      }
      long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
      double error = 0;
      List<WorkloadSample.Point> curve = sample.curve();
      assertThat(curve).hasSize(36);
      for (WorkloadSample.Point point : curve) {
        error += Math.abs(point.missRatio() - exhaustive(point, keys)) / curve.size();
      }
      WorkloadSample.Extent extent = sample.extent();
      System.out.printf(
          Locale.ROOT,
          "%-22s rate %.3f, %d keys, mean error %.2f points, %d ns an access, %d KiB%n",
          stream.getKey(),
          extent.rate(),
          extent.keys(),
          100 * error,
          nanos / keys.length,
          extent.bytes() >> 10);
      assertThat(extent.rate()).as(stream.getKey()).isLessThan(1);
      assertThat(extent.requests()).isEqualTo(keys.length);
      assertThat(error).as(stream.getKey()).isLessThanOrEqualTo(0.01);
    }
  }

  private static double exhaustive(WorkloadSample.Point point, long[] keys) {
    CacheSimulation cache = new CacheSimulation(point.policy(), point.capacity());
    for (long key : keys) {
      cache.request(CacheSimulation.mix(key), CacheSimulation.mix(key), 1, 1);
    }
    return 1 - cache.hitRatio();
  }

  @Test
  void aSampleOfAllKeysIsExactAlsoInBytes() {
    Random random = new Random(SEED);
    int capacity = 100_000;
    WorkloadSample sample = new WorkloadSample(new WorkloadSample.Options(capacity, 200, 4096, 1));
    Map<PolicyKind, CacheSimulation> own = new EnumMap<>(PolicyKind.class);
    for (PolicyKind kind : PolicyKind.values()) {
      own.put(kind, new CacheSimulation(kind, capacity, 200));
    }
    for (int i = 0; i < 30_000; i++) {
      long key = CacheSimulation.mix((long) (2000 * Math.pow(random.nextDouble(), 3)));
      int weight = 256 + (int) (key & 511);
      int cost = 1 + (int) (key >>> 60);
      sample.request(key, weight, cost);
      own.values().forEach(cache -> cache.request(key, key, weight, cost));
    }
    // Stack distances take it that an eviction frees no more than is needed.
    for (WorkloadSample.Point point : sample.shadow()) {
      assertThat(point.percent()).isEqualTo(100);
      assertThat(point.capacity()).isEqualTo(capacity);
      assertThat(1 - point.missRatio())
          .as("%s", point.policy())
          .isCloseTo(
              requireNonNull(own.get(point.policy())).hitRatio(),
              within(point.policy() == PolicyKind.LRU ? 0.01 : 1e-9));
    }
  }

  @Test
  void theSampleStaysWithinItsKeys() {
    WorkloadSample sample = new WorkloadSample(new WorkloadSample.Options(1000, 1000, 64, 1));
    for (int i = 0; i < 50_000; i++) {
      sample.request(CacheSimulation.mix(i), 1, 1);
      assertThat(sample.extent().keys()).isLessThanOrEqualTo(64);
    }
    assertThat(sample.curve()).allSatisfy(p -> assertThat(p.missRatio()).isGreaterThan(0.99));
  }

  @Test
  void manyThreadsMayAsk() throws Exception {
    WorkloadSample sample = new WorkloadSample(new WorkloadSample.Options(500, 500, 256, 1));
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Random random = new Random(SEED + t);
        running.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 20_000; i++) {
                    sample.request(CacheSimulation.mix(random.nextInt(1000)), 1, 1);
                  }
                }));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
    }
    assertThat(sample.extent().requests()).isEqualTo(80_000);
    // Random requests: the hit ratio is the part of the keys that fits.
    assertThat(sample.shadow())
        .allSatisfy(p -> assertThat(p.missRatio()).isCloseTo(0.5, within(0.1)));
  }

  @Test
  void beforeTheFirstRequestAllMiss() {
    WorkloadSample sample = new WorkloadSample(new WorkloadSample.Options(10, 10, 16, 0.5));
    assertThat(sample.curve()).allSatisfy(point -> assertThat(point.missRatio()).isEqualTo(1));
  }

  @Test
  void optionsOutOfTheirRangesAreRefused() {
    for (Runnable wrong :
        List.<Runnable>of(
            () -> new WorkloadSample.Options(0, 1, 16, 1),
            () -> new WorkloadSample.Options(1, 0, 16, 1),
            () -> new WorkloadSample.Options(1, 1, 15, 1),
            () -> new WorkloadSample.Options(1, 1, 16, 0),
            () -> new WorkloadSample.Options(1, 1, 16, Double.NaN))) {
      assertThatThrownBy(wrong::run)
          .isInstanceOf(SextantException.class)
          .hasMessageContaining("workload sample expects");
    }
  }
}
