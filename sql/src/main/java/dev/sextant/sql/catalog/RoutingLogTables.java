package dev.sextant.sql.catalog;

import java.util.List;
import java.util.stream.Stream;

/** The tables of schema {@code sextant} about what routing did. */
final class RoutingLogTables {
  private RoutingLogTables() {}

  static List<SystemTable> all() {
    return Stream.of(decisions(), results(), views(), searches()).flatMap(List::stream).toList();
  }

  private static List<SystemTable> decisions() {
    return List.of(
        logged(
            "decisions",
            "SELECT decision_id, ts, route, route_version, policy, fallback_of, prompt_sha, prompt,"
                + " prompt_tokens, max_output_tokens, demands, chosen, propensity, propensity_kind,"
                + " turn, seed, outcome, decide_us FROM decisions ORDER BY decision_id",
            "decision_id INTEGER",
            "ts INTEGER",
            "route",
            "route_version INTEGER",
            "policy",
            "fallback_of INTEGER",
            "prompt_sha",
            "prompt",
            "prompt_tokens INTEGER",
            "max_output_tokens INTEGER",
            "demands",
            "chosen",
            "propensity REAL",
            "propensity_kind",
            "turn INTEGER",
            "seed INTEGER",
            "outcome",
            "decide_us INTEGER"),
        logged(
            "decision_candidates",
            "SELECT * FROM decision_candidates ORDER BY decision_id, position",
            "decision_id INTEGER",
            "position INTEGER",
            "endpoint",
            "model",
            "eligible INTEGER",
            "reject_reason",
            "reject_detail",
            "quality REAL",
            "quality_error REAL",
            "cost_usd REAL",
            "max_cost_usd REAL",
            "latency_ms REAL",
            "score REAL",
            "prob REAL",
            "rank INTEGER",
            "chosen INTEGER",
            "terms"));
  }

  private static List<SystemTable> results() {
    return List.of(
        logged(
            "attempts",
            "SELECT attempt_id, decision_id, n, endpoint, model, started, latency_ms, status,"
                + " error_class, retry_after_ms, finish_reason, in_tokens, out_tokens,"
                + " cached_tokens, reasoning_tokens, usage_source, cost_nano / 1e9,"
                + " provider_request_id, answer_sha, answer FROM attempts ORDER BY attempt_id",
            "attempt_id INTEGER",
            "decision_id INTEGER",
            "n INTEGER",
            "endpoint",
            "model",
            "started INTEGER",
            "latency_ms INTEGER",
            "status INTEGER",
            "error_class",
            "retry_after_ms INTEGER",
            "finish_reason",
            "in_tokens INTEGER",
            "out_tokens INTEGER",
            "cached_tokens INTEGER",
            "reasoning_tokens INTEGER",
            "usage_source",
            "cost_usd REAL",
            "provider_request_id",
            "answer_sha",
            "answer"),
        logged(
            "outcomes",
            "SELECT decision_id, metric, value, source, ts FROM outcomes ORDER BY 1, 2, 4",
            "decision_id INTEGER",
            "metric",
            "value REAL",
            "source",
            "ts INTEGER"),
        logged(
            "reservations",
            "SELECT attempt_id, purse, nano / 1e9, state, expires_at FROM reservations"
                + " ORDER BY 1, 2",
            "attempt_id INTEGER",
            "purse",
            "usd REAL",
            "state",
            "expires_at INTEGER"));
  }

  private static List<SystemTable> views() {
    return List.of(
        logged(
            "endpoint_health",
            "SELECT endpoint, count(*), sum(error_class IS NOT NULL), avg(error_class IS NULL),"
                + " avg(CASE WHEN error_class IS NULL THEN latency_ms END), max(started)"
                + " FROM attempts WHERE started >= (SELECT max(started) - 60000 FROM attempts)"
                + " GROUP BY endpoint ORDER BY endpoint",
            "endpoint",
            "calls INTEGER",
            "failures INTEGER",
            "success_rate REAL",
            "ok_latency_ms REAL",
            "last_used INTEGER"),
        logged(
            "route_stats",
            "SELECT d.route, a.model, a.endpoint, count(*), avg(a.error_class IS NULL),"
                + " percentile(CASE WHEN a.error_class IS NULL THEN a.latency_ms END, 50),"
                + " percentile(CASE WHEN a.error_class IS NULL THEN a.latency_ms END, 95),"
                + " sum(a.in_tokens), sum(a.out_tokens), sum(a.cost_nano) / 1e9"
                + " FROM attempts a JOIN decisions d USING (decision_id)"
                + " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            "route",
            "model",
            "endpoint",
            "calls INTEGER",
            "success_rate REAL",
            "p50_ms REAL",
            "p95_ms REAL",
            "in_tokens INTEGER",
            "out_tokens INTEGER",
            "cost_usd REAL"));
  }

  private static List<SystemTable> searches() {
    return List.of(
        logged(
            "prompt_runs",
            "SELECT * FROM prompt_runs ORDER BY run_id",
            "run_id INTEGER",
            "ts INTEGER",
            "prompt",
            "version INTEGER",
            "became INTEGER",
            "model",
            "method",
            "seed INTEGER",
            "budget_usd REAL",
            "usd REAL",
            "calls INTEGER",
            "out_of_budget INTEGER",
            "instruction INTEGER",
            "demos INTEGER",
            "test_examples INTEGER",
            "base_score REAL",
            "score REAL",
            "at_least REAL",
            "improved INTEGER"),
        logged(
            "prompt_candidates",
            "SELECT * FROM prompt_candidates ORDER BY 1, 2, 3",
            "run_id INTEGER",
            "instruction INTEGER",
            "demos INTEGER",
            "origin",
            "instruction_text",
            "demos_json"),
        logged(
            "prompt_trials",
            "SELECT * FROM prompt_trials ORDER BY 1, 2",
            "run_id INTEGER",
            "trial INTEGER",
            "instruction INTEGER",
            "demos INTEGER",
            "full INTEGER",
            "examples INTEGER",
            "score REAL"),
        logged(
            "prompt_scores",
            "SELECT * FROM prompt_scores ORDER BY 1, 2, 3, 4, 5",
            "run_id INTEGER",
            "part",
            "instruction INTEGER",
            "demos INTEGER",
            "example INTEGER",
            "score REAL"));
  }

  private static SystemTable logged(String name, String sql, String... columns) {
    return RouteTables.table(
        name,
        session -> {
          session.database().router().log().expire();
          return session.database().router().log().rows(sql);
        },
        columns);
  }
}
