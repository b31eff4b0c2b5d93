package dev.sextant.engine.route.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.route.optimize.PromptOptimizer.Outcome;
import dev.sextant.engine.route.optimize.PromptOptimizer.Part;
import dev.sextant.engine.route.optimize.PromptOptimizer.Scored;
import dev.sextant.engine.route.optimize.PromptOptimizer.Settings;
import dev.sextant.engine.route.optimize.PromptOptimizer.Split;
import dev.sextant.engine.route.optimize.PromptOptimizer.Task;
import dev.sextant.engine.route.optimize.PromptSearch.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs of the whole search against a model of which it is known what helps it. */
class PromptOptimizerTest {
  private static final double USD_A_CALL = 0.001;
  private static final String BASE = "Answer.\n\nQ: {{input}}\nA:";

  /** Adds numbers: well where it is told to be careful, better with demonstrations. */
  private static final class Adder implements PromptModel {
    private final double careful;
    private final double shown;
    private final List<String> asked = new ArrayList<>();

    Adder(double careful, double shown) {
      this.careful = careful;
      this.shown = shown;
    }

    @Override
    public double ceiling(Question question) {
      return 2 * USD_A_CALL;
    }

    @Override
    public List<Answer> ask(List<Question> questions) {
      return questions.stream().map(question -> new Answer(answer(question), USD_A_CALL)).toList();
    }

    private String answer(Question question) {
      String text = question.text();
      asked.add(text);
      if (text.contains("Write a better instruction")) {
        return question.rollout() % 2 == 0
            ? "Instruction: \"Add the numbers carefully, take " + question.rollout() + ".\""
            : "Be quick, take " + question.rollout() + ".";
      }
      if (!text.endsWith("A:")) {
        return "sums of numbers";
      }
      String sum = text.substring(text.lastIndexOf("Q: ") + 3, text.lastIndexOf("\nA:"));
      String[] numbers = sum.split("\\+", -1);
      double chance =
          0.3
              + (text.contains("carefully") ? careful : 0)
              + (text.split("Q: ").length > 2 ? shown : 0);
      boolean right = Math.floorMod(sum.hashCode() * 31, 100) < 100 * chance;
      return String.valueOf(
          Integer.parseInt(numbers[0]) + Integer.parseInt(numbers[1]) + (right ? 0 : 1));
    }
  }

  private static List<Example> examples(int count) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      examples.add(new Example(i + "+" + 7 * i, String.valueOf(8 * i)));
    }
    return examples;
  }

  private static Outcome run(Adder model, Settings settings, int examples) throws OutOfBudget {
    PromptForm form = new PromptForm(BASE, new Braces());
    return PromptOptimizer.run(
        new Task(form, model, model, Metric.exact()), settings, examples(examples));
  }

  private static Settings settings(Method method, double usd) {
    return new Settings(method, 6, 3, new Split(0.2, 0.5), usd, 9);
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void findsWhatHelps(Method method) throws OutOfBudget {
    Adder model = new Adder(0.4, 0.2);
    Outcome outcome = run(model, settings(method, 5), 200);
    assertThat(outcome.improved()).isTrue();
    assertThat(outcome.template()).contains("carefully").contains("Q: {{input}}").endsWith("A:");
    assertThat(outcome.test().best()).isGreaterThan(outcome.test().base() + 0.2);
    assertThat(outcome.test().low()).isPositive();
    assertThat(outcome.calls()).isEqualTo(model.asked.size());
    assertThat(outcome.usd()).isLessThanOrEqualTo(5);
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void whereNothingHelpsTheBasePromptStays(Method method) throws OutOfBudget {
    Outcome outcome = run(new Adder(-0.2, -0.1), settings(method, 5), 200);
    assertThat(outcome.improved()).isFalse();
    assertThat(outcome.template()).isEqualTo(BASE);
    assertThat(outcome.search().best()).isEqualTo(Point.BASE);
    Outcome alike = run(new Adder(0, 0), settings(method, 5), 200);
    assertThat(alike.improved()).isFalse();
    assertThat(alike.test().low()).isZero();
  }

  @Test
  void whatIsSearchedOnIsNeitherShownNorTested() throws OutOfBudget {
    Outcome outcome = run(new Adder(0.4, 0.2), settings(Method.TPE, 5), 200);
    Set<Integer> searched = examples(outcome, Part.VALIDATION);
    Set<Integer> tested = examples(outcome, Part.TEST);
    assertThat(searched).hasSize(100).doesNotContainAnyElementsOf(tested);
    assertThat(tested).hasSize(60);
    List<Example> all = examples(200);
    for (List<Demonstration> set : outcome.sets()) {
      for (Demonstration shown : set) {
        int row = all.stream().map(Example::input).toList().indexOf(shown.input());
        assertThat(searched).doesNotContain(row);
        assertThat(tested).doesNotContain(row);
        assertThat(shown.output()).isEqualTo(all.get(row).expected());
      }
    }
    assertThat(outcome.sets().getFirst()).isEmpty();
    assertThat(outcome.sets().get(1)).hasSize(3).noneMatch(Demonstration::bootstrapped);
    assertThat(outcome.sets().get(2)).hasSize(3).anyMatch(Demonstration::bootstrapped);
    assertThat(outcome.instructions().getFirst()).isEqualTo(new Instruction("Answer.", "base"));
    assertThat(outcome.instructions()).hasSize(6);
    assertThat(outcome.instructions()).doesNotHaveDuplicates();
  }

  private static Set<Integer> examples(Outcome outcome, Part part) {
    return outcome.scores().stream()
        .filter(scored -> scored.part() == part)
        .map(Scored::example)
        .collect(Collectors.toSet());
  }

  @Test
  void eachCandidateIsAskedOnceAboutAnExample() throws OutOfBudget {
    Outcome outcome = run(new Adder(0.4, 0.2), settings(Method.TPE, 5), 200);
    assertThat(
            outcome.scores().stream()
                .map(scored -> scored.point() + " " + scored.part() + " " + scored.example()))
        .doesNotHaveDuplicates();
  }

  @Test
  void theSameSeedIsTheSameRun() throws OutOfBudget {
    Outcome one = run(new Adder(0.4, 0.2), settings(Method.TPE, 5), 120);
    assertThat(run(new Adder(0.4, 0.2), settings(Method.TPE, 5), 120)).isEqualTo(one);
  }

  @Test
  void theBudgetHoldsWhateverItIs() throws OutOfBudget {
    for (double usd = 0.05; usd < 1.2; usd += 0.05) {
      Adder model = new Adder(0.4, 0.2);
      try {
        Outcome outcome = run(model, settings(Method.TPE, usd), 100);
        assertThat(outcome.usd()).isLessThanOrEqualTo(usd);
      } catch (OutOfBudget end) {
        assertThat(end).hasMessageContaining("USD");
      }
      assertThat(model.asked.size() * USD_A_CALL).isLessThanOrEqualTo(usd);
    }
  }

  @Test
  void anOutageIsNoResult() {
    PromptModel down =
        new PromptModel() {
          @Override
          public double ceiling(Question question) {
            return 0;
          }

          @Override
          public List<Answer> ask(List<Question> questions) {
            throw new IllegalStateException("503");
          }
        };
    PromptForm form = new PromptForm(BASE, new Braces());
    assertThatThrownBy(
            () ->
                PromptOptimizer.run(
                    new Task(form, down, down, Metric.exact()),
                    settings(Method.TPE, 5),
                    examples(100)))
        .hasMessage("503");
  }

  @Test
  void tooFewExamplesAreRefused() {
    assertThatThrownBy(() -> run(new Adder(0, 0), settings(Method.TPE, 5), 30))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("30 examples give 6 to train on, 15 to search on and 9 to test on");
    assertThatThrownBy(() -> new Split(0.5, 0.5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> run(new Adder(0, 0), settings(Method.TPE, 0), 100))
        .hasMessageContaining("more than 0 USD");
  }
}
