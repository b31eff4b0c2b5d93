package dev.sextant.sql.run;

import dev.sextant.engine.route.define.Budget;
import dev.sextant.engine.route.policy.Candidate;
import dev.sextant.engine.route.policy.Verdict;
import dev.sextant.engine.route.serve.Call;
import dev.sextant.engine.route.serve.Router;
import dev.sextant.sql.plan.RouteWork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the calls of a statement would cost, by the target that each would be sent to now. */
final class CostEstimate {
  private final StepRunner run;
  private final Map<String, Sum> sums = new TreeMap<>();

  CostEstimate(StepRunner run) {
    this.run = run;
  }

  /** What is known of the calls of one function, route and target. */
  private static final class Sum {
    private final String function;
    private final Call call;
    private final Optional<Candidate> target;
    private long calls;
    private long tokens;
    private double usual;
    private double most;
    private boolean known = true;

    Sum(String function, Call call, Optional<Candidate> target) {
      this.function = function;
      this.call = call;
      this.target = target;
    }

    void add(Router.Routed routed) {
      calls++;
      tokens += routed.inputs().situation().request().promptTokens();
      if (target.isPresent() && target.get().estimate().costNanoUsd().isEmpty()) {
        known = false;
      }
      chosen(routed)
          .ifPresent(
              candidate -> {
                usual += candidate.estimate().costNanoUsd().orElse(0) / 1e9;
                most += candidate.estimate().maxCostNanoUsd().orElse(0) / 1e9;
              });
    }

    List<@Nullable Object> row() {
      boolean priced = known && target.isPresent();
      String budgets =
          call.set().budgets().stream()
              .filter(b -> b.weighs(call.route().name(), call.options().user()))
              .map(Budget::name)
              .collect(Collectors.joining(","));
      return Arrays.asList(
          function,
          call.route().name(),
          target.map(Candidate::endpoint).orElse(null),
          calls,
          tokens,
          priced ? (Object) usual : null,
          priced ? (Object) most : null,
          budgets.isEmpty() ? null : budgets);
    }
  }

  private static Optional<Candidate> chosen(Router.Routed routed) {
    Optional<String> name = routed.decision().chosen().map(Verdict::endpoint);
    return routed.inputs().situation().candidates().stream()
        .filter(candidate -> name.equals(Optional.of(candidate.endpoint())))
        .findFirst();
  }

  /** The rows of the report. */
  List<List<@Nullable Object>> rows(RouteWork.Estimate estimate) {
    for (RouteWork.Calls calls : estimate.calls()) {
      RouteRun made = new RouteRun(calls.function(), false, run);
      Set<List<@Nullable Object>> distinct = new LinkedHashSet<>(RouteSteps.arguments(run, calls));
      for (List<@Nullable Object> given : distinct) {
        if (!given.contains(null)) {
          add(calls.function(), made.call(given));
        }
      }
    }
    for (RouteWork.Rows rows : estimate.listed()) {
      RouteSteps.calls(run, rows, RouteSteps.prompts(run, rows).keySet())
          .forEach(call -> add(rows.function(), call));
    }
    List<List<@Nullable Object>> all = new ArrayList<>();
    sums.values().forEach(sum -> all.add(sum.row()));
    return all;
  }

  private void add(String function, Call call) {
    Router router = run.functions().session().database().router();
    Router.Routed routed = router.explain(call, run.functions().routes().expectations(call));
    Optional<Candidate> target = chosen(routed);
    String key =
        function + "\n" + call.route().name() + "\n" + target.map(Candidate::endpoint).orElse("");
    sums.computeIfAbsent(key, k -> new Sum(function, call, target)).add(routed);
  }
}
