package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.JsonText;
import dev.sextant.engine.route.define.Prompt;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.define.RouteCatalog;
import dev.sextant.engine.route.define.RouteSet;
import dev.sextant.engine.route.ledger.PromptRun;
import dev.sextant.engine.route.optimize.Example;
import dev.sextant.engine.route.optimize.Metric;
import dev.sextant.engine.route.optimize.OutOfBudget;
import dev.sextant.engine.route.optimize.PromptForm;
import dev.sextant.engine.route.optimize.PromptModel;
import dev.sextant.engine.route.optimize.PromptOptimizer;
import dev.sextant.engine.route.policy.Candidate;
import dev.sextant.engine.route.serve.Call;
import dev.sextant.engine.route.serve.CallOptions;
import dev.sextant.engine.route.serve.Completion;
import dev.sextant.engine.route.serve.Expectations;
import dev.sextant.sql.plan.RouteReport;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/*
 * What a call may cost is what its dearest target would take for the longest answer, times the
 * attempts of the route: a failed attempt may have to be paid too. Without a price nothing bounds
 * the cost, so that the search is refused before the first call. A call whose cost nobody tells,
 * since an attempt failed that may have to be paid, counts as what it may have cost.
 */
/** Searches a better version of a prompt, and makes it the active one where it is better. */
final class PromptImprovement {
  private final StepRunner run;
  private final RouteReport.Optimize wanted;
  private final Session session;
  private final RouteSet set;

  PromptImprovement(StepRunner run, RouteReport.Optimize wanted) {
    this.run = run;
    this.wanted = wanted;
    this.session = run.functions().session();
    this.set = run.functions().routes().set();
  }

  /** What came of it, in one row. */
  List<List<@Nullable Object>> rows() {
    RouteRun.requireNoWrites(session, "optimize prompt");
    Prompt prompt = set.prompt(wanted.prompt());
    PromptOptimizer.Outcome outcome = search(prompt);
    int became = outcome.improved() ? activate(prompt, outcome) : 0;
    PromptRun logged =
        new PromptRun(
            prompt.name(), prompt.version(), became, wanted.model(), wanted.settings(), outcome);
    long id = session.database().router().log().searched(logged);
    return List.of(
        Arrays.asList(
            outcome.improved() ? "improved" : "no improvement",
            (long) (became == 0 ? prompt.version() : became),
            outcome.test().base(),
            outcome.test().best(),
            outcome.test().low(),
            (long) outcome.test().examples(),
            (long) outcome.calls(),
            outcome.usd(),
            outcome.search().outOfBudget() ? 1L : 0L,
            id));
  }

  private PromptOptimizer.Outcome search(Prompt prompt) {
    try {
      PromptForm form = prompt.form();
      PromptModel model = new Routed(wanted.model());
      PromptModel proposer =
          wanted.proposer().equals(wanted.model()) ? model : new Routed(wanted.proposer());
      return PromptOptimizer.run(
          new PromptOptimizer.Task(form, model, proposer, metric()), wanted.settings(), examples());
    } catch (OutOfBudget end) {
      throw new SextantException(
          ErrorCode.OUT_OF_RESOURCES,
          ("The budget of %s USD does not pay for the search: %s. Raise it, give fewer examples,"
                  + " or lower max_tokens in OPTIONS.")
              .formatted(wanted.settings().budgetUsd(), end.getMessage()),
          end);
    } catch (IllegalArgumentException wrong) {
      throw new SextantException(ErrorCode.INVALID_PARAMETER, wrong.getMessage() + ".", wrong);
    }
  }

  private Metric metric() {
    return switch (wanted.metric()) {
      case "f1" -> Metric.f1();
      case "contains" -> Metric.contains();
      default -> Metric.exact();
    };
  }

  private List<Example> examples() {
    List<Example> examples = new ArrayList<>();
    run.readAll(
        wanted.source(),
        row -> {
          if (row.columnCount() != 2) {
            throw new SextantException(
                ErrorCode.INVALID_PARAMETER,
                "OPTIMIZE PROMPT expects a query of two columns: input and expected.");
          }
          examples.add(new Example(text(row, 0), text(row, 1)));
        });
    return examples;
  }

  private static String text(SqliteStatement row, int column) {
    int type = row.type(column);
    if (type == SqliteStatement.NULL || type == SqliteStatement.BLOB) {
      throw new SextantException(
          ErrorCode.INVALID_DATA,
          "OPTIMIZE PROMPT expects texts as inputs and expected answers but got %s."
              .formatted(type == SqliteStatement.NULL ? "NULL" : "bytes"));
    }
    return String.valueOf(row.getText(column));
  }

  private int activate(Prompt base, PromptOptimizer.Outcome outcome) {
    List<Prompt> versions = set.versions(base.name());
    int version = versions.stream().mapToInt(Prompt::version).max().orElse(0) + 1;
    List<Prompt> changed = new ArrayList<>();
    versions.stream().filter(Prompt::active).forEach(old -> changed.add(old.active(false)));
    changed.add(
        new Prompt(
            base.name(),
            version,
            base.form().template(outcome.instruction().text()),
            Prompt.written(outcome.demonstrations()),
            base.version(),
            wanted.settings().method().name().toLowerCase(java.util.Locale.ROOT),
            true,
            session.database().clock().millis()));
    RouteCatalog.putPrompts(session.connection(), changed);
    return version;
  }

  /** A chat model, or those of a route. */
  private final class Routed implements PromptModel {
    private final Route route;
    private final Map<String, Object> options;

    Routed(String name) {
      route = set.routeOrModel(name);
      CallOptions.parse(wanted.options());
      try {
        options =
            JsonText.parse(wanted.options()) instanceof Map<?, ?> given ? members(given) : Map.of();
      } catch (JsonText.Malformed checked) {
        throw new IllegalStateException(wanted.options(), checked);
      }
    }

    private static Map<String, Object> members(Map<?, ?> given) {
      Map<String, Object> members = new LinkedHashMap<>();
      given.forEach((name, value) -> members.put(String.valueOf(name), value));
      return members;
    }

    private Call call(Question question) {
      Map<String, Object> all = new LinkedHashMap<>(options);
      all.put("temperature", question.temperature());
      all.put("seed", wanted.settings().seed() + question.rollout());
      return new Call(set, route, question.text(), CallOptions.parse(JsonText.write(all)));
    }

    @Override
    public double ceiling(Question question) {
      long dearest = 0;
      for (Candidate candidate :
          session
              .database()
              .router()
              .explain(call(question), Expectations.NONE)
              .inputs()
              .situation()
              .candidates()) {
        OptionalLong cost = candidate.estimate().maxCostNanoUsd();
        if (cost.isEmpty()) {
          throw new SextantException(
              ErrorCode.INVALID_PARAMETER,
              ("No price of model \"%s\" is known, so that no budget can bound what a search"
                      + " costs. CREATE PRICE FOR %s tells it; a price of 0 is one too.")
                  .formatted(candidate.model(), candidate.model()));
        }
        dearest = Math.max(dearest, cost.getAsLong());
      }
      return dearest * (double) route.attempts() / 1e9;
    }

    @Override
    public List<Answer> ask(List<Question> questions) {
      List<Call> calls = questions.stream().map(this::call).toList();
      List<Completion> completions = RouteRun.completions(run, calls);
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < calls.size(); i++) {
        OptionalLong cost = completions.get(i).costNanoUsd();
        double usd = cost.isPresent() ? cost.getAsLong() / 1e9 : ceiling(questions.get(i));
        answers.add(new Answer(completions.get(i).text(), usd));
      }
      return answers;
    }
  }
}
