package dev.sextant.sql.plan;

import java.util.List;

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
}
