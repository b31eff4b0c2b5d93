package dev.sextant.engine.route.evaluate;

import java.util.ArrayList;
import java.util.List;

/*
 * With w = target probability / propensity, r the reward, q the model and V = sum over targets of
 * target probability * q, a decision counts as
 *
 *   IPS    w r                       (Horvitz and Thompson, JASA 47, 1952)
 *   SNIPS  w r / mean w              (Swaminathan and Joachims, NIPS 2015)
 *   DM     V
 *   DR     V + w (r - q)             (Dudik, Langford, Li, arXiv 1103.4601)
 *
 * and the value is the mean. The standard error is that of the mean of these numbers; of SNIPS that
 * of its linearisation, w (r - value) / mean w. The model is cross-fitted: what it says of a
 * decision it learned from other folds, without which residuals would look too small.
 */
/** Judges a policy by the log of another whose propensities are known. */
public final class OffPolicy {
  /** The normal quantile of a two-sided interval of 95 %. */
  private static final double Z = 1.959963984540054;

  /** The folds of cross-fitting. */
  public static final int FOLDS = 5;

  private final RewardModel.Learner learner;
  private final Rules rules;

  /** Judges with a way to learn rewards, for {@link Estimator#DM} and {@link Estimator#DR}. */
  public OffPolicy(RewardModel.Learner learner, Rules rules) {
    this.learner = learner;
    this.rules = rules;
  }

  /** The value of the target policy of a log, or why the log does not tell it. */
  public Evaluation evaluate(List<LoggedDecision> log, Estimator estimator) {
    Evaluation.Weights weights = weights(log);
    String reason = refusal(weights, estimator);
    if (!reason.isEmpty()) {
      return new Evaluation.Refused(reason, weights);
    }
    double[] counted = counted(log, estimator);
    double mean = mean(counted);
    double[] spread =
        estimator == Estimator.SNIPS ? linearised(log, mean, weights.mean()) : counted;
    double error = standardError(spread);
    return new Evaluation.Value(mean, error, mean - Z * error, mean + Z * error, weights);
  }

  private static Evaluation.Weights weights(List<LoggedDecision> log) {
    double sum = 0;
    double squares = 0;
    double largest = 0;
    double smallest = 1;
    double unsupported = 0;
    for (LoggedDecision decision : log) {
      double weight = decision.weight();
      sum += weight;
      squares += weight * weight;
      largest = Math.max(largest, weight);
      smallest = Math.min(smallest, decision.logged().get(decision.chosen()));
      unsupported += decision.unsupported();
    }
    int n = log.size();
    return new Evaluation.Weights(
        n,
        squares > 0 ? sum * sum / squares : 0,
        n > 0 ? sum / n : 0,
        largest,
        smallest,
        n > 0 ? unsupported / n : 0);
  }

  private String refusal(Evaluation.Weights weights, Estimator estimator) {
    if (weights.decisions() < 2) {
      return "the log has " + weights.decisions() + " decisions; at least 2 are needed";
    }
    if (weights.unsupported() > rules.maxUnsupported()) {
      return ("%.1f %% of the policy's choices could not be made by the one that was logged,"
              + " %.1f %% are allowed; log with an epsilon mix that reaches all targets")
          .formatted(100 * weights.unsupported(), 100 * rules.maxUnsupported());
    }
    if (estimator == Estimator.DM) {
      return "";
    }
    if (weights.effective() < rules.minEffective()) {
      return ("%d decisions weigh as much as %.1f, %.1f are needed; log more, or a policy that is"
              + " closer")
          .formatted(weights.decisions(), weights.effective(), rules.minEffective());
    }
    if (Math.abs(weights.mean() - 1) > rules.meanSlack()) {
      return ("the mean weight is %.3f, and not within %.2f of 1; are the logged propensities those"
              + " of the decisions?")
          .formatted(weights.mean(), rules.meanSlack());
    }
    return "";
  }

  private double[] counted(List<LoggedDecision> log, Estimator estimator) {
    return switch (estimator) {
      case IPS -> log.stream().mapToDouble(d -> d.weight() * d.reward()).toArray();
      case SNIPS -> {
        double mean = mean(log.stream().mapToDouble(LoggedDecision::weight).toArray());
        yield log.stream().mapToDouble(d -> d.weight() * d.reward() / mean).toArray();
      }
      case DM -> modelled(log, false);
      case DR -> modelled(log, true);
    };
  }

  private double[] modelled(List<LoggedDecision> log, boolean corrected) {
    List<RewardModel> models = new ArrayList<>();
    for (int fold = 0; fold < FOLDS; fold++) {
      List<LoggedDecision> others = new ArrayList<>();
      for (int i = 0; i < log.size(); i++) {
        if (i % FOLDS != fold) {
          others.add(log.get(i));
        }
      }
      models.add(learner.fit(others));
    }
    double[] counted = new double[log.size()];
    for (int i = 0; i < counted.length; i++) {
      LoggedDecision decision = log.get(i);
      RewardModel model = models.get(i % FOLDS);
      for (int target = 0; target < decision.target().size(); target++) {
        double probability = decision.target().get(target);
        if (probability > 0) {
          counted[i] += probability * model.expect(decision.features(), target);
        }
      }
      if (corrected && decision.weight() > 0) {
        double expected = model.expect(decision.features(), decision.chosen());
        counted[i] += decision.weight() * (decision.reward() - expected);
      }
    }
    return counted;
  }

  private static double[] linearised(List<LoggedDecision> log, double value, double meanWeight) {
    return log.stream().mapToDouble(d -> d.weight() * (d.reward() - value) / meanWeight).toArray();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double standardError(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1.0) / values.length);
  }
}
