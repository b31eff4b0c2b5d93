package dev.sextant.engine.route.learn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Recorded answers: for each prompt its features, and for each model quality and cost. */
public final class Outcomes {
  private final List<String> models;
  private final List<Prompt> prompts;

  /** A prompt with what each model made of it; the arrays are not to be changed. */
  private static final class Prompt {
    private final float[] features;
    private final double[] quality;
    private final double[] costUsd;

    Prompt(float[] features, double[] quality, double[] costUsd) {
      this.features = features;
      this.quality = quality;
      this.costUsd = costUsd;
    }
  }

  /**
   * What a way of choosing achieves.
   *
   * @param quality the mean quality
   * @param costUsd the mean cost of a prompt in US dollars
   */
  public record Achieved(double quality, double costUsd) {}

  private Outcomes(List<String> models, List<Prompt> prompts) {
    this.models = List.copyOf(models);
    this.prompts = prompts;
  }

  /** No prompt yet. */
  public static Outcomes of(List<String> models) {
    return new Outcomes(models, new ArrayList<>());
  }

  /** Adds a prompt: its features, and quality and cost for each model. */
  public void add(float[] features, double[] quality, double[] costUsd) {
    boolean shaped = quality.length == models.size() && costUsd.length == models.size();
    boolean alike = prompts.isEmpty() || prompts.getFirst().features.length == features.length;
    if (!shaped || !alike) {
      throw new IllegalArgumentException(
          "A prompt needs %d qualities and costs and as many features as the others; got %d, %d, %d"
              .formatted(models.size(), quality.length, costUsd.length, features.length));
    }
    prompts.add(new Prompt(features.clone(), quality.clone(), costUsd.clone()));
  }

  /** Every row whose number leaves a remainder from {@code from} up to below {@code to}. */
  public Outcomes split(int modulus, int from, int to) {
    Outcomes part = of(models);
    for (int row = 0; row < size(); row++) {
      if (row % modulus >= from && row % modulus < to) {
        part.prompts.add(prompts.get(row));
      }
    }
    return part;
  }

  /** The models' names. */
  public List<String> models() {
    return models;
  }

  /** The number of prompts. */
  public int size() {
    return prompts.size();
  }

  /** The features of a prompt, not to be changed. */
  public float[] features(int row) {
    return prompts.get(row).features;
  }

  /** The quality of a model's answer. */
  public double quality(int row, int model) {
    return prompts.get(row).quality[model];
  }

  /** The cost of a model's answer in US dollars. */
  public double costUsd(int row, int model) {
    return prompts.get(row).costUsd[model];
  }

  /** What choosing a model for each row achieves. */
  public Achieved achieved(IntUnaryOperator modelOfRow) {
    double quality = 0;
    double cost = 0;
    for (int row = 0; row < size(); row++) {
      int model = modelOfRow.applyAsInt(row);
      quality += quality(row, model);
      cost += costUsd(row, model);
    }
    return new Achieved(quality / size(), cost / size());
  }

  /** What one model achieves. */
  public Achieved single(int model) {
    return achieved(row -> model);
  }

  /** The model of the least mean cost; the first of equals. */
  public int cheapest() {
    int best = 0;
    for (int model = 1; model < models.size(); model++) {
      best = single(model).costUsd() < single(best).costUsd() ? model : best;
    }
    return best;
  }

  /** The model of the best mean quality; the cheaper of equals. */
  public int bestSingle() {
    int best = 0;
    for (int model = 1; model < models.size(); model++) {
      best = isBetter(single(model), single(best)) ? model : best;
    }
    return best;
  }

  /** The best model of a prompt, the cheapest of several: what no router can know beforehand. */
  public int oracle(int row) {
    int best = 0;
    for (int model = 1; model < models.size(); model++) {
      Achieved one = new Achieved(quality(row, model), costUsd(row, model));
      Achieved other = new Achieved(quality(row, best), costUsd(row, best));
      best = isBetter(one, other) ? model : best;
    }
    return best;
  }

  private static boolean isBetter(Achieved one, Achieved other) {
    return one.quality() > other.quality()
        || (one.quality() == other.quality() && one.costUsd() < other.costUsd());
  }
}
