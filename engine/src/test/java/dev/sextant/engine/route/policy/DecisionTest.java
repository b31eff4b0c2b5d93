package dev.sextant.engine.route.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sextant.engine.error.SextantException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What holds for every decision, whatever its policy. */
class DecisionTest {
  @Property(tries = 300)
  void everyDecisionExplainsItself(@ForAll long seed) {
    RandomSituations random = new RandomSituations(seed);
    Situation situation = random.situation();
    for (Policy policy : random.policies()) {
      Decision decision = Decision.take(policy, situation);
      List<Verdict> eligible = decision.verdicts().stream().filter(Verdict::eligible).toList();
      assertThat(decision.verdicts().stream().map(Verdict::endpoint))
          .containsExactlyElementsOf(
              situation.candidates().stream().map(Candidate::endpoint).toList());
      assertThat(decision.verdicts().stream().filter(Verdict::chosen))
          .hasSize(eligible.isEmpty() ? 0 : 1);
      assertThat(decision.propensity().isPresent()).isEqualTo(!eligible.isEmpty());
      for (Verdict verdict : decision.verdicts()) {
        explained(verdict, decision);
      }
      if (!eligible.isEmpty()) {
        assertThat(eligible.stream().mapToDouble(Verdict::probability).sum())
            .isCloseTo(1, within(1e-12));
      }
    }
  }

  private static void explained(Verdict verdict, Decision decision) {
    if (!verdict.eligible()) {
      assertThat(verdict.rejection().orElseThrow().detail()).isNotBlank();
      assertThat(verdict.probability()).isZero();
      assertThat(verdict.chosen()).isFalse();
      return;
    }
    Score score = verdict.score().orElseThrow();
    double sum = 0;
    for (Score.Term term : score.terms()) {
      sum += term.value();
    }
    assertThat(score.terms()).isNotEmpty();
    assertThat(score.value()).isEqualTo(sum).isFinite();
    assertThat(verdict.rank()).isPositive();
    if (verdict.chosen()) {
      assertThat(verdict.probability()).isPositive();
      assertThat(decision.propensity().orElseThrow().value()).isEqualTo(verdict.probability());
    }
  }

  @Property(tries = 300)
  void aDecisionReplaysBitByBitFromWhatIsLogged(@ForAll long seed) {
    RandomSituations random = new RandomSituations(seed);
    Situation situation = random.situation();
    for (Policy policy : random.policies()) {
      DecisionInputs inputs = new DecisionInputs(policy, situation);
      byte[] logged = inputs.toBytes();
      DecisionInputs read = DecisionInputs.fromBytes(logged);
      assertThat(read).isEqualTo(inputs);
      assertThat(read.toBytes()).isEqualTo(logged);
      // Records compare doubles by their bits.
      assertThat(read.replay()).isEqualTo(Decision.take(policy, situation));
    }
  }

  @Property(tries = 50)
  void damagedLogsAreRefused(@ForAll long seed) {
    RandomSituations random = new RandomSituations(seed);
    byte[] logged = new DecisionInputs(random.policies().getFirst(), random.situation()).toBytes();
    byte[] cut = java.util.Arrays.copyOf(logged, logged.length - 1);
    assertThatThrownBy(() -> DecisionInputs.fromBytes(cut))
        .isInstanceOf(SextantException.class)
        .hasMessageContaining("cannot be replayed");
    byte[] longer = java.util.Arrays.copyOf(logged, logged.length + 1);
    assertThatThrownBy(() -> DecisionInputs.fromBytes(longer))
        .hasMessageContaining("bytes follow the end");
  }

  @Test
  void drawsFollowTheProbabilities() {
    List<Candidate> candidates =
        List.of(
            Candidate.of("a", "m").ranked(0, 1),
            Candidate.of("b", "m").ranked(0, 0),
            Candidate.of("c", "m").ranked(0, 3));
    int[] picks = new int[3];
    int rounds = 40_000;
    for (int seed = 0; seed < rounds; seed++) {
      Situation situation =
          new Situation(new Request(1, 1, Constraints.NONE), candidates, seed, seed);
      Decision decision = Decision.take(new Policy.Weighted(), situation);
      picks[decision.verdicts().indexOf(decision.chosen().orElseThrow())]++;
    }
    // Four standard deviations of a share of 1/4 in 40,000 draws.
    assertThat(picks[0] / (double) rounds).isCloseTo(0.25, within(0.009));
    assertThat(picks[1]).isZero();
  }
}
