package dev.sextant.engine.route.serve;

import dev.sextant.engine.route.client.HttpChatClient;
import dev.sextant.engine.route.define.Budget;
import dev.sextant.engine.route.define.ChatModel;
import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.ErrorClass;
import dev.sextant.engine.route.define.Options;
import dev.sextant.engine.route.define.PolicyText;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.define.RouteSet;
import dev.sextant.engine.route.ledger.RoutingLog;
import dev.sextant.engine.route.price.Price;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Endpoints on a server of faults, and a router to them, by a clock that stands still. */
final class World implements AutoCloseable {
  final ManualClock clock = new ManualClock();
  final FaultServer server;
  final Router router;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final List<Price> prices = new ArrayList<>();
  private final List<ChatModel> models = new ArrayList<>();
  private final List<Budget> budgets = new ArrayList<>();
  private PolicyText policy = PolicyText.named("priority");
  private int attempts = 3;
  private long timeoutMillis = 400;

  World(Optional<Path> log) throws IOException {
    this.server = new FaultServer(clock);
    this.router =
        new Router(
            new RouterParts(
                clock,
                () -> 0,
                new HttpChatClient(HttpChatClient.http(), e -> URI.create("http://127.0.0.1:1")),
                new RoutingLog(log, clock, () -> false),
                (time, cancelled) -> clock.advance(time.toMillis()),
                secret -> "sk-secret",
                7));
  }

  /** Adds an endpoint with a model of its own that costs so much for a million tokens. */
  World endpoint(String name, String usd, FaultServer.Fault... script) {
    models.add(
        new ChatModel(
            name + "-model",
            "test",
            "o200k_base",
            OptionalInt.empty(),
            OptionalInt.empty(),
            List.of()));
    for (Price.Unit unit : List.of(Price.Unit.INPUT, Price.Unit.OUTPUT, Price.Unit.CACHE_READ)) {
      if (!usd.isEmpty()) {
        prices.add(
            new Price(
                name + "-model", unit, 0, Instant.EPOCH, Optional.empty(), new BigDecimal(usd)));
      }
    }
    endpoints.add(
        new Endpoint(
            name,
            name + "-model",
            Endpoint.Kind.OPENAI,
            new Options(
                name,
                Map.of(
                    "url",
                    server.url(name),
                    "timeout",
                    Long.toString(timeoutMillis),
                    "secret",
                    "env:KEY")),
            true));
    server.script(name, script);
    return this;
  }

  World disabled(String name) {
    endpoints.replaceAll(e -> e.name().equals(name) ? e.enabled(false) : e);
    return this;
  }

  World policy(String name, Map<String, String> options) {
    policy = new PolicyText(name, new Options(name, options), "");
    return this;
  }

  World timeout(long millis) {
    timeoutMillis = millis;
    return this;
  }

  World attempts(int most) {
    attempts = most;
    return this;
  }

  World budget(long nanoUsd) {
    budgets.add(
        new Budget(
            "purse", Budget.Scope.ALL, "", nanoUsd, Optional.empty(), Budget.Exhausted.REJECT));
    return this;
  }

  RouteSet set() {
    return new RouteSet(models, prices, endpoints, List.of(route()), budgets, List.of());
  }

  private Route route() {
    List<Route.Target> targets = new ArrayList<>();
    endpoints.forEach(e -> targets.add(new Route.Target(e.name(), targets.size(), 1)));
    return new Route(
        "chat", 1, targets, policy, ErrorClass.passedOn(), Duration.ofSeconds(60), attempts);
  }

  Completion ask() {
    return ask("{\"max_tokens\": 10}");
  }

  Completion ask(String options) {
    return router.complete(Call.of(set(), "chat", "hello", CallOptions.parse(options)));
  }

  /** A column of the log, as text. */
  List<String> logged(String sql) {
    return router.log().rows(sql).stream().map(row -> String.valueOf(row.getFirst())).toList();
  }

  @Override
  public void close() {
    router.close();
    server.close();
  }
}
