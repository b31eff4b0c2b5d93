package dev.sextant.sql.plan;

import dev.sextant.engine.route.define.Budget;
import dev.sextant.engine.route.define.ChatModel;
import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.define.RouteCatalog;
import dev.sextant.engine.route.price.Price;
import dev.sextant.sql.plan.EngineCommand.IfExists;
import java.util.List;

/** What a statement changes of routing's definitions. */
public sealed interface RouteCommand {
  /** CREATE CHAT MODEL. */
  record CreateModel(ChatModel model, IfExists ifExists) implements RouteCommand {}

  /** CREATE PRICE. */
  record CreatePrice(List<Price> prices, IfExists ifExists) implements RouteCommand {}

  /** CREATE ENDPOINT. */
  record CreateEndpoint(Endpoint endpoint, IfExists ifExists) implements RouteCommand {}

  /** CREATE ROUTE. */
  record CreateRoute(Route route, IfExists ifExists) implements RouteCommand {}

  /** CREATE BUDGET. */
  record CreateBudget(Budget budget, IfExists ifExists) implements RouteCommand {}

  /**
   * CREATE PROMPT, where OR REPLACE adds a version and uses it; ALTER PROMPT … ADD VERSION.
   *
   * @param demos demonstrations as a JSON array
   * @param isNew whether the prompt itself is made
   */
  record CreatePrompt(
      String name, String instruction, String demos, boolean isNew, IfExists ifExists)
      implements RouteCommand {}

  /** ALTER PROMPT … ACTIVATE VERSION. */
  record ActivateVersion(String prompt, int version) implements RouteCommand {}

  /** ALTER ENDPOINT. */
  record AlterEndpoint(String endpoint, EndpointChange change) implements RouteCommand {}

  /** What ALTER ENDPOINT does. */
  enum EndpointChange {
    /** Lets it be asked. */
    ENABLE,
    /** Lets it be asked no more. */
    DISABLE,
    /** Opens its circuit breaker until it is reset. */
    OPEN,
    /** Closes its circuit breaker. */
    RESET
  }

  /**
   * DROP of any of them.
   *
   * @param ifExists whether there may be none of that name
   */
  record Drop(RouteCatalog.Kind kind, String name, boolean ifExists) implements RouteCommand {}
}
