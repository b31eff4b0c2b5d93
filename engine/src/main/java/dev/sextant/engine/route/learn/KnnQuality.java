package dev.sextant.engine.route.learn;

import java.util.ArrayList;
import java.util.List;

/*
 * The estimate of a model is (sum of its quality over the neighbours + prior * its mean) /
 * (neighbours + prior): with few neighbours, or a strong prior, it is close to the mean over all.
 */
/** The quality that the most similar recorded prompts had, drawn towards the mean over all. */
public final class KnnQuality implements QualityModel {
  private final Outcomes outcomes;
  private final Neighbours neighbours;
  private final int count;
  private final double prior;
  private final double[] means;

  /**
   * A model over recorded outcomes.
   *
   * @param outcomes what was recorded
   * @param neighbours finds rows of these outcomes
   * @param count how many of them to ask, at least 1
   * @param prior how many neighbours the mean over all counts for
   */
  public KnnQuality(Outcomes outcomes, Neighbours neighbours, int count, double prior) {
    if (outcomes.size() == 0 || count < 1 || !(prior >= 0)) {
      throw new IllegalArgumentException(
          "Neighbours need outcomes, a count of at least 1 and a prior not below 0; got %d, %d, %s"
              .formatted(outcomes.size(), count, prior));
    }
    this.outcomes = outcomes;
    this.neighbours = neighbours;
    this.count = count;
    this.prior = prior;
    this.means = new double[outcomes.models().size()];
    for (int model = 0; model < means.length; model++) {
      means[model] = outcomes.single(model).quality();
    }
  }

  @Override
  public List<Expected> expect(float[] features) {
    List<Neighbours.Neighbour> nearest = neighbours.nearest(features, count);
    double weight = nearest.size() + prior;
    List<Expected> expected = new ArrayList<>();
    for (int model = 0; model < means.length; model++) {
      double sum = prior * means[model];
      double squares = prior * means[model] * means[model];
      for (Neighbours.Neighbour neighbour : nearest) {
        double quality = outcomes.quality(neighbour.row(), model);
        sum += quality;
        squares += quality * quality;
      }
      double mean = weight > 0 ? sum / weight : means[model];
      double variance = weight > 0 ? Math.max(0, squares / weight - mean * mean) : 0;
      expected.add(new Expected(mean, Math.sqrt(variance / Math.max(1, weight))));
    }
    return expected;
  }
}
