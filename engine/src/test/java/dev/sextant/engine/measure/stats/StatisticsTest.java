package dev.sextant.engine.measure.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Statistics of series whose truth is known. */
class StatisticsTest {
  private static final long SEED = 20261122;

  /** Times as a busy machine gives them: a level, noise to the right, now and then a pause. */
  private static long time(Random random, double level) {
    double noise = Math.exp(0.15 * random.nextGaussian());
    double pause = random.nextInt(50) == 0 ? level * (5 + 100 * random.nextDouble()) : 0;
    return (long) (level * noise + pause);
  }

  @Test
  void percentilesAreNearestRanks() {
    Random random = new Random(SEED);
    for (int n : new int[] {1, 2, 3, 10, 99, 100, 101}) {
      long[] values = random.longs(n, 0, 1000).toArray();
      long[] sorted = values.clone();
      Arrays.sort(sorted);
      for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
        int rank = 1;
        while (rank < n && (double) rank / n < share) {
          rank++;
        }
        assertThat(Percentiles.of(values).at(share)).isEqualTo(sorted[rank - 1]);
      }
    }
  }

  @Test
  void theBinomialTailIsTheSumOfItsTerms() {
    for (int n : new int[] {1, 7, 40}) {
      for (double chance : new double[] {0.01, 0.3, 0.5, 0.99}) {
        double[] terms = new double[n + 1];
        terms[0] = Math.pow(1 - chance, n);
        for (int i = 1; i <= n; i++) {
          terms[i] = terms[i - 1] * (n - i + 1) / i * chance / (1 - chance);
        }
        for (int hits = 0; hits <= n + 1; hits++) {
          double sum = 0;
          for (int i = hits; i <= n; i++) {
            sum += terms[i];
          }
          assertThat(Binomial.atLeast(hits, n, chance))
              .isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-9));
        }
      }
    }
  }

  @Test
  void theIntervalOfAPercentileIsTheBootstraps() {
    Random random = new Random(SEED);
    long[] values = random.longs(200, 0, 100_000).toArray();
    Interval exact = Percentiles.of(values).interval(0.9, 0.95);
    int draws = 20_000;
    long[] ninetieths = new long[draws];
    long[] drawn = new long[values.length];
    for (int i = 0; i < draws; i++) {
      for (int j = 0; j < drawn.length; j++) {
        drawn[j] = values[random.nextInt(values.length)];
      }
      ninetieths[i] = Percentiles.of(drawn).at(0.9);
    }
    Percentiles resampled = Percentiles.of(ninetieths);
    Percentiles all = Percentiles.of(values);
    // Neighbours in rank, since a resampled end may fall on the next value.
    assertThat(exact.low()).isBetween((double) resampled.at(0.02), (double) resampled.at(0.03));
    assertThat(exact.high()).isBetween((double) resampled.at(0.97), (double) resampled.at(0.98));
    assertThat(exact.estimate()).isEqualTo((double) all.at(0.9));
  }

  @Test
  void intervalsOfPercentilesHoldTheTruth() {
    Random random = new Random(SEED);
    int held = 0;
    for (int i = 0; i < 400; i++) {
      long[] values = random.doubles(300).mapToLong(x -> (long) (-1e6 * Math.log(1 - x))).toArray();
      held += Percentiles.of(values).interval(0.9, 0.95).holds(-1e6 * Math.log(0.1)) ? 1 : 0;
    }
    assertThat(held).isBetween(360, 396);
  }

  private static PairedRatio.Comparison compare(Random random, int pairs, double slower) {
    long[] first = new long[pairs];
    long[] second = new long[pairs];
    double level = 200_000;
    for (int i = 0; i < pairs; i++) {
      level *= Math.exp(0.01 * random.nextGaussian()); // a machine whose speed drifts
      first[i] = time(random, level * slower);
      second[i] = time(random, level);
    }
    return PairedRatio.compare(first, second, random);
  }

  @Test
  void equalsCannotBeTold() {
    Random random = new Random(SEED);
    int cannotTell = 0;
    for (int i = 0; i < 200; i++) {
      cannotTell += compare(random, 400, 1).verdict() == Verdict.CANNOT_TELL ? 1 : 0;
    }
    assertThat(cannotTell).isGreaterThanOrEqualTo(190);
  }

  @Test
  void fivePercentAreFound() {
    Random random = new Random(SEED);
    int found = 0;
    int foundFaster = 0;
    for (int i = 0; i < 100; i++) {
      PairedRatio.Comparison slower = compare(random, 800, 1.05);
      found += slower.verdict() == Verdict.SLOWER && slower.ratio().holds(1.05) ? 1 : 0;
      foundFaster += compare(random, 800, 1 / 1.05).verdict() == Verdict.FASTER ? 1 : 0;
    }
    assertThat(found).isGreaterThanOrEqualTo(90);
    assertThat(foundFaster).isGreaterThanOrEqualTo(90);
  }

  @Test
  void aFewPairsTellNothing() {
    long[] first = {500, 500, 500};
    long[] second = {100, 100, 100};
    PairedRatio.Comparison few = PairedRatio.compare(first, second, new Random(SEED));
    assertThat(few.verdict()).isEqualTo(Verdict.CANNOT_TELL);
    assertThat(few.ratio().estimate()).isBetween(4.99, 5.01);
  }

  private static long[] series(Random random, double[] levels, int[] lengths) {
    long[] times = new long[Arrays.stream(lengths).sum()];
    int at = 0;
    for (int part = 0; part < levels.length; part++) {
      for (int i = 0; i < lengths[part]; i++) {
        times[at++] = time(random, levels[part]);
      }
    }
    return times;
  }

  @Test
  void warmUpIsFoundWhereItEnds() {
    Random random = new Random(SEED);
    for (int i = 0; i < 50; i++) {
      int warm = 100 + random.nextInt(400);
      double[] levels = {1e6, 4e5, 2e5};
      long[] times = series(random, levels, new int[] {warm / 2, warm - warm / 2, 1500});
      SteadyState state = SteadyState.of(times);
      assertThat(state.kind()).isEqualTo(SteadyState.Kind.WARMUP);
      assertThat(state.warmUp()).isBetween(warm - 30, warm + 30);
    }
  }

  @Test
  void seriesAreClassified() {
    Random random = new Random(SEED);
    for (int i = 0; i < 50; i++) {
      long[] flat = series(random, new double[] {2e5}, new int[] {1000});
      assertThat(SteadyState.of(flat).kind()).isEqualTo(SteadyState.Kind.FLAT);
      assertThat(SteadyState.of(flat).warmUp()).isZero();
      long[] slower = series(random, new double[] {2e5, 3e5}, new int[] {500, 500});
      assertThat(SteadyState.of(slower).kind()).isEqualTo(SteadyState.Kind.SLOWDOWN);
      long[] late = series(random, new double[] {2e5, 4e5}, new int[] {900, 100});
      assertThat(SteadyState.of(late).kind()).isEqualTo(SteadyState.Kind.NO_STEADY_STATE);
    }
    assertThat(SteadyState.of(new long[] {1, 2, 3}).kind())
        .isEqualTo(SteadyState.Kind.NO_STEADY_STATE);
  }

  @Test
  void aStallMakesThoseBehindItLate() {
    long[] starts = {0, 10_000, 10_100, 10_200};
    long[] services = {10_000, 100, 100, 100};
    assertThat(ResponseTimes.of(starts, services, 1_000))
        .containsExactly(10_000, 9_100, 8_200, 7_300);
    long[] onTime = {0, 1_000, 2_000};
    assertThat(ResponseTimes.of(onTime, new long[] {5, 6, 7}, 1_000)).containsExactly(5, 6, 7);
  }

  @Test
  void tailsAreRefusedWhereTheyWouldSayNothing() {
    assertThat(Refusals.of(0.99, 999, 0)).contains("999 samples, fewer than 1000");
    assertThat(Refusals.of(0.99, 1_000, 0.2)).isEmpty();
    assertThat(Refusals.of(0.99, 1_000, 0.21))
        .contains("21 % of the samples disturbed, more than 20 %");
    assertThat(Refusals.of(0.5, 10, 1)).isEmpty();
    assertThat(Refusals.of(0.5, 0, 1)).contains("no samples");
  }
}
