package dev.sextant.sql.plan;

import dev.sextant.engine.route.evaluate.Estimator;
import dev.sextant.engine.route.optimize.PromptOptimizer;
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

  /**
   * OPTIMIZE PROMPT.
   *
   * @param prompt whose active version is to be improved
   * @param model the chat model or route that it is for
   * @param proposer the one that writes instructions
   * @param source gives inputs and expected answers
   * @param metric {@code exact}, {@code f1} or {@code contains}
   * @param options of the calls, as JSON
   * @param settings of the search
   */
  record Optimize(
      String prompt,
      String model,
      String proposer,
      SubSql source,
      String metric,
      String options,
      PromptOptimizer.Settings settings)
      implements RouteReport {
    @Override
    public List<String> columns() {
      return List.of(
          "status",
          "version",
          "base_score",
          "score",
          "at_least",
          "examples",
          "calls",
          "usd",
          "out_of_budget",
          "run_id");
    }
  }
}
