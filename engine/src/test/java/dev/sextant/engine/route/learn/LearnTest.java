package dev.sextant.engine.route.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Regression, neighbours and calibration against plain arithmetic and planted truths. */
class LearnTest {
  private static Outcomes random(Random random, int rows, int dimensions, double noise) {
    Outcomes outcomes = Outcomes.of(List.of("cheap", "good"));
    for (int row = 0; row < rows; row++) {
      float[] features = new float[dimensions];
      for (int i = 0; i < dimensions; i++) {
        features[i] = (float) random.nextGaussian();
      }
      double cheap = 0.5 + 0.3 * features[0] + noise * random.nextGaussian();
      double good = 0.7 - 0.1 * features[1] + noise * random.nextGaussian();
      outcomes.add(features, new double[] {cheap, good}, new double[] {0.001, 0.01});
    }
    return outcomes;
  }

  @Test
  void ridgeFindsAPlantedFunction() {
    Outcomes outcomes = random(new Random(1), 500, 6, 0);
    RidgeQuality ridge = RidgeQuality.fit(outcomes, 1e-9);
    List<Expected> expected = ridge.expect(new float[] {2, -3, 1, 1, 1, 1});
    assertThat(expected.get(0).value()).isCloseTo(1.1, within(1e-6));
    assertThat(expected.get(1).value()).isCloseTo(1.0, within(1e-6));
    assertThat(expected.get(0).error()).isCloseTo(0, within(1e-6));
  }

  /** At the least of |Xw - y|^2 + penalty |w|^2 its slope is 0; checked by differences. */
  @Property(tries = 20)
  void ridgeIsTheLeastOfItsLoss(@ForAll long seed) {
    Random random = new Random(seed);
    Outcomes outcomes = random(random, 40, 5, 0.3);
    double penalty = 0.1 + random.nextInt(20);
    RidgeQuality ridge = RidgeQuality.fit(outcomes, penalty);
    double[] weights = weights(ridge, 5);
    double least = loss(outcomes, weights, penalty);
    for (int i = 0; i < weights.length; i++) {
      for (double step : new double[] {-1e-3, 1e-3}) {
        double[] moved = weights.clone();
        moved[i] += step;
        assertThat(loss(outcomes, moved, penalty)).isGreaterThan(least);
      }
    }
  }

  private static double[] weights(RidgeQuality ridge, int dimensions) {
    double[] weights = new double[dimensions + 1];
    weights[dimensions] = ridge.expect(new float[dimensions]).getFirst().value();
    for (int i = 0; i < dimensions; i++) {
      float[] unit = new float[dimensions];
      unit[i] = 1;
      weights[i] = ridge.expect(unit).getFirst().value() - weights[dimensions];
    }
    return weights;
  }

  private static double loss(Outcomes outcomes, double[] weights, double penalty) {
    double loss = 0;
    for (int row = 0; row < outcomes.size(); row++) {
      double miss = outcomes.quality(row, 0) - weights[weights.length - 1];
      for (int i = 0; i < weights.length - 1; i++) {
        miss -= weights[i] * outcomes.features(row)[i];
      }
      loss += miss * miss;
    }
    for (int i = 0; i < weights.length - 1; i++) {
      loss += penalty * weights[i] * weights[i];
    }
    return loss;
  }

  @Test
  void aMatrixThatIsNotPositiveDefiniteIsRefused() {
    assertThatThrownBy(() -> new Cholesky(new double[][] {{1, 2}, {2, 1}}))
        .hasMessageContaining("row 1");
  }

  @Property(tries = 50)
  void theScanFindsWhatSortingFinds(@ForAll long seed) {
    Random random = new Random(seed);
    Outcomes outcomes = Outcomes.of(List.of("m"));
    int rows = 1 + random.nextInt(60);
    for (int row = 0; row < rows; row++) {
      float[] features = {(float) random.nextInt(3), (float) random.nextInt(3)};
      outcomes.add(features, new double[] {0}, new double[] {0});
    }
    float[] query = {(float) (1 + random.nextInt(3)), (float) random.nextInt(3)};
    int count = 1 + random.nextInt(10);
    List<Integer> sorted = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      sorted.add(row);
    }
    sorted.sort(
        Comparator.comparingDouble((Integer row) -> -cosine(query, outcomes.features(row)))
            .thenComparingInt(row -> row));
    assertThat(
            new ExactNeighbours(outcomes)
                .nearest(query, count).stream().map(Neighbours.Neighbour::row))
        .containsExactlyElementsOf(sorted.subList(0, Math.min(count, rows)));
  }

  private static double cosine(float[] a, float[] b) {
    double dot = a[0] * (double) b[0] + a[1] * (double) b[1];
    double scale = Math.sqrt(a[0] * a[0] + a[1] * a[1]) * Math.sqrt(b[0] * b[0] + b[1] * b[1]);
    return scale > 0 ? dot / scale : 0;
  }

  @Test
  void neighboursAreDrawnTowardsTheMean() {
    Outcomes outcomes = Outcomes.of(List.of("m"));
    for (int row = 0; row < 8; row++) {
      double[] quality = {row < 2 ? 1 : 0};
      outcomes.add(new float[] {1, (float) row}, quality, new double[] {0});
    }
    Neighbours scan = new ExactNeighbours(outcomes);
    float[] query = {1, 0};
    double alone = new KnnQuality(outcomes, scan, 2, 0).expect(query).getFirst().value();
    double drawn = new KnnQuality(outcomes, scan, 2, 2).expect(query).getFirst().value();
    assertThat(alone).isEqualTo(1);
    assertThat(drawn).isEqualTo((2 + 2 * 0.25) / 4);
  }

  /** Half of the prompts are easy: there the cheap model is as good as the good one. */
  private static Outcomes halfEasy(long seed, boolean visible) {
    Random random = new Random(seed);
    Outcomes outcomes = Outcomes.of(List.of("cheap", "good"));
    for (int row = 0; row < 3000; row++) {
      boolean easy = random.nextBoolean();
      double good = random.nextInt(10) < 9 ? 1 : 0;
      double cheap = easy ? good : random.nextInt(10) < 2 ? 1 : 0;
      float shown = visible ? (easy ? 1 : 0) : (float) random.nextDouble();
      outcomes.add(new float[] {shown}, new double[] {cheap, good}, new double[] {0.001, 0.01});
    }
    return outcomes;
  }

  private static Calibration.Result keep(double share, boolean visible) {
    QualityModel quality = RidgeQuality.fit(halfEasy(1, visible), 1);
    List<Calibration.Setting> settings = new ArrayList<>();
    for (double gain = -0.1; gain < 0.9; gain += 0.05) {
      settings.add(new Calibration.Setting(gain, Choice.threshold(quality, 0, 1, gain)));
    }
    return Calibration.keep(share, settings, halfEasy(2, visible), halfEasy(3, visible));
  }

  @Test
  void calibrationHoldsWhereTheTruthAllowsItAndRefusesElsewhere() {
    Calibration.Result visible = keep(0.98, true);
    assertThat(visible).isInstanceOf(Calibration.Holds.class);
    Calibration.Holds holds = (Calibration.Holds) visible;
    assertThat(holds.heldOut().costUsd()).isCloseTo(0.0055, within(0.0003));
    assertThat(holds.heldOut().quality()).isGreaterThan(0.98 * holds.best().quality());
    assertThat(holds.margin()).isNotNegative();
    assertThat(keep(0.98, false)).isInstanceOf(Calibration.Refused.class);
    Calibration.Result few =
        Calibration.keep(0.5, List.of(), halfEasy(2, true).split(1000, 0, 1), halfEasy(3, true));
    assertThat(few).isInstanceOf(Calibration.Refused.class);
    assertThat(((Calibration.Refused) few).reason()).contains("too few");
  }

  @Test
  void calibrationRefusesASettingThatHeldByLuck() {
    Outcomes lucky = Outcomes.of(List.of("cheap", "good"));
    Outcomes heldOut = Outcomes.of(List.of("cheap", "good"));
    for (int row = 0; row < 100; row++) {
      double good = row < 90 ? 1 : 0;
      lucky.add(new float[] {0}, new double[] {good, good}, new double[] {1, 2});
      heldOut.add(new float[] {0}, new double[] {0.1, good}, new double[] {1, 2});
    }
    List<Calibration.Setting> always =
        List.of(new Calibration.Setting(1, features -> 0), new Calibration.Setting(2, f -> 1));
    Calibration.Result result = Calibration.keep(0.9, always, lucky, heldOut);
    assertThat(result).isInstanceOf(Calibration.Refused.class);
  }

  @Test
  void hashedTextIsStableAndOfUnitLength() {
    HashedText text = new HashedText(64);
    float[] features = text.features("Half that much WHITE fiber?");
    assertThat(features).isEqualTo(text.features("half that much white fiber "));
    double squares = 0;
    for (int i = 0; i < 63; i++) {
      squares += features[i] * (double) features[i];
    }
    assertThat(squares).isCloseTo(1, within(1e-6));
    assertThat(text.features("")).containsOnly(0f);
  }
}
