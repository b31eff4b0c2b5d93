package dev.sextant.sql.plan;

import dev.sextant.engine.route.evaluate.Estimator;
import java.util.List;
import java.util.OptionalLong;

/** Statements that report on what routing did, or might have done. */
public sealed interface RouteReport {
  /** The names of the columns that it gives. */
  List<String> columns();

  /** REPLAY DECISION. */
  record Replay(long decision) implements RouteReport {
    @Override
    public List<String> columns() {
      return List.of(
          "endpoint", "eligible", "score", "prob", "chosen", "logged_score", "logged_prob", "same");
    }
  }

  /**
   * EVALUATE ROUTE.
   *
   * @param route the one to be judged by the log of others
   * @param from the first decision of the log; empty for the log's
   * @param to the last; empty for the log's
   * @param metric the outcome that is the reward
   */
  record Evaluate(
      String route, OptionalLong from, OptionalLong to, String metric, Estimator estimator)
      implements RouteReport {
    @Override
    public List<String> columns() {
      return List.of(
          "estimator",
          "value",
          "error",
          "low",
          "high",
          "decisions",
          "ess",
          "mean_weight",
          "max_weight",
          "min_propensity",
          "refused");
    }
  }

  /**
   * CALIBRATE ROUTE.
   *
   * @param source gives prompt, model, score and cost
   * @param keep the share of the best single model's quality that has to be kept
   */
  record Calibrate(String route, SubSql source, double keep) implements RouteReport {
    @Override
    public List<String> columns() {
      return List.of(
          "status",
          "usd_per_quality",
          "quality",
          "cost_usd",
          "best_model",
          "best_quality",
          "best_cost_usd",
          "reason");
    }
  }
}
