package dev.sextant.engine.udf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.udf.UdfException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Quantiles from buckets, against the sorted times. */
final class FunctionStatisticsTest {
  @Test
  void bucketsCoverAllTimesInOrder() {
    Random random = new Random(5);
    for (int i = 0; i < 100_000; i++) {
      long nanos = random.nextLong() >>> (1 + random.nextInt(63));
      int bucket = FunctionStatistics.Counter.bucket(nanos);
      long top = FunctionStatistics.Counter.top(bucket);
      assertThat(top).isGreaterThanOrEqualTo(nanos);
      assertThat((double) top).isLessThanOrEqualTo(nanos * 1.125 + 1);
      if (bucket > 0) {
        assertThat(FunctionStatistics.Counter.top(bucket - 1)).isLessThan(nanos);
      }
    }
  }

  @Test
  void quantilesAreRightToAnEighth() {
    FunctionStatistics statistics = new FunctionStatistics();
    Random random = new Random(7);
    long[] times = new long[999];
    for (int i = 0; i < times.length; i++) {
      times[i] = (long) Math.exp(random.nextDouble() * 18);
      statistics.of("f()").called(2, times[i]);
    }
    Arrays.sort(times);
    FunctionStatistics.Report report = Objects.requireNonNull(statistics.report().get("f()"));
    assertThat(report.calls()).isEqualTo(999);
    assertThat(report.rows()).isEqualTo(1998);
    assertThat((double) report.p50Nanos()).isBetween(1.0 * times[499], 1.125 * times[499] + 1);
    assertThat((double) report.p99Nanos()).isBetween(1.0 * times[989], 1.125 * times[989] + 1);
  }

  @Test
  void failuresAreTrapsOrKills() {
    FunctionStatistics statistics = new FunctionStatistics();
    for (UdfException.Failure failure : UdfException.Failure.values()) {
      statistics.of("f()").failed(failure);
    }
    FunctionStatistics.Report report = Objects.requireNonNull(statistics.report().get("f()"));
    assertThat(report.traps()).isEqualTo(5);
    assertThat(report.kills()).isEqualTo(3);
    assertThat(report.calls()).isZero();
    assertThat(report.p50Nanos()).isZero();
  }
}
