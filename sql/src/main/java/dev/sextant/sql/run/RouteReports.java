package dev.sextant.sql.run;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.define.PolicyText;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.evaluate.Evaluation;
import dev.sextant.engine.route.learn.Calibration;
import dev.sextant.engine.route.learn.Outcomes;
import dev.sextant.engine.route.ledger.RoutingLog;
import dev.sextant.engine.route.policy.Decision;
import dev.sextant.engine.route.policy.Score;
import dev.sextant.engine.route.policy.Verdict;
import dev.sextant.engine.route.serve.Learned;
import dev.sextant.engine.route.serve.LogQuestion;
import dev.sextant.engine.route.serve.RecordedOutcomes;
import dev.sextant.sql.plan.RouteReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs statements that report on what routing did, or might have done. */
final class RouteReports {
  private final StepRunner run;

  RouteReports(StepRunner run) {
    this.run = run;
  }

  /** The rows of a report. */
  List<List<@Nullable Object>> rows(RouteReport report) {
    return switch (report) {
      case RouteReport.Replay(long decision) -> replay(decision);
      case RouteReport.Evaluate evaluate -> evaluate(evaluate);
      case RouteReport.Calibrate calibrate -> calibrate(calibrate);
      case RouteReport.Optimize optimize -> new PromptImprovement(run, optimize).rows();
    };
  }

  private List<List<@Nullable Object>> evaluate(RouteReport.Evaluate wanted) {
    Route route = run.functions().routes().set().routeOrModel(wanted.route());
    Evaluation found =
        run.functions()
            .session()
            .database()
            .router()
            .evaluate(
                new LogQuestion(
                    route, wanted.from(), wanted.to(), wanted.metric(), wanted.estimator()));
    Evaluation.Weights weights = found.weights();
    List<@Nullable Object> row = new ArrayList<>();
    row.add(wanted.estimator().name());
    switch (found) {
      case Evaluation.Value value ->
          row.addAll(Arrays.asList(value.value(), value.error(), value.low(), value.high()));
      case Evaluation.Refused _ ->
          row.addAll(Arrays.<@Nullable Object>asList(null, null, null, null));
    }
    row.add((long) weights.decisions());
    row.add(weights.effective());
    row.add(weights.mean());
    row.add(weights.largest());
    row.add(weights.smallestPropensity());
    row.add(found instanceof Evaluation.Refused refused ? refused.reason() : null);
    return List.of(row);
  }

  private List<List<@Nullable Object>> calibrate(RouteReport.Calibrate wanted) {
    RouteFunctions functions = run.functions().routes();
    Route route = functions.set().routeOrModel(wanted.route());
    List<String> models = RouteFunctions.models(functions.set(), route);
    RecordedOutcomes recorded = new RecordedOutcomes(models);
    run.readAll(
        wanted.source(),
        row -> {
          if (row.columnCount() != 4) {
            throw new SextantException(
                ErrorCode.INVALID_PARAMETER,
                "CALIBRATE expects a query of four columns: prompt, model, score and cost.");
          }
          recorded.add(
              String.valueOf(row.getText(0)),
              String.valueOf(row.getText(1)),
              row.getDouble(2),
              row.getDouble(3));
        });
    Outcomes outcomes = recorded.complete();
    PolicyText policy = route.policy();
    return List.of(
        switch (Learned.calibrate(policy, outcomes, wanted.keep())) {
          case Calibration.Holds holds ->
              Arrays.<@Nullable Object>asList(
                  "holds",
                  holds.knob(),
                  holds.heldOut().quality(),
                  holds.heldOut().costUsd(),
                  models.get(holds.bestModel()),
                  holds.best().quality(),
                  holds.best().costUsd(),
                  null);
          case Calibration.Refused refused ->
              Arrays.<@Nullable Object>asList(
                  "refused",
                  null,
                  null,
                  null,
                  models.get(refused.bestModel()),
                  null,
                  null,
                  refused.reason());
        });
  }

  /** The decision taken again from what was logged, beside what was logged. */
  private List<List<@Nullable Object>> replay(long id) {
    RoutingLog log = run.functions().session().database().router().log();
    Decision again = log.inputs(id).replay();
    List<List<@Nullable Object>> logged =
        log.rows(
            "SELECT endpoint, score, prob, chosen, eligible FROM decision_candidates"
                + " WHERE decision_id = ? ORDER BY position",
            id);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < again.verdicts().size(); i++) {
      Verdict verdict = again.verdicts().get(i);
      List<@Nullable Object> before = logged.get(i);
      Double score = verdict.score().map(Score::value).orElse(null);
      boolean same =
          verdict.endpoint().equals(before.get(0))
              && Objects.equals(score, before.get(1))
              && Objects.equals(verdict.probability(), before.get(2))
              && Objects.equals(verdict.chosen() ? 1L : 0L, before.get(3))
              && Objects.equals(verdict.eligible() ? 1L : 0L, before.get(4));
      rows.add(
          Arrays.asList(
              verdict.endpoint(),
              verdict.eligible() ? 1L : 0L,
              score,
              verdict.probability(),
              verdict.chosen() ? 1L : 0L,
              before.get(1),
              before.get(2),
              same ? 1L : 0L));
    }
    return rows;
  }
}
