package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.Prompt;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.define.RouteCatalog;
import dev.sextant.engine.route.define.RouteCatalog.Kind;
import dev.sextant.engine.route.define.RouteSet;
import dev.sextant.engine.route.limit.CircuitBreaker;
import dev.sextant.engine.route.price.Price;
import dev.sextant.engine.route.price.PriceList;
import dev.sextant.engine.route.price.Usage;
import dev.sextant.engine.route.serve.Router;
import dev.sextant.sql.plan.EngineCommand.IfExists;
import dev.sextant.sql.plan.RouteCommand;
import dev.sextant.storage.sqlite.SqliteConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs definitions of chat models, prices, endpoints, routes, budgets and prompts. */
final class RouteCommands {
  private final Session session;
  private final SqliteConnection connection;
  private final RouteSet set;

  RouteCommands(Session session) {
    this.session = session;
    this.connection = session.connection();
    this.set = RouteCatalog.read(connection);
  }

  /**
   * Runs one.
   *
   * @return warnings
   */
  List<String> run(RouteCommand command) {
    switch (command) {
      case RouteCommand.CreateModel(var model, var ifExists) -> {
        if (isNew("Chat model", model.name(), set.findModel(model.name()).isPresent(), ifExists)) {
          RouteCatalog.put(connection, model);
        }
      }
      case RouteCommand.CreatePrice create -> create(create);
      case RouteCommand.CreateEndpoint(var endpoint, var ifExists) -> {
        return create(endpoint, ifExists);
      }
      case RouteCommand.CreateRoute(var route, var ifExists) -> create(route, ifExists);
      case RouteCommand.CreateBudget(var budget, var ifExists) -> {
        boolean exists = set.findBudget(budget.name()).isPresent();
        if (isNew("Budget", budget.name(), exists, ifExists)) {
          RouteCatalog.put(connection, budget);
        }
      }
      case RouteCommand.CreatePrompt create -> create(create);
      case RouteCommand.ActivateVersion(var prompt, var version) -> activate(prompt, version);
      case RouteCommand.AlterEndpoint alter -> alter(alter);
      case RouteCommand.Drop drop -> drop(drop);
    }
    return List.of();
  }

  /** Whether a definition is to be written. */
  private static boolean isNew(String what, String name, boolean exists, IfExists ifExists) {
    if (exists && ifExists == IfExists.FAIL) {
      throw new SextantException(
          ErrorCode.DUPLICATE_OBJECT,
          "%s \"%s\" exists. Drop it first, or CREATE OR REPLACE it.".formatted(what, name));
    }
    return !exists || ifExists == IfExists.REPLACE;
  }

  private void create(RouteCommand.CreatePrice create) {
    set.model(create.prices().getFirst().model());
    List<Price> added = new ArrayList<>();
    for (Price price : create.prices()) {
      boolean exists = set.prices().stream().anyMatch(known -> isSame(known, price));
      String name = price.model() + "\", unit \"" + price.unit().name().toLowerCase(Locale.ROOT);
      if (isNew("Price of", name, exists, create.ifExists())) {
        added.add(price);
      }
    }
    RouteCatalog.putPrices(connection, added);
  }

  private static boolean isSame(Price one, Price other) {
    return one.model().equals(other.model())
        && one.unit() == other.unit()
        && one.minPromptTokens() == other.minPromptTokens()
        && one.validFrom().equals(other.validFrom());
  }

  private List<String> create(Endpoint endpoint, IfExists ifExists) {
    set.model(endpoint.model());
    boolean exists = set.findEndpoint(endpoint.name()).isPresent();
    if (isNew("Endpoint", endpoint.name(), exists, ifExists)) {
      RouteCatalog.put(connection, endpoint);
    }
    boolean priced =
        new PriceList(set.prices())
            .cost(endpoint.model(), Usage.of(0, 0), session.database().clock().instant())
            .isPresent();
    return priced
        ? List.of()
        : List.of(
            ("No price of model \"%s\" is known: what its calls cost is NULL, and budgets refuse"
                    + " it. CREATE PRICE FOR %s tells it.")
                .formatted(endpoint.model(), endpoint.model()));
  }

  private void create(Route route, IfExists ifExists) {
    route.targets().forEach(target -> set.endpoint(target.endpoint()));
    Router.check(route.policy());
    if (set.findModel(route.name()).isPresent()) {
      throw new SextantException(
          ErrorCode.DUPLICATE_OBJECT,
          "Chat model \"%s\" exists, and COMPLETE takes either by name. Choose another name."
              .formatted(route.name()));
    }
    int before = set.findRoute(route.name()).map(Route::version).orElse(0);
    if (isNew("Route", route.name(), before > 0, ifExists)) {
      RouteCatalog.put(connection, route.version(before + 1));
    }
  }

  private void create(RouteCommand.CreatePrompt create) {
    List<Prompt> versions = set.versions(create.name());
    if (!create.isNew()) {
      set.prompt(create.name());
    } else if (!isNew("Prompt", create.name(), !versions.isEmpty(), create.ifExists())) {
      return;
    }
    int last = versions.stream().mapToInt(Prompt::version).max().orElse(0);
    int used =
        versions.stream().filter(Prompt::active).mapToInt(Prompt::version).findFirst().orElse(0);
    List<Prompt> changed = new ArrayList<>();
    if (create.isNew()) {
      versions.stream().filter(Prompt::active).forEach(old -> changed.add(old.active(false)));
    }
    Prompt added =
        new Prompt(
            create.name(),
            last + 1,
            create.instruction(),
            create.demos(),
            used,
            "user",
            create.isNew(),
            session.database().clock().millis());
    if (!added.demonstrations().isEmpty()) {
      requirePlace(added);
    }
    changed.add(added);
    RouteCatalog.putPrompts(connection, changed);
  }

  /** Refuses demonstrations where nothing says where they would be put. */
  private static void requirePlace(Prompt prompt) {
    try {
      prompt.form();
    } catch (IllegalArgumentException without) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER, without.getMessage() + ", {{input}} for one.", without);
    }
  }

  private void activate(String name, int version) {
    set.prompt(name);
    List<Prompt> versions = set.versions(name);
    if (versions.stream().noneMatch(prompt -> prompt.version() == version)) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "Prompt \"%s\" has no version %d: it has 1 to %d."
              .formatted(name, version, versions.size()));
    }
    RouteCatalog.putPrompts(
        connection, versions.stream().map(p -> p.active(p.version() == version)).toList());
  }

  private void alter(RouteCommand.AlterEndpoint alter) {
    Endpoint endpoint = set.endpoint(alter.endpoint());
    CircuitBreaker breaker = session.database().router().breaker(endpoint);
    switch (alter.change()) {
      case ENABLE -> RouteCatalog.put(connection, endpoint.enabled(true));
      case DISABLE -> RouteCatalog.put(connection, endpoint.enabled(false));
      case OPEN -> breaker.forceOpen("ALTER ENDPOINT … OPEN");
      case RESET -> breaker.reset();
    }
  }

  private void drop(RouteCommand.Drop drop) {
    String name = drop.name();
    boolean exists =
        switch (drop.kind()) {
          case MODEL -> set.findModel(name).isPresent();
          case PRICE -> set.prices().stream().anyMatch(p -> p.model().equals(name));
          case ENDPOINT -> set.findEndpoint(name).isPresent();
          case ROUTE -> set.findRoute(name).isPresent();
          case BUDGET -> set.findBudget(name).isPresent();
          case PROMPT -> !set.versions(name).isEmpty();
        };
    if (!exists) {
      if (!drop.ifExists()) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "No %s \"%s\" to drop.".formatted(drop.kind().name().toLowerCase(Locale.ROOT), name));
      }
      return;
    }
    List<String> users = users(drop);
    if (!users.isEmpty()) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "%s \"%s\" is used by %s. Drop these first."
              .formatted(
                  drop.kind() == Kind.MODEL ? "Chat model" : "Endpoint",
                  name,
                  String.join(", ", users)));
    }
    RouteCatalog.remove(connection, drop.kind(), name);
  }

  private List<String> users(RouteCommand.Drop drop) {
    String name = drop.name();
    return switch (drop.kind()) {
      case MODEL ->
          set.serving(name).stream().map(endpoint -> "endpoint " + endpoint.name()).toList();
      case ENDPOINT ->
          set.routes().stream()
              .filter(r -> r.targets().stream().anyMatch(t -> t.endpoint().equals(name)))
              .map(route -> "route " + route.name())
              .toList();
      case PRICE, ROUTE, BUDGET, PROMPT -> List.of();
    };
  }
}
