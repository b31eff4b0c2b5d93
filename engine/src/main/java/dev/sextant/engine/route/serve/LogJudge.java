package dev.sextant.engine.route.serve;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.define.PolicyText;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.evaluate.Evaluation;
import dev.sextant.engine.route.evaluate.LoggedDecision;
import dev.sextant.engine.route.evaluate.OffPolicy;
import dev.sextant.engine.route.evaluate.RewardModel;
import dev.sextant.engine.route.evaluate.Rules;
import dev.sextant.engine.route.policy.Candidate;
import dev.sextant.engine.route.policy.Decision;
import dev.sextant.engine.route.policy.DecisionInputs;
import dev.sextant.engine.route.policy.Policy;
import dev.sextant.engine.route.policy.Situation;
import dev.sextant.engine.route.policy.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/*
 * Each logged decision is taken again by the other route's policy, on what was known then. Targets
 * of the other route that the logged one did not have could not be chosen: they count as without
 * support, and too many of them refuse the answer. Decisions without an outcome of the metric, and
 * those for which the other route has no eligible target, are left out. The features that the
 * reward model sees are the prompt's length alone: the log holds no texts.
 */
/** Judges a route by the log of others. */
final class LogJudge {
  private final Router router;
  private final LogQuestion question;
  private final List<String> targets = new ArrayList<>();

  LogJudge(Router router, LogQuestion question) {
    this.router = router;
    this.question = question;
  }

  private record Outcome(long decision, double reward) {}

  Evaluation judge() {
    List<Outcome> outcomes = outcomes();
    List<DecisionInputs> inputs = new ArrayList<>();
    question.route().targets().forEach(target -> targets.add(target.endpoint()));
    for (Outcome outcome : outcomes) {
      DecisionInputs taken = router.log().inputs(outcome.decision());
      inputs.add(taken);
      for (Candidate candidate : taken.situation().candidates()) {
        if (!targets.contains(candidate.endpoint())) {
          targets.add(candidate.endpoint());
        }
      }
    }
    List<LoggedDecision> log = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      add(log, inputs.get(i), outcomes.get(i).reward());
    }
    return new OffPolicy(RewardModel::means, Rules.DEFAULT).evaluate(log, question.estimator());
  }

  private List<Outcome> outcomes() {
    List<Outcome> outcomes = new ArrayList<>();
    for (List<@Nullable Object> row :
        router
            .log()
            .rows(
                "SELECT d.decision_id, avg(o.value) FROM decisions d JOIN outcomes o"
                    + " USING (decision_id) WHERE d.fallback_of IS NULL AND d.chosen IS NOT NULL"
                    + " AND o.metric = ? AND d.decision_id >= ? AND d.decision_id <= ?"
                    + " AND (SELECT count(*) FROM attempts a"
                    + " WHERE a.decision_id = d.decision_id) <= 1"
                    + " GROUP BY d.decision_id ORDER BY d.decision_id",
                question.metric(),
                bound(question.from(), 0),
                bound(question.to(), Long.MAX_VALUE))) {
      if (row.get(0) instanceof Long id && row.get(1) instanceof Double reward) {
        outcomes.add(new Outcome(id, reward));
      }
    }
    if (outcomes.isEmpty()) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "No logged decision has an outcome \"%s\": CALL feedback(decision_id, '%s', value) tells"
                  .formatted(question.metric(), question.metric())
              + " one.");
    }
    return outcomes;
  }

  private static long bound(OptionalLong given, long otherwise) {
    return given.orElse(otherwise);
  }

  private void add(List<LoggedDecision> log, DecisionInputs inputs, double reward) {
    Situation situation = situation(inputs.situation());
    if (situation.candidates().isEmpty()) {
      return;
    }
    Route route = question.route();
    Policy policy =
        route.policy().name().equals(PolicyText.SQL)
            ? router.sqlPolicy().scored(route.policy().query(), situation)
            : route.policy().policy(route.targets().stream().map(t -> t.endpoint()).toList());
    Decision before = inputs.replay();
    Decision other = Decision.take(policy, situation);
    if (other.chosen().isEmpty()) {
      return;
    }
    log.add(
        new LoggedDecision(
            List.of((float) situation.request().promptTokens()),
            targets.indexOf(before.chosen().orElseThrow().endpoint()),
            probabilities(before),
            probabilities(other),
            reward));
  }

  private List<Double> probabilities(Decision decision) {
    List<Double> probabilities = new ArrayList<>();
    for (String target : targets) {
      probabilities.add(
          decision.verdicts().stream()
              .filter(verdict -> verdict.endpoint().equals(target))
              .mapToDouble(Verdict::probability)
              .findFirst()
              .orElse(0));
    }
    return probabilities;
  }

  /** What the other route would have decided on: its own targets, as they were then. */
  private Situation situation(Situation logged) {
    List<Candidate> candidates = new ArrayList<>();
    for (Route.Target target : question.route().targets()) {
      candidates.add(
          logged.candidates().stream()
              .filter(candidate -> candidate.endpoint().equals(target.endpoint()))
              .findFirst()
              .orElse(Candidate.of(target.endpoint(), target.endpoint()))
              .ranked(target.priority(), target.weight()));
    }
    return new Situation(logged.request(), candidates, logged.turn(), logged.seed());
  }
}
