package dev.sextant.engine.route.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The best weighted sum of what is known of the targets, each factor scaled to 0 (worst of the
 * eligible) to 1 (best); 1 for all where they are alike.
 *
 * <p>A target without a measured time counts as the fastest, so that it gets measured. A weight of
 * 0 leaves a factor out, and with it the need to know it.
 *
 * @param quality the weight of the expected quality
 * @param success the weight of the share of successes
 * @param cost the weight of the expected cost
 * @param latency the weight of the expected time of successes
 * @param load the weight of the calls under way
 */
public record MultiFactor(double quality, double success, double cost, double latency, double load)
    implements Policy {
  /** Refuses weights below 0, and all of 0. */
  public MultiFactor {
    double[] weights = {quality, success, cost, latency, load};
    double sum = 0;
    for (double weight : weights) {
      if (!(weight >= 0)) {
        throw new IllegalArgumentException("A weight is not below 0; got " + weight);
      }
      sum += weight;
    }
    if (!(sum > 0) || !Double.isFinite(sum)) {
      throw new IllegalArgumentException("One weight at least is above 0, and all are finite");
    }
  }

  @Override
  public boolean needsPrice() {
    return cost > 0;
  }

  @Override
  public Distribution over(List<Candidate> eligible, Situation situation) {
    List<List<Score.Term>> terms = new ArrayList<>();
    eligible.forEach(candidate -> terms.add(new ArrayList<>()));
    add(terms, "quality", quality, scaled(eligible, Policy::expectedQuality));
    add(terms, "success", success, scaled(eligible, c -> c.standing().successRate()));
    add(terms, "cost", cost, scaled(eligible, c -> -c.estimate().costUsd().orElse(0)));
    add(terms, "latency", latency, scaled(eligible, c -> -c.estimate().latencyMillis().orElse(0)));
    add(terms, "load", load, scaled(eligible, c -> -c.standing().inFlight()));
    return Distribution.best(terms.stream().map(Score::new).toList());
  }

  private static void add(
      List<List<Score.Term>> terms, String name, double weight, double[] scaled) {
    for (int i = 0; weight > 0 && i < scaled.length; i++) {
      terms.get(i).add(new Score.Term(name, weight * scaled[i]));
    }
  }

  private static double[] scaled(List<Candidate> eligible, ToDoubleFunction<Candidate> good) {
    double[] values = eligible.stream().mapToDouble(good).toArray();
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = high > low ? (values[i] - low) / (high - low) : 1;
    }
    return values;
  }
}
