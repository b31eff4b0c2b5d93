package dev.sextant.engine.route.serve;

import dev.sextant.engine.route.learn.HashedText;
import dev.sextant.engine.route.learn.Outcomes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Gathers recorded outcomes that come as one row for each prompt and model. */
public final class RecordedOutcomes {
  private final List<String> models;
  private final Map<String, double[][]> prompts = new LinkedHashMap<>();

  /** No outcomes of these models. */
  public RecordedOutcomes(List<String> models) {
    this.models = List.copyOf(models);
  }

  /**
   * What a model achieved with a prompt; other models than the wanted ones are passed over.
   *
   * @param score the quality of the answer, 0 to 1
   * @param usd what it cost
   */
  public void add(String prompt, String model, double score, double usd) {
    int at = models.indexOf(model.toLowerCase(Locale.ROOT));
    if (at >= 0) {
      double[][] row = prompts.computeIfAbsent(prompt, text -> empty());
      row[0][at] = score;
      row[1][at] = usd;
    }
  }

  private double[][] empty() {
    double[][] row = new double[2][models.size()];
    java.util.Arrays.fill(row[0], Double.NaN);
    return row;
  }

  /** The prompts of which every model's outcome is known. */
  public Outcomes complete() {
    HashedText text = new HashedText(Learned.DIMENSIONS);
    Outcomes outcomes = Outcomes.of(models);
    prompts.forEach(
        (prompt, row) -> {
          boolean known = true;
          for (double score : row[0]) {
            known &= !Double.isNaN(score);
          }
          if (known) {
            outcomes.add(text.features(prompt), row[0], row[1]);
          }
        });
    return outcomes;
  }
}
