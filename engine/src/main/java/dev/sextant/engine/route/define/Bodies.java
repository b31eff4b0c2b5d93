package dev.sextant.engine.route.define;

import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.JsonObject;
import dev.sextant.engine.route.price.Price;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/** Definitions as JSON objects, there and back. */
final class Bodies {
  private Bodies() {}

  /** Empty for a row of a version to come, which has what this one does not know. */
  static <T> Optional<T> read(String body, Function<JsonObject, T> reader) {
    try {
      return Optional.of(reader.apply(JsonObject.parse("A definition of routing", body)));
    } catch (SextantException | IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }

  private static String text(JsonObject body, String name) {
    return body.text(name).orElse("");
  }

  private static OptionalInt whole(JsonObject body, String name) {
    OptionalLong count = body.count(name);
    return count.isPresent() ? OptionalInt.of((int) count.getAsLong()) : OptionalInt.empty();
  }

  static Map<String, Object> of(ChatModel model) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("provider", model.provider());
    body.put("tokenizer", model.tokenizer());
    model.contextTokens().ifPresent(count -> body.put("context", count));
    model.outputTokens().ifPresent(count -> body.put("max_output", count));
    body.put("capabilities", model.capabilities());
    return body;
  }

  static ChatModel model(String name, JsonObject body) {
    return new ChatModel(
        name,
        text(body, "provider"),
        text(body, "tokenizer"),
        whole(body, "context"),
        whole(body, "max_output"),
        body.texts("capabilities"));
  }

  static Map<String, Object> of(Price price) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("unit", price.unit().name());
    body.put("min_prompt", price.minPromptTokens());
    body.put("from", price.validFrom().toString());
    price.validTo().ifPresent(to -> body.put("to", to.toString()));
    body.put("usd", price.usd().toPlainString());
    return body;
  }

  static Price price(String model, JsonObject body) {
    return new Price(
        model,
        Price.Unit.valueOf(text(body, "unit")),
        whole(body, "min_prompt").orElse(0),
        Instant.parse(text(body, "from")),
        body.text("to").map(Instant::parse),
        new BigDecimal(text(body, "usd")));
  }

  private static Map<String, String> strings(JsonObject body) {
    Map<String, String> strings = new LinkedHashMap<>();
    body.names().forEach(name -> strings.put(name, text(body, name)));
    return strings;
  }

  private static Options options(String of, JsonObject body) {
    return new Options(of, body.object("options").map(Bodies::strings).orElse(Map.of()));
  }

  static Map<String, Object> of(Endpoint endpoint) {
    return Map.of(
        "model", endpoint.model(),
        "kind", endpoint.kind().sqlName(),
        "options", endpoint.options().values(),
        "enabled", endpoint.enabled());
  }

  static Endpoint endpoint(String name, JsonObject body) {
    return new Endpoint(
        name,
        text(body, "model"),
        Endpoint.Kind.of(text(body, "kind")),
        options("endpoint \"" + name + "\"", body),
        body.truth("enabled"));
  }

  static Map<String, Object> of(Route route) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("version", route.version());
    List<Object> targets = new ArrayList<>();
    for (Route.Target target : route.targets()) {
      targets.add(
          Map.of(
              "endpoint", target.endpoint(),
              "priority", target.priority(),
              "weight", target.weight()));
    }
    body.put("targets", targets);
    body.put("policy", route.policy().name());
    body.put("options", route.policy().options().values());
    body.put("query", route.policy().query());
    body.put("fallback", route.fallback().stream().map(ErrorClass::sqlName).toList());
    body.put("deadline", route.deadline().toMillis());
    body.put("attempts", route.attempts());
    return body;
  }

  static Route route(String name, JsonObject body) {
    List<Route.Target> targets = new ArrayList<>();
    for (Object item : body.list("targets")) {
      JsonObject target = JsonObject.of("target", item).orElseThrow(IllegalArgumentException::new);
      targets.add(
          new Route.Target(
              text(target, "endpoint"),
              whole(target, "priority").orElse(0),
              target.number("weight").orElse(1)));
    }
    String policy = text(body, "policy");
    return new Route(
        name,
        whole(body, "version").orElse(1),
        targets,
        new PolicyText(policy, options("policy " + policy, body), text(body, "query")),
        body.texts("fallback").stream().map(ErrorClass::of).toList(),
        Duration.ofMillis(body.count("deadline").orElse(1)),
        whole(body, "attempts").orElse(1));
  }

  static Map<String, Object> of(Budget budget) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("scope", budget.scope().name());
    body.put("key", budget.key());
    body.put("limit", Long.toString(budget.limitNanoUsd()));
    budget.window().ifPresent(window -> body.put("window", window.toMillis()));
    body.put("exhausted", budget.exhausted().name());
    return body;
  }

  static Budget budget(String name, JsonObject body) {
    OptionalLong window = body.count("window");
    return new Budget(
        name,
        Budget.Scope.valueOf(text(body, "scope")),
        text(body, "key"),
        Long.parseLong(text(body, "limit")),
        window.isPresent() ? Optional.of(Duration.ofMillis(window.getAsLong())) : Optional.empty(),
        Budget.Exhausted.valueOf(text(body, "exhausted")));
  }

  static Map<String, Object> of(Prompt prompt) {
    return Map.of(
        "version", prompt.version(),
        "instruction", prompt.instruction(),
        "demos", prompt.demos(),
        "parent", prompt.parent(),
        "origin", prompt.origin(),
        "active", prompt.active(),
        "created_at", prompt.createdAt());
  }

  static Prompt prompt(String name, JsonObject body) {
    return new Prompt(
        name,
        whole(body, "version").orElse(1),
        text(body, "instruction"),
        text(body, "demos"),
        whole(body, "parent").orElse(0),
        text(body, "origin"),
        body.truth("active"),
        body.count("created_at").orElse(0));
  }
}
