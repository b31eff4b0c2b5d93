package dev.sextant.engine.route.learn;

import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/*
 * Two sets of outcomes that the choices were not learned from. On the first, the cheapest setting
 * is taken whose quality is, by the lower end of a paired interval, no less than the share of the
 * best single model's. That setting was picked for its luck among others, so it has to show the
 * same once more on the second set; if it does not, the answer is a refusal, and the best single
 * model stays.
 */
/** Finds how far a router may save, {@code KEEP share OF BEST}, and refuses where it may not. */
public final class Calibration {
  /** The normal quantile of a one-sided bound of 95 %. */
  private static final double Z = 1.6448536269514722;

  /** The fewest prompts of each of the two sets. */
  public static final int MIN_PROMPTS = 30;

  private Calibration() {}

  /**
   * A router with a knob turned to somewhere.
   *
   * @param knob the worth of quality, a threshold, or what else is to be found
   * @param choice the router with it
   */
  public record Setting(double knob, Choice choice) {}

  /** What came of a calibration. */
  public sealed interface Result {}

  /**
   * A setting that holds.
   *
   * @param knob its knob
   * @param heldOut what it achieves on the held-out outcomes
   * @param best what the best single model achieves there
   * @param bestModel the index of that model
   * @param margin the lower end of the interval of quality above the share; not below 0
   */
  public record Holds(
      double knob, Outcomes.Achieved heldOut, Outcomes.Achieved best, int bestModel, double margin)
      implements Result {}

  /**
   * No setting holds: the best single model is to stay.
   *
   * @param reason why
   * @param bestModel the index of that model
   */
  public record Refused(String reason, int bestModel) implements Result {}

  /** Calibrates: picks among settings on one set of outcomes and checks on another. */
  public static Result keep(
      double share, List<Setting> settings, Outcomes validation, Outcomes heldOut) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "A share of the best lies above 0 and up to 1; got " + share);
    }
    int best = validation.size() == 0 ? 0 : validation.bestSingle();
    if (Math.min(validation.size(), heldOut.size()) < MIN_PROMPTS) {
      return new Refused(
          "%d and %d prompts are too few to calibrate on and to check; each needs %d"
              .formatted(validation.size(), heldOut.size(), MIN_PROMPTS),
          best);
    }
    double limit = validation.single(best).costUsd();
    Optional<Setting> picked = Optional.empty();
    for (Setting setting : settings) {
      double cost = validation.achieved(rows(setting, validation)).costUsd();
      if (cost < limit && margin(share, setting, validation, best) >= 0) {
        limit = cost;
        picked = Optional.of(setting);
      }
    }
    if (picked.isEmpty()) {
      return new Refused(
          "none of %d settings keeps %s of \"%s\" for less on %d prompts"
              .formatted(settings.size(), share, validation.models().get(best), validation.size()),
          best);
    }
    return checked(share, picked.get(), heldOut, best);
  }

  private static Result checked(double share, Setting picked, Outcomes heldOut, int best) {
    double margin = margin(share, picked, heldOut, best);
    Outcomes.Achieved achieved = heldOut.achieved(rows(picked, heldOut));
    Outcomes.Achieved single = heldOut.single(best);
    if (margin < 0 || achieved.costUsd() >= single.costUsd()) {
      return new Refused(
          ("the setting %s held where it was picked, but on %d held-out prompts it has quality"
                  + " %.4f at %.6f USD beside %.4f at %.6f USD of \"%s\"; margin %.4f")
              .formatted(
                  picked.knob(),
                  heldOut.size(),
                  achieved.quality(),
                  achieved.costUsd(),
                  single.quality(),
                  single.costUsd(),
                  heldOut.models().get(best),
                  margin),
          best);
    }
    return new Holds(picked.knob(), achieved, single, best, margin);
  }

  /** The lower bound of the mean of quality - share * the best single model's, row by row. */
  private static double margin(double share, Setting setting, Outcomes outcomes, int best) {
    double sum = 0;
    double squares = 0;
    int n = outcomes.size();
    for (int row = 0; row < n; row++) {
      int model = setting.choice().choose(outcomes.features(row));
      double above = outcomes.quality(row, model) - share * outcomes.quality(row, best);
      sum += above;
      squares += above * above;
    }
    double mean = sum / n;
    double variance = Math.max(0, (squares - n * mean * mean) / (n - 1));
    return mean - Z * Math.sqrt(variance / n);
  }

  private static IntUnaryOperator rows(Setting setting, Outcomes outcomes) {
    return row -> setting.choice().choose(outcomes.features(row));
  }
}
