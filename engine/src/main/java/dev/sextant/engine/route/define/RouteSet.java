package dev.sextant.engine.route.define;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.price.Price;
import dev.sextant.engine.route.price.PriceList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * All definitions of routing that one snapshot holds.
 *
 * @param models by name
 * @param prices of all models
 * @param endpoints by name
 * @param routes by name
 * @param budgets by name
 * @param prompts by name and version
 */
public record RouteSet(
    List<ChatModel> models,
    List<Price> prices,
    List<Endpoint> endpoints,
    List<Route> routes,
    List<Budget> budgets,
    List<Prompt> prompts) {
  /** No definitions. */
  public static final RouteSet NONE =
      new RouteSet(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

  /** Copies the lists. */
  public RouteSet {
    models = List.copyOf(models);
    prices = List.copyOf(prices);
    endpoints = List.copyOf(endpoints);
    routes = List.copyOf(routes);
    budgets = List.copyOf(budgets);
    prompts = List.copyOf(prompts);
  }

  /** What calls cost. */
  public PriceList priceList() {
    return new PriceList(prices);
  }

  /** The chat model of that name, if there is one. */
  public Optional<ChatModel> findModel(String name) {
    return models.stream().filter(m -> m.name().equalsIgnoreCase(name)).findFirst();
  }

  /** The endpoint of that name, if there is one. */
  public Optional<Endpoint> findEndpoint(String name) {
    return endpoints.stream().filter(e -> e.name().equalsIgnoreCase(name)).findFirst();
  }

  /** The route of that name, if there is one. */
  public Optional<Route> findRoute(String name) {
    return routes.stream().filter(r -> r.name().equalsIgnoreCase(name)).findFirst();
  }

  /** The budget of that name, if there is one. */
  public Optional<Budget> findBudget(String name) {
    return budgets.stream().filter(b -> b.name().equalsIgnoreCase(name)).findFirst();
  }

  /** The versions of a prompt, in their order. */
  public List<Prompt> versions(String name) {
    return prompts.stream().filter(p -> p.name().equalsIgnoreCase(name)).toList();
  }

  /**
   * The chat model of that name.
   *
   * @throws SextantException {@code 22023} naming the nearest known one
   */
  public ChatModel model(String name) {
    return findModel(name).orElseThrow(() -> unknown("chat model", name, models, ChatModel::name));
  }

  /**
   * The endpoint of that name.
   *
   * @throws SextantException {@code 22023} naming the nearest known one
   */
  public Endpoint endpoint(String name) {
    return findEndpoint(name)
        .orElseThrow(() -> unknown("endpoint", name, endpoints, Endpoint::name));
  }

  /**
   * The version of a prompt that is used.
   *
   * @throws SextantException {@code 22023} naming the nearest known one
   */
  public Prompt prompt(String name) {
    return versions(name).stream()
        .filter(Prompt::active)
        .findFirst()
        .orElseThrow(() -> unknown("prompt", name, prompts, Prompt::name));
  }

  /**
   * The route of that name; for a model's name, a route to all its endpoints in their order.
   *
   * @throws SextantException {@code 22023} where neither is there
   */
  public Route routeOrModel(String name) {
    Optional<Route> route = findRoute(name);
    if (route.isPresent()) {
      return route.get();
    }
    Optional<ChatModel> model = findModel(name);
    if (model.isEmpty()) {
      throw unknown("route or chat model", name, routes, Route::name);
    }
    List<Endpoint> serving = serving(model.get().name());
    if (serving.isEmpty()) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Chat model \"%s\" has no endpoint. CREATE ENDPOINT … FOR %s first."
              .formatted(model.get().name(), model.get().name()));
    }
    List<Route.Target> targets = new java.util.ArrayList<>();
    serving.forEach(e -> targets.add(new Route.Target(e.name(), targets.size(), 1)));
    return Route.to(model.get().name(), targets);
  }

  /** The endpoints of a model, by name. */
  public List<Endpoint> serving(String model) {
    return endpoints.stream().filter(e -> e.model().equals(model)).toList();
  }

  private static <T> SextantException unknown(
      String what, String name, List<T> known, Function<T, String> nameOf) {
    String nearest = Names.nearest(name, known.stream().map(nameOf).toList());
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "No %s \"%s\"%s".formatted(what, name, nearest.isEmpty() ? "." : hint(nearest)));
  }

  private static String hint(String nearest) {
    return ": did you mean \"" + nearest + "\"?";
  }
}
