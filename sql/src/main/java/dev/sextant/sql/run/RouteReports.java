package dev.sextant.sql.run;

import dev.sextant.engine.route.ledger.RoutingLog;
import dev.sextant.engine.route.policy.Decision;
import dev.sextant.engine.route.policy.Score;
import dev.sextant.engine.route.policy.Verdict;
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
    };
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
