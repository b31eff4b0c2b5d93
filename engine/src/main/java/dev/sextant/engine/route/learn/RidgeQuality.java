package dev.sextant.engine.route.learn;

import java.util.ArrayList;
import java.util.List;

/*
 * For each model the w that is least in |X w - y|^2 + penalty |w|^2, where X has a last column of
 * ones that is not penalised (Hoerl and Kennard, Technometrics 12, 1970). All models share X, so
 * that one decomposition of X'X + penalty I serves them all. The standard error of a prediction is
 * that of the mean: s sqrt(x' (X'X + penalty I)^-1 x), s^2 being the mean squared residual.
 */
/** The quality as a linear function of the features, one for each model. */
public final class RidgeQuality implements QualityModel {
  private final Cholesky normal;
  private final double[][] weights;
  private final double[] spread;

  private RidgeQuality(Cholesky normal, double[][] weights, double[] spread) {
    this.normal = normal;
    this.weights = weights;
    this.spread = spread;
  }

  /** Fits outcomes with a penalty above 0. */
  public static RidgeQuality fit(Outcomes outcomes, double penalty) {
    if (outcomes.size() == 0 || !(penalty > 0)) {
      throw new IllegalArgumentException(
          "A regression needs outcomes and a penalty above 0; got %d, %s"
              .formatted(outcomes.size(), penalty));
    }
    int columns = outcomes.features(0).length + 1;
    int models = outcomes.models().size();
    double[][] gram = new double[columns][columns];
    double[][] products = new double[models][columns];
    for (int row = 0; row < outcomes.size(); row++) {
      double[] x = withOne(outcomes.features(row));
      addOuter(gram, x);
      for (int model = 0; model < models; model++) {
        double quality = outcomes.quality(row, model);
        for (int i = 0; i < columns; i++) {
          products[model][i] += quality * x[i];
        }
      }
    }
    for (int i = 0; i < columns - 1; i++) {
      gram[i][i] += penalty;
    }
    Cholesky normal = new Cholesky(gram);
    double[][] weights = new double[models][];
    double[] spread = new double[models];
    for (int model = 0; model < models; model++) {
      weights[model] = normal.solve(products[model]);
      spread[model] = residual(outcomes, model, weights[model]);
    }
    return new RidgeQuality(normal, weights, spread);
  }

  private static void addOuter(double[][] gram, double[] x) {
    for (int i = 0; i < x.length; i++) {
      if (x[i] != 0) {
        for (int j = 0; j <= i; j++) {
          gram[i][j] += x[i] * x[j];
        }
      }
    }
  }

  private static double residual(Outcomes outcomes, int model, double[] weights) {
    double sum = 0;
    for (int row = 0; row < outcomes.size(); row++) {
      double miss = outcomes.quality(row, model) - dot(weights, withOne(outcomes.features(row)));
      sum += miss * miss;
    }
    return Math.sqrt(sum / outcomes.size());
  }

  @Override
  public List<Expected> expect(float[] features) {
    double[] x = withOne(features);
    double[] z = normal.solveLower(x);
    double leverage = Math.sqrt(dot(z, z));
    List<Expected> expected = new ArrayList<>();
    for (int model = 0; model < weights.length; model++) {
      expected.add(new Expected(dot(weights[model], x), spread[model] * leverage));
    }
    return expected;
  }

  private static double[] withOne(float[] features) {
    double[] x = new double[features.length + 1];
    for (int i = 0; i < features.length; i++) {
      x[i] = features[i];
    }
    x[features.length] = 1;
    return x;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
