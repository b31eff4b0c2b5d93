package dev.sextant.engine.route.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Estimators against worlds whose truth is known exactly. */
class OffPolicyTest {
  private static final Rules NO_RULES = new Rules(0, 1e9, 1);
  private static final int LOGS = 40;
  private static final int DECISIONS = 2000;

  /** Success probabilities of two kinds of prompts and three targets. */
  private static final double[][] WORLD = {{0.9, 0.5, 0.2}, {0.3, 0.6, 0.4}};

  /** The policy that is logged, for each kind: it leans towards the target that is good there. */
  private static final List<List<Double>> LOGGED =
      List.of(List.of(0.7, 0.2, 0.1), List.of(0.1, 0.75, 0.15));

  private static final List<List<Double>> TARGET =
      List.of(List.of(1.0 / 3, 1.0 / 3, 1.0 / 3), List.of(1.0 / 3, 1.0 / 3, 1.0 / 3));

  private static double truth(List<List<Double>> target) {
    double value = 0;
    for (int kind = 0; kind < 2; kind++) {
      for (int action = 0; action < 3; action++) {
        value += 0.5 * target.get(kind).get(action) * WORLD[kind][action];
      }
    }
    return value;
  }

  private static LoggedDecision decision(int kind, int action, double reward) {
    return new LoggedDecision(
        List.of((float) kind), action, LOGGED.get(kind), TARGET.get(kind), reward);
  }

  private static List<LoggedDecision> log(long seed) {
    Random random = new Random(seed);
    List<LoggedDecision> log = new ArrayList<>();
    for (int i = 0; i < DECISIONS; i++) {
      int kind = random.nextInt(2);
      double u = random.nextDouble();
      List<Double> logged = LOGGED.get(kind);
      int action = u < logged.get(0) ? 0 : u < logged.get(0) + logged.get(1) ? 1 : 2;
      log.add(decision(kind, action, random.nextDouble() < WORLD[kind][action] ? 1 : 0));
    }
    return log;
  }

  private static Evaluation.Value value(OffPolicy judge, List<LoggedDecision> log, Estimator how) {
    return (Evaluation.Value) judge.evaluate(log, how);
  }

  /** The sum over every log of two decisions: its probability times what is said of it. */
  private static double expectation(OffPolicy judge, Estimator how) {
    double sum = 0;
    for (int first = 0; first < 12; first++) {
      for (int second = 0; second < 12; second++) {
        List<LoggedDecision> log = new ArrayList<>();
        double probability = 1;
        for (int code : new int[] {first, second}) {
          int kind = code / 6;
          int action = code / 2 % 3;
          int reward = code % 2;
          double success = WORLD[kind][action];
          probability *= 0.5 * LOGGED.get(kind).get(action);
          probability *= reward == 1 ? success : 1 - success;
          log.add(decision(kind, action, reward));
        }
        sum += probability * value(judge, log, how).value();
      }
    }
    return sum;
  }

  @Test
  void ipsAndDrHaveNoBiasOverEveryPossibleLog() {
    double truth = truth(TARGET);
    OffPolicy means = new OffPolicy(RewardModel::means, NO_RULES);
    assertThat(expectation(means, Estimator.IPS)).isCloseTo(truth, within(1e-12));
    assertThat(expectation(means, Estimator.DR)).isCloseTo(truth, within(1e-12));
    OffPolicy wrong = new OffPolicy(decisions -> (features, action) -> 7, NO_RULES);
    assertThat(expectation(wrong, Estimator.DR)).isCloseTo(truth, within(1e-12));
    assertThat(expectation(wrong, Estimator.DM)).isCloseTo(7, within(1e-12));
  }

  @Test
  void intervalsCoverTheTruthWhereTheNaiveMeanIsBiased() {
    double truth = truth(TARGET);
    OffPolicy judge = new OffPolicy(RewardModel::means, Rules.DEFAULT);
    Map<Estimator, Integer> covered = new EnumMap<>(Estimator.class);
    double naive = 0;
    for (int seed = 0; seed < LOGS; seed++) {
      List<LoggedDecision> log = log(seed);
      naive += log.stream().mapToDouble(LoggedDecision::reward).average().orElseThrow() / LOGS;
      for (Estimator how : Estimator.values()) {
        Evaluation.Value value = value(judge, log, how);
        covered.merge(how, value.low() <= truth && truth <= value.high() ? 1 : 0, Integer::sum);
      }
    }
    System.getLogger(OffPolicyTest.class.getName())
        .log(
            System.Logger.Level.INFO,
            "SEEN ope: truth {0}, naive {1}, covered of {2}: {3}",
            truth,
            naive,
            LOGS,
            covered);
    assertThat(covered.get(Estimator.DR)).isGreaterThanOrEqualTo(36);
    assertThat(covered.get(Estimator.IPS)).isGreaterThanOrEqualTo(36);
    assertThat(covered.get(Estimator.SNIPS)).isGreaterThanOrEqualTo(36);
    // The model does not know the kind of a prompt, which the logged policy leaned on.
    assertThat(covered.get(Estimator.DM)).isLessThan(10);
    assertThat(naive - truth).isGreaterThan(0.1);
  }

  @Test
  void theNumbersOfASmallLogAreThoseOfTheFormulas() {
    List<LoggedDecision> log =
        List.of(decision(0, 0, 1), decision(0, 2, 0), decision(1, 1, 1), decision(1, 0, 0));
    double[] w = {1 / 2.1, 1 / 0.3, 1 / 2.25, 1 / 0.3};
    OffPolicy judge = new OffPolicy(decisions -> (features, action) -> 0.5, NO_RULES);
    double sum = w[0] + w[1] + w[2] + w[3];
    Evaluation.Value ips = value(judge, log, Estimator.IPS);
    assertThat(ips.value()).isCloseTo((w[0] + w[2]) / 4, within(1e-12));
    assertThat(value(judge, log, Estimator.SNIPS).value())
        .isCloseTo((w[0] + w[2]) / sum, within(1e-12));
    assertThat(value(judge, log, Estimator.DR).value())
        .isCloseTo(0.5 + (w[0] - w[1] + w[2] - w[3]) / 8, within(1e-12));
    double squares = w[0] * w[0] + w[1] * w[1] + w[2] * w[2] + w[3] * w[3];
    assertThat(ips.weights().effective()).isCloseTo(sum * sum / squares, within(1e-9));
    assertThat(ips.weights().largest()).isCloseTo(1 / 0.3, within(1e-12));
    assertThat(ips.weights().smallestPropensity()).isEqualTo(0.1);
  }

  @Test
  void logsThatDoNotTellAreRefused() {
    OffPolicy judge = new OffPolicy(RewardModel::means, Rules.DEFAULT);
    assertThat(reason(judge, log(1).subList(0, 50))).contains("50 decisions weigh as much as");
    assertThat(reason(judge, List.of())).contains("0 decisions");
    List<LoggedDecision> blind = new ArrayList<>();
    List<LoggedDecision> skewed = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      blind.add(decided(List.of(1.0, 0.0), List.of(0.5, 0.5)));
      skewed.add(decided(List.of(0.5, 0.5), List.of(0.9, 0.1)));
    }
    assertThat(reason(judge, blind)).startsWith("50.0 % of the policy's choices");
    assertThat(judge.evaluate(blind, Estimator.DM)).isInstanceOf(Evaluation.Refused.class);
    assertThat(reason(judge, skewed)).startsWith("the mean weight is 1.800");
    assertThatThrownBy(() -> decided(List.of(0.0, 1.0), List.of(0.5, 0.5)))
        .hasMessageContaining("a propensity above 0");
  }

  private static LoggedDecision decided(List<Double> logged, List<Double> target) {
    return new LoggedDecision(List.of(), 0, logged, target, 1);
  }

  private static String reason(OffPolicy judge, List<LoggedDecision> log) {
    return ((Evaluation.Refused) judge.evaluate(log, Estimator.DR)).reason();
  }
}
