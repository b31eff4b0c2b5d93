package dev.sextant.engine.route.policy;

import java.util.ArrayList;
import java.util.List;

/*
 * Thompson sampling chooses each target with the probability that it is the best under what is
 * believed (Thompson 1933; Russo et al., arXiv 1707.02038). That probability is estimated by a
 * number of draws, a floor is mixed in, and the one draw that decides is made from the result: the
 * logged propensity is the one that decided, not an approximation of it.
 */
/**
 * Each target as often as it is believed to be the best, by a Beta posterior over its successes
 * with a uniform prior, less its cost.
 *
 * @param usdPerQuality what a whole point of quality is worth; infinite where cost does not matter
 * @param draws how many draws estimate the probabilities
 * @param floor the share that is spread evenly, so that no propensity is tiny
 */
public record Thompson(double usdPerQuality, int draws, double floor) implements Policy {
  /** The most draws of a decision. */
  public static final int MAX_DRAWS = 100_000;

  /** Refuses numbers outside their ranges. */
  public Thompson {
    Policy.requireWorth(usdPerQuality);
    Policy.requireShare("The floor", floor);
    if (draws < 1 || draws > MAX_DRAWS) {
      throw new IllegalArgumentException(
          "Thompson sampling takes 1 to " + MAX_DRAWS + " draws; got " + draws);
    }
  }

  @Override
  public boolean needsPrice() {
    return Double.isFinite(usdPerQuality);
  }

  @Override
  public Distribution over(List<Candidate> eligible, Situation situation) {
    int count = eligible.size();
    double[] losses = new double[count];
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Candidate candidate = eligible.get(i);
      losses[i] = Policy.costInQuality(candidate, usdPerQuality);
      scores.add(
          new Score(
              List.of(
                  new Score.Term("expected quality", candidate.standing().successRate()),
                  new Score.Term("cost", losses[i]))));
    }
    double[] wins = new double[count];
    Draws random = new Draws(situation.seed());
    for (int draw = 0; draw < draws; draw++) {
      wins[winner(eligible, losses, random)]++;
    }
    Distribution estimated = Distribution.proportional(scores, wins).mixed(floor);
    return new Distribution(scores, estimated.probabilities(), true);
  }

  private static int winner(List<Candidate> eligible, double[] losses, Draws random) {
    int best = 0;
    double bestValue = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < losses.length; i++) {
      Standing standing = eligible.get(i).standing();
      double value = random.beta(1 + standing.successes(), 1 + standing.failures()) + losses[i];
      if (value > bestValue) {
        best = i;
        bestValue = value;
      }
    }
    return best;
  }
}
