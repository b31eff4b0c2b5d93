package dev.sextant.engine.route.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MetricTest {
  private static double score(Metric metric, String expected, String answer) {
    return metric.score(new Example("", expected), answer);
  }

  @Test
  void anAnswerThatSharesNothingScoresNothing() {
    for (Metric metric : new Metric[] {Metric.exact(), Metric.contains(), Metric.f1()}) {
      assertThat(score(metric, "a heron stood", "my cat slept")).isZero();
      assertThat(score(metric, "42", "41")).isZero();
      assertThat(score(metric, "42", "")).isZero();
      assertThat(score(metric, "42", " 42\n")).isEqualTo(1);
    }
  }

  @Test
  void theAnswerWithinASentence() {
    assertThat(score(Metric.exact(), "42", "The answer is 42.")).isZero();
    assertThat(score(Metric.contains(), "42", "The answer is 42.")).isEqualTo(1);
    assertThat(score(Metric.contains(), "42", "The answer is 420.")).isZero();
    assertThat(score(Metric.contains(), "New York", "In new  york, I think")).isEqualTo(1);
    assertThat(score(Metric.f1(), "42", "The answer is 42.")).isCloseTo(0.4, within(1e-12));
  }

  @Test
  void wordsThatRepeatCountAsOftenAsBothHaveThem() {
    assertThat(score(Metric.f1(), "a a b", "a a a a")).isCloseTo(4.0 / 7, within(1e-12));
    assertThat(score(Metric.f1(), "...", "?")).isEqualTo(1);
  }
}
