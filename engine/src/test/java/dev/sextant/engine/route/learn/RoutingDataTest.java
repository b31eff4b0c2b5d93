package dev.sextant.engine.route.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sextant.engine.route.evaluate.Estimator;
import dev.sextant.engine.route.evaluate.Evaluation;
import dev.sextant.engine.route.evaluate.LoggedDecision;
import dev.sextant.engine.route.evaluate.OffPolicy;
import dev.sextant.engine.route.evaluate.RewardModel;
import dev.sextant.engine.route.evaluate.Rules;
import dev.sextant.engine.route.learn.Outcomes.Achieved;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routers on recorded outcomes of real models, of 2023 and 2024; where they lose, that is said. */
class RoutingDataTest {
  private static final System.Logger LOG = System.getLogger(RoutingDataTest.class.getName());

  /** What a router did on the rows that it never saw. */
  private record Report(String name, double setting, Achieved router) {}

  @BeforeEach
  void data() {
    assumeTrue(RoutingData.isThere(), "shared/data/routing is not there");
  }

  private static void is(Achieved achieved, double quality, double costUsd, int prompts) {
    assertThat(achieved.quality() * prompts).isCloseTo(quality, within(1e-7));
    assertThat(achieved.costUsd() * prompts).isCloseTo(costUsd, within(1e-9));
  }

  @Test
  void cheapestBestSingleAndOracleOfLlmRouter() throws IOException {
    Outcomes all = RoutingData.llmRouter();
    assertThat(all.size()).isEqualTo(5608);
    assertThat(all.models().get(all.cheapest())).isEqualTo("gemma-2-9b-it");
    assertThat(all.models().get(all.bestSingle())).isEqualTo("llama-3.1-nemotron-51b-instruct");
    is(all.single(all.cheapest()), 2998.3669582666, 0.18763720, 5608);
    is(all.single(all.bestSingle()), 3484.3792769183, 1.68873480, 5608);
    is(all.achieved(all::oracle), 4496.0590193011, 0.34182610, 5608);
  }

  @Test
  void cheapestBestSingleAndOracleOfGsm8k() throws IOException {
    Outcomes all = RoutingData.gsm8k();
    assertThat(all.size()).isEqualTo(1319);
    assertThat(all.cheapest()).isZero();
    assertThat(all.bestSingle()).isEqualTo(1);
    is(all.single(0), 842, 0.1070262, 1319);
    is(all.single(1), 1130, 4.93138, 1319);
    is(all.achieved(all::oracle), 1225, 1.70285815, 1319);
  }

  private static double[] meanCosts(Outcomes outcomes) {
    double[] costs = new double[outcomes.models().size()];
    for (int model = 0; model < costs.length; model++) {
      costs[model] = outcomes.single(model).costUsd();
    }
    return costs;
  }

  private static Achieved achieved(Outcomes outcomes, Choice choice) {
    return outcomes.achieved(row -> choice.choose(outcomes.features(row)));
  }

  private static List<Report> reports(Outcomes all) {
    Outcomes train = all.split(10, 0, 6);
    Outcomes validation = all.split(10, 6, 8);
    Outcomes test = all.split(10, 8, 10);
    double[] costs = meanCosts(train);
    Neighbours scan = new ExactNeighbours(train);
    double free = Double.POSITIVE_INFINITY;
    List<Report> reports = new ArrayList<>();
    double[] counts = {10, 40, 100};
    Choice[] knn = new Choice[counts.length];
    for (int i = 0; i < knn.length; i++) {
      knn[i] = Choice.reward(new KnnQuality(train, scan, (int) counts[i], 5), costs, free);
    }
    reports.add(pick("knn", counts, knn, validation, test));
    double[] penalties = {1, 10, 100};
    Choice[] ridge = new Choice[penalties.length];
    for (int i = 0; i < ridge.length; i++) {
      ridge[i] = Choice.reward(RidgeQuality.fit(train, penalties[i]), costs, free);
    }
    reports.add(pick("ridge", penalties, ridge, validation, test));
    double[] gains = {-0.2, -0.1, 0, 0.1, 0.2};
    Choice[] threshold = new Choice[gains.length];
    QualityModel quality = RidgeQuality.fit(train, 10);
    for (int i = 0; i < gains.length; i++) {
      threshold[i] = Choice.threshold(quality, train.cheapest(), train.bestSingle(), gains[i]);
    }
    reports.add(pick("threshold", gains, threshold, validation, test));
    return reports;
  }

  /**
   * The setting of the best quality on the validation split, and what it does on the test split.
   */
  private static Report pick(
      String name, double[] settings, Choice[] choices, Outcomes validation, Outcomes test) {
    int picked = 0;
    double quality = 0;
    for (int i = 0; i < choices.length; i++) {
      double here = achieved(validation, choices[i]).quality();
      picked = here > quality ? i : picked;
      quality = Math.max(quality, here);
    }
    return new Report(name, settings[picked], achieved(test, choices[picked]));
  }

  private static void say(String data, Outcomes all, List<Report> reports) {
    Outcomes test = all.split(10, 8, 10);
    Achieved single = test.single(all.split(10, 0, 6).bestSingle());
    LOG.log(
        System.Logger.Level.INFO,
        "SEEN {0} test split of {1}: best single {2}, oracle {3}, {4}",
        data,
        test.size(),
        single,
        test.achieved(test::oracle),
        reports);
  }

  @Test
  void routersOnLlmRouter() throws IOException {
    Outcomes all = RoutingData.llmRouter();
    List<Report> reports = reports(all);
    say("LLMRouter", all, reports);
    Outcomes test = all.split(10, 8, 10);
    double oracle = test.achieved(test::oracle).quality();
    double cheapest = test.single(test.cheapest()).quality();
    for (Report report : reports) {
      assertThat(report.router().quality()).isBetween(cheapest, oracle);
    }
  }

  @Test
  void routersOnGsm8k() throws IOException {
    Outcomes all = RoutingData.gsm8k();
    List<Report> reports = reports(all);
    say("GSM8K", all, reports);
    Outcomes test = all.split(10, 8, 10);
    for (Report report : reports) {
      assertThat(report.router().quality())
          .isBetween(test.single(0).quality(), test.achieved(test::oracle).quality());
    }
  }

  private static Calibration.Result calibrated(Outcomes all, double share) {
    Outcomes train = all.split(10, 0, 6);
    QualityModel quality = RidgeQuality.fit(train, 10);
    double[] costs = meanCosts(train);
    List<Calibration.Setting> settings = new ArrayList<>();
    for (double worth = 1e-4; worth < 10; worth *= 2) {
      settings.add(new Calibration.Setting(worth, Choice.reward(quality, costs, worth)));
    }
    return Calibration.keep(share, settings, all.split(10, 6, 8), all.split(10, 8, 10));
  }

  @Test
  void calibrationRefusesWhereNothingHolds() throws IOException {
    Outcomes llmRouter = RoutingData.llmRouter();
    Outcomes gsm8k = RoutingData.gsm8k();
    for (double share : new double[] {0.99, 0.95, 0.9}) {
      LOG.log(
          System.Logger.Level.INFO,
          "SEEN keep {0}: LLMRouter {1}; GSM8K {2}",
          share,
          calibrated(llmRouter, share),
          calibrated(gsm8k, share));
    }
    assertThat(calibrated(gsm8k, 0.99)).isInstanceOf(Calibration.Refused.class);
  }

  private static final int LOGS = 40;
  private static final int DECISIONS = 2000;

  /** Probabilities that lean to what a router trained elsewhere expects. */
  private static List<List<Double>> leaning(Outcomes all, double sharpness) {
    QualityModel quality = RidgeQuality.fit(all.split(10, 0, 2), 10);
    List<List<Double>> policy = new ArrayList<>();
    for (int row = 0; row < all.size(); row++) {
      List<Expected> expected = quality.expect(all.features(row));
      double sum = 0;
      List<Double> shares = new ArrayList<>();
      for (Expected one : expected) {
        shares.add(Math.exp(sharpness * one.value()));
        sum += shares.getLast();
      }
      double total = sum;
      int models = shares.size();
      shares.replaceAll(share -> 0.9 * share / total + 0.1 / models);
      policy.add(shares);
    }
    return policy;
  }

  private static LoggedDecision logged(Outcomes all, int row, List<Double> policy, Random random) {
    double left = random.nextDouble();
    int model = -1;
    while (left >= 0 && model < policy.size() - 1) {
      model++;
      left -= policy.get(model);
    }
    List<Double> uniform = Collections.nCopies(policy.size(), 1.0 / policy.size());
    return new LoggedDecision(List.of(), model, policy, uniform, all.quality(row, model));
  }

  @Test
  void drCoversTheTruthOfRecordedOutcomesWhereTheNaiveMeanIsBiased() throws IOException {
    Outcomes all = RoutingData.llmRouter();
    List<List<Double>> policy = leaning(all, 8);
    double truth = 0;
    for (int model = 0; model < 9; model++) {
      truth += all.single(model).quality() / 9;
    }
    OffPolicy judge = new OffPolicy(RewardModel::means, Rules.DEFAULT);
    int covered = 0;
    double naive = 0;
    for (int seed = 0; seed < LOGS; seed++) {
      Random random = new Random(seed);
      List<LoggedDecision> log = new ArrayList<>();
      for (int i = 0; i < DECISIONS; i++) {
        int row = random.nextInt(all.size());
        log.add(logged(all, row, policy.get(row), random));
      }
      naive += log.stream().mapToDouble(LoggedDecision::reward).average().orElseThrow() / LOGS;
      Evaluation.Value value = (Evaluation.Value) judge.evaluate(log, Estimator.DR);
      covered += value.low() <= truth && truth <= value.high() ? 1 : 0;
    }
    LOG.log(
        System.Logger.Level.INFO,
        "SEEN LLMRouter off policy: truth {0}, naive {1}, DR covered {2} of {3}",
        truth,
        naive,
        covered,
        LOGS);
    assertThat(covered).isGreaterThanOrEqualTo(36);
    assertThat(naive - truth).isGreaterThan(0.08);
  }
}
