package dev.sextant.sql.plan;

import java.util.List;

/** What a step does with chat models, before the statement goes to SQLite. */
public sealed interface RouteWork {
  /**
   * Calls chat models, or decides, for the distinct arguments that rows hold.
   *
   * @param function {@code complete} or {@code route}
   * @param table the parameter that names the results
   * @param arguments statements whose columns are the arguments of a call each
   */
  record Calls(String function, int table, List<SubSql> arguments) implements RouteWork {}

  /**
   * Gives rows for each distinct prompt.
   *
   * @param function {@code complete_row} or {@code route_explain}
   * @param prompts gives the prompts, perhaps some of them several times
   * @param route the parameter that holds the route's or the model's name; -1 for the only route
   * @param options the parameter that holds options as JSON; -1 for none
   * @param numbers the parameter that names the numbers of the prompts
   * @param rows the parameter that takes the rows as JSON, the prompt's number first
   */
  record Rows(String function, SubSql prompts, int route, int options, int numbers, int rows)
      implements RouteWork {}

  /**
   * Estimates what calls would cost, and makes none.
   *
   * @param calls that a statement would make
   * @param listed those that it would make in FROM
   * @param rows the parameter that takes the rows as JSON
   */
  record Estimate(List<Calls> calls, List<Rows> listed, int rows) implements RouteWork {}

  /**
   * Reports on what was logged.
   *
   * @param report which, with what it needs
   * @param rows the parameter that takes the rows as JSON
   */
  record Reported(RouteReport report, int rows) implements RouteWork {}
}
