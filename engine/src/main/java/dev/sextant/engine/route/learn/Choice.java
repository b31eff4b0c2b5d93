package dev.sextant.engine.route.learn;

import java.util.List;

/** A way to choose a model for a prompt. */
@FunctionalInterface
public interface Choice {
  /** The index of the model. */
  int choose(float[] features);

  /** The best expected quality less cost; the first of equals. */
  static Choice reward(QualityModel quality, double[] costUsd, double usdPerQuality) {
    double[] losses = new double[costUsd.length];
    for (int model = 0; model < losses.length; model++) {
      losses[model] = costUsd[model] / usdPerQuality;
    }
    return features -> {
      List<Expected> expected = quality.expect(features);
      int best = 0;
      for (int model = 1; model < losses.length; model++) {
        double gain = expected.get(model).value() - expected.get(best).value();
        best = gain > losses[model] - losses[best] ? model : best;
      }
      return best;
    };
  }

  /** A strong model where its expected gain over a weak one exceeds a least gain. */
  static Choice threshold(QualityModel quality, int weak, int strong, double gain) {
    return features -> {
      List<Expected> expected = quality.expect(features);
      return expected.get(strong).value() - expected.get(weak).value() > gain ? strong : weak;
    };
  }
}
