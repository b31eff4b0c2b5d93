package dev.sextant.engine.route.serve;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.define.PolicyText;
import dev.sextant.engine.route.learn.Calibration;
import dev.sextant.engine.route.learn.Choice;
import dev.sextant.engine.route.learn.ExactNeighbours;
import dev.sextant.engine.route.learn.Expected;
import dev.sextant.engine.route.learn.HashedText;
import dev.sextant.engine.route.learn.KnnQuality;
import dev.sextant.engine.route.learn.Outcomes;
import dev.sextant.engine.route.learn.QualityModel;
import dev.sextant.engine.route.learn.RidgeQuality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What recorded outcomes tell of the models' quality, by the features of a prompt's text: the
 * nearest prompts of the record, compared one by one, or a linear function of the features.
 */
public final class Learned implements Expectations {
  /** The length of a prompt's features. */
  public static final int DIMENSIONS = 256;

  private static final double NEIGHBOURS = 40;
  private static final double PRIOR = 5;
  private static final double PENALTY = 10;
  private static final double LEAST_WORTH = 1e-5;
  private static final int WORTHS = 49;
  private static final int PARTS = 3;

  private final HashedText text = new HashedText(DIMENSIONS);
  private final List<String> models;
  private final QualityModel quality;

  /**
   * Learns from outcomes.
   *
   * @param policy one with a table: {@link PolicyText#KNN} asks the nearest prompts, all others a
   *     linear function
   */
  public Learned(PolicyText policy, Outcomes outcomes) {
    this.models = outcomes.models();
    this.quality = quality(policy, outcomes);
  }

  private static QualityModel quality(PolicyText policy, Outcomes outcomes) {
    if (outcomes.size() == 0) {
      throw new SextantException(
          ErrorCode.INVALID_DATA,
          "No prompt has recorded outcomes of all the models: "
              + String.join(", ", outcomes.models())
              + ".");
    }
    boolean nearest = policy.name().equals(PolicyText.KNN) || policy.table().isEmpty();
    return !nearest
        ? RidgeQuality.fit(outcomes, policy.options().number("penalty").orElse(PENALTY))
        : new KnnQuality(
            outcomes,
            new ExactNeighbours(outcomes),
            (int) policy.options().number("k").orElse(NEIGHBOURS),
            policy.options().number("prior").orElse(PRIOR));
  }

  @Override
  public Map<String, Expected> of(String prompt) {
    List<Expected> expected = quality.expect(text.features(prompt));
    Map<String, Expected> named = new HashMap<>();
    for (int i = 0; i < models.size(); i++) {
      named.put(models.get(i), expected.get(i));
    }
    return named;
  }

  /**
   * Finds the worth of quality in US dollars at which a router saves most and keeps a share of the
   * best single model's quality. A third of the prompts is learned from, a third picks, a third
   * checks.
   */
  public static Calibration.Result calibrate(PolicyText policy, Outcomes outcomes, double keep) {
    Outcomes train = outcomes.split(PARTS, 0, 1);
    QualityModel quality = quality(policy, train);
    double[] costs = new double[outcomes.models().size()];
    for (int model = 0; model < costs.length; model++) {
      costs[model] = train.single(model).costUsd();
    }
    List<Calibration.Setting> settings = new ArrayList<>();
    for (int i = 0; i < WORTHS; i++) {
      double worth = LEAST_WORTH * StrictMath.pow(10, i / 8.0);
      settings.add(new Calibration.Setting(worth, Choice.reward(quality, costs, worth)));
    }
    return Calibration.keep(
        keep, settings, outcomes.split(PARTS, 1, 2), outcomes.split(PARTS, 2, 3));
  }
}
