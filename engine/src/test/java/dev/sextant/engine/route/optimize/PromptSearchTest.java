package dev.sextant.engine.route.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.route.optimize.PromptSearch.Method;
import dev.sextant.engine.route.optimize.PromptSearch.Result;
import dev.sextant.engine.route.optimize.PromptSearch.Settings;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches in worlds of which it is known what each candidate is worth. */
class PromptSearchTest {
  private static final int SEEDS = 50;

  /** More trials than any budget here pays for, so that all methods ask equally much. */
  private static final int UNTIL_BROKE = 2_000;

  private static Result search(Method method, PlantedWorld world, Space space, int trials)
      throws OutOfBudget {
    return PromptSearch.run(space, world, new Settings(method, trials, 17));
  }

  @ParameterizedTest(name = "{0} x {1} candidates, {2} rows, {3} questions")
  @CsvSource({
    "3, 6, 100, 650",
    "6, 6, 100, 900",
    "6, 12, 300, 2100",
    "12, 12, 300, 3000",
    "18, 18, 300, 4000"
  })
  void isSeldomWorseThanRandomSearchForTheSameNumberOfQuestions(
      int instructions, int demonstrations, int rows, int budget) throws OutOfBudget {
    Space space = new Space(instructions, demonstrations);
    int halving = (budget - 3 * rows) / (PromptSearch.MINIBATCH + rows / PromptSearch.FULL_EVERY);
    for (Method method : new Method[] {Method.TPE, Method.HALVING}) {
      int noWorse = 0;
      double regret = 0;
      double randomRegret = 0;
      for (int seed = 0; seed < SEEDS; seed++) {
        double[] regrets = new double[2];
        for (Method one : new Method[] {method, Method.RANDOM}) {
          PlantedWorld world = new PlantedWorld(space, rows, seed, budget);
          int trials = one == Method.HALVING ? halving : UNTIL_BROKE;
          Result result = search(one, world, space, trials);
          assertThat(world.asked()).isLessThanOrEqualTo(budget);
          regrets[one == method ? 0 : 1] = world.regret(result.best());
        }
        noWorse += regrets[0] <= regrets[1] ? 1 : 0;
        regret += regrets[0];
        randomRegret += regrets[1];
      }
      assertThat(noWorse).as("%s, of %d seeds", method, SEEDS).isGreaterThanOrEqualTo(40);
      assertThat(regret).as("%s, sum of regrets", method).isLessThan(0.7 * randomRegret);
    }
  }

  /** A system that minimised what it meant to maximise took the worst of these each time. */
  @ParameterizedTest
  @EnumSource(Method.class)
  void takesTheBestAndNotTheWorst(Method method) throws OutOfBudget {
    double[] worth = {0.5, 1, 0.07};
    Scorer scorer =
        new Scorer() {
          @Override
          public int rows() {
            return 100;
          }

          @Override
          public double[] score(Point point, int[] rows) {
            return Arrays.stream(rows)
                .mapToDouble(row -> row < 100 * worth[point.instruction()] ? 1 : 0)
                .toArray();
          }
        };
    for (int seed = 0; seed < 100; seed++) {
      Result result = PromptSearch.run(new Space(3, 1), scorer, new Settings(method, 20, seed));
      assertThat(result.best()).as("seed %d", seed).isEqualTo(new Point(1, 0));
      assertThat(result.score()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void theSameSeedIsTheSameSearch(Method method) throws OutOfBudget {
    Space space = new Space(5, 4);
    Result one = search(method, new PlantedWorld(space, 60, 3, 900), space, 30);
    Result other = search(method, new PlantedWorld(space, 60, 3, 900), space, 30);
    assertThat(other).isEqualTo(one);
    Result another =
        PromptSearch.run(space, new PlantedWorld(space, 60, 3, 900), new Settings(method, 30, 18));
    assertThat(another.trials()).isNotEqualTo(one.trials());
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void theResultIsTheBestOfThoseAskedOnAllRows(Method method) throws OutOfBudget {
    Space space = new Space(6, 5);
    Result result = search(method, new PlantedWorld(space, 80, 8, 2_000), space, 40);
    double best =
        result.trials().stream().filter(Trial::full).mapToDouble(Trial::score).max().orElseThrow();
    assertThat(result.score()).isEqualTo(best);
    assertThat(result.trials().getFirst()).extracting(Trial::point).isEqualTo(Point.BASE);
    assertThat(result.trials().getFirst().full()).isTrue();
    assertThat(result.trials()).anyMatch(trial -> trial.full() && trial.score() == best);
    if (method == Method.TPE) {
      assertThat(result.trials().stream().filter(trial -> !trial.full())).hasSize(40);
    }
  }

  @Test
  void anEndOfTheBudgetIsToldAndGivesTheBestSoFar() throws OutOfBudget {
    Space space = new Space(6, 5);
    Result result = search(Method.TPE, new PlantedWorld(space, 80, 8, 400), space, 500);
    assertThat(result.outOfBudget()).isTrue();
    assertThat(search(Method.TPE, new PlantedWorld(space, 80, 8, 80), space, 5).best())
        .isEqualTo(Point.BASE);
    assertThatThrownBy(() -> search(Method.TPE, new PlantedWorld(space, 80, 8, 79), space, 5))
        .isInstanceOf(OutOfBudget.class)
        .hasMessageContaining("79 of 79 questions are left");
  }

  @Test
  void asManyTrialsAsThePaper() {
    assertThat(Settings.trialsFor(new Space(6, 6))).isEqualTo(11);
    assertThat(Settings.trialsFor(new Space(12, 12))).isEqualTo(18);
    assertThat(Settings.trialsFor(new Space(18, 18))).isEqualTo(27);
    assertThat(Settings.trialsFor(new Space(1, 1))).isEqualTo(4);
  }
}
