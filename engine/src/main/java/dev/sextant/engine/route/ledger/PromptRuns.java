package dev.sextant.engine.route.ledger;

import dev.sextant.engine.route.define.Prompt;
import dev.sextant.engine.route.optimize.Point;
import dev.sextant.engine.route.optimize.PromptOptimizer.Outcome;
import dev.sextant.engine.route.optimize.PromptOptimizer.Scored;
import dev.sextant.engine.route.optimize.Space;
import dev.sextant.engine.route.optimize.Trial;
import java.util.List;
import java.util.Locale;

/** Searches for better prompts: each candidate, step and score is a row. */
final class PromptRuns {
  /** The tables. */
  static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE IF NOT EXISTS prompt_runs(run_id INTEGER PRIMARY KEY AUTOINCREMENT,"
              + " ts INTEGER NOT NULL, prompt TEXT NOT NULL, version INTEGER NOT NULL,"
              + " became INTEGER, model TEXT NOT NULL, method TEXT NOT NULL, seed INTEGER NOT NULL,"
              + " budget_usd REAL NOT NULL, usd REAL NOT NULL, calls INTEGER NOT NULL,"
              + " out_of_budget INTEGER NOT NULL, instruction INTEGER NOT NULL,"
              + " demos INTEGER NOT NULL, test_examples INTEGER NOT NULL, base_score REAL NOT NULL,"
              + " score REAL NOT NULL, at_least REAL NOT NULL, improved INTEGER NOT NULL)",
          "CREATE TABLE IF NOT EXISTS prompt_candidates(run_id INTEGER NOT NULL,"
              + " instruction INTEGER NOT NULL, demos INTEGER NOT NULL, origin TEXT NOT NULL,"
              + " instruction_text TEXT NOT NULL, demos_json TEXT NOT NULL,"
              + " PRIMARY KEY (run_id, instruction, demos)) WITHOUT ROWID",
          "CREATE TABLE IF NOT EXISTS prompt_trials(run_id INTEGER NOT NULL,"
              + " trial INTEGER NOT NULL, instruction INTEGER NOT NULL, demos INTEGER NOT NULL,"
              + " full INTEGER NOT NULL, examples INTEGER NOT NULL, score REAL NOT NULL,"
              + " PRIMARY KEY (run_id, trial)) WITHOUT ROWID",
          "CREATE TABLE IF NOT EXISTS prompt_scores(run_id INTEGER NOT NULL,"
              + " part TEXT NOT NULL, instruction INTEGER NOT NULL, demos INTEGER NOT NULL,"
              + " example INTEGER NOT NULL, score REAL NOT NULL,"
              + " PRIMARY KEY (run_id, part, instruction, demos, example)) WITHOUT ROWID");

  private final LedgerFile file;

  PromptRuns(LedgerFile file) {
    this.file = file;
  }

  /** Logs a run, within a transaction; gives its number. */
  long insert(PromptRun run, long now) {
    Outcome outcome = run.outcome();
    Point best = outcome.search().best();
    long id =
        file.number(
            0,
            "INSERT INTO prompt_runs(ts, prompt, version, became, model, method, seed, budget_usd,"
                + " usd, calls, out_of_budget, instruction, demos, test_examples, base_score,"
                + " score, at_least, improved)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " RETURNING run_id",
            now,
            run.prompt(),
            (long) run.version(),
            run.became() == 0 ? null : (Object) (long) run.became(),
            run.model(),
            run.settings().method().name().toLowerCase(Locale.ROOT),
            run.settings().seed(),
            run.settings().budgetUsd(),
            outcome.usd(),
            (long) outcome.calls(),
            outcome.search().outOfBudget() ? 1L : 0L,
            (long) best.instruction(),
            (long) best.demonstrations(),
            (long) outcome.test().examples(),
            outcome.test().base(),
            outcome.test().best(),
            outcome.test().low(),
            outcome.improved() ? 1L : 0L);
    candidates(id, outcome);
    steps(id, outcome);
    return id;
  }

  private void candidates(long id, Outcome outcome) {
    for (Point point : new Space(outcome.instructions().size(), outcome.sets().size()).points()) {
      file.rows(
          "INSERT INTO prompt_candidates VALUES (?, ?, ?, ?, ?, ?)",
          id,
          (long) point.instruction(),
          (long) point.demonstrations(),
          outcome.instructions().get(point.instruction()).origin(),
          outcome.instructions().get(point.instruction()).text(),
          Prompt.written(outcome.sets().get(point.demonstrations())));
    }
  }

  private void steps(long id, Outcome outcome) {
    for (Trial trial : outcome.search().trials()) {
      file.rows(
          "INSERT INTO prompt_trials VALUES (?, ?, ?, ?, ?, ?, ?)",
          id,
          (long) trial.number(),
          (long) trial.point().instruction(),
          (long) trial.point().demonstrations(),
          trial.full() ? 1L : 0L,
          (long) trial.rows(),
          trial.score());
    }
    for (Scored scored : outcome.scores()) {
      file.rows(
          "INSERT INTO prompt_scores VALUES (?, ?, ?, ?, ?, ?)",
          id,
          scored.part().name().toLowerCase(Locale.ROOT),
          (long) scored.point().instruction(),
          (long) scored.point().demonstrations(),
          (long) scored.example(),
          scored.score());
    }
  }
}
