package dev.sextant.sql.compile;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.client.Tokens;
import dev.sextant.engine.route.define.Budget;
import dev.sextant.engine.route.define.ChatModel;
import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.ErrorClass;
import dev.sextant.engine.route.define.Options;
import dev.sextant.engine.route.define.PolicyText;
import dev.sextant.engine.route.define.Prompt;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.define.RouteCatalog.Kind;
import dev.sextant.engine.route.price.Price;
import dev.sextant.engine.route.price.PriceList;
import dev.sextant.sql.lex.StatementText;
import dev.sextant.sql.lex.Token;
import dev.sextant.sql.plan.EngineCommand;
import dev.sextant.sql.plan.EngineCommand.IfExists;
import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.plan.RouteCommand;
import dev.sextant.sql.plan.RouteCommand.EndpointChange;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Compiles CREATE, DROP and ALTER of chat models, prices, endpoints, routes, budgets, prompts. */
final class RouteCompiler extends RouteReader {
  private RouteCompiler(StatementText statement) {
    super(statement);
  }

  /** The plan; empty where the statement is another. */
  static Optional<Plan> compile(StatementText statement) {
    return new RouteCompiler(statement)
        .command()
        .map(command -> new Plan.Command(statement, new EngineCommand.Routing(command)));
  }

  private Optional<RouteCommand> command() {
    if (take("create")) {
      boolean replace = take("or") && take("replace");
      return kind().map(kind -> create(kind, replace));
    }
    if (take("drop")) {
      return kind().map(this::drop);
    }
    if (take("alter")) {
      if (take("prompt")) {
        return Optional.of(alterPrompt());
      }
      return take("endpoint") ? Optional.of(alterEndpoint()) : Optional.empty();
    }
    return Optional.empty();
  }

  private Optional<Kind> kind() {
    if (take("chat")) {
      form("CREATE CHAT MODEL name PROVIDER name (context 128000, tokenizer 'o200k_base')");
      require(take("model"), "MODEL");
      return Optional.of(Kind.MODEL);
    }
    if (take("price")) {
      form("CREATE PRICE FOR model (input 2.5, output 10) VALID FROM '2026-01-01'");
      return Optional.of(Kind.PRICE);
    }
    if (take("endpoint")) {
      form(
          "CREATE ENDPOINT name FOR model KIND openai|anthropic|stub|replay URL 'https://…' SECRET"
              + " env:NAME (rpm 500, tpm 200000, timeout 30 s)");
      return Optional.of(Kind.ENDPOINT);
    }
    if (take("route")) {
      form(
          "CREATE ROUTE name TARGETS (e1 PRIORITY 0 WEIGHT 7, e2) USING POLICY multi_factor"
              + " (quality 0.7, cost 0.3) FALLBACK ON (rate_limit, timeout) DEADLINE 30 s"
              + " ATTEMPTS 3");
      return Optional.of(Kind.ROUTE);
    }
    if (take("budget")) {
      form("CREATE BUDGET name ON ALL|ROUTE r|USER LIMIT 5 USD PER DAY ON EXHAUSTED reject");
      return Optional.of(Kind.BUDGET);
    }
    if (take("prompt")) {
      form("CREATE PROMPT name AS 'Translate {{text}}' DEMOS '[…]'");
      return Optional.of(Kind.PROMPT);
    }
    return Optional.empty();
  }

  private RouteCommand create(Kind kind, boolean replace) {
    boolean keep = take("if");
    require(!keep || (take("not") && take("exists")), "IF NOT EXISTS");
    require(!keep || !replace, "either OR REPLACE or IF NOT EXISTS");
    IfExists ifExists = replace ? IfExists.REPLACE : keep ? IfExists.KEEP : IfExists.FAIL;
    RouteCommand command =
        switch (kind) {
          case MODEL -> new RouteCommand.CreateModel(model(), ifExists);
          case PRICE -> new RouteCommand.CreatePrice(prices(), ifExists);
          case ENDPOINT -> new RouteCommand.CreateEndpoint(endpoint(), ifExists);
          case ROUTE -> new RouteCommand.CreateRoute(route(), ifExists);
          case BUDGET -> new RouteCommand.CreateBudget(budget(), ifExists);
          case PROMPT -> {
            String name = name("a name for the prompt");
            yield prompt(name, true, ifExists);
          }
        };
    requireEnd();
    return command;
  }

  private ChatModel model() {
    String name = name("a name for the model");
    require(take("provider"), "PROVIDER");
    String provider = name("the provider's name");
    Options options = options("chat model \"" + name + "\"");
    options.only(List.of("context", "max_output", "tokenizer", "capabilities"));
    return new ChatModel(
        name,
        provider,
        options.text("tokenizer").map(Tokens::checked).orElse(Tokens.DEFAULT),
        options.count("context"),
        options.count("max_output"),
        options
            .text("capabilities")
            .map(list -> Arrays.asList(list.split("\\s*,\\s*", -1)))
            .orElse(List.of()));
  }

  private List<Price> prices() {
    require(take("for"), "FOR and a model");
    String model = name("a model");
    Options options = options("price of \"" + model + "\"");
    List<String> units =
        Arrays.stream(Price.Unit.values()).map(u -> u.name().toLowerCase(Locale.ROOT)).toList();
    options.only(units);
    require(take("valid") && take("from"), "VALID FROM and a date");
    Instant from = moment();
    Optional<Instant> to = take("to") ? Optional.of(moment()) : Optional.empty();
    int longest = 0;
    if (take("prompts")) {
      require(take("from"), "FROM and a number of tokens");
      longest = whole("a number of tokens");
    }
    List<Price> prices = new ArrayList<>();
    for (Map.Entry<String, String> unit : options.values().entrySet()) {
      Price.Unit of = Price.Unit.valueOf(unit.getKey().toUpperCase(Locale.ROOT));
      options.number(unit.getKey());
      prices.add(new Price(model, of, longest, from, to, new BigDecimal(unit.getValue())));
    }
    require(!prices.isEmpty(), "a price");
    return prices;
  }

  private Endpoint endpoint() {
    String name = name("a name for the endpoint");
    require(take("for"), "FOR and a model");
    String model = name("a model");
    require(take("kind"), "KIND");
    Endpoint.Kind kind = Endpoint.Kind.of(name("a kind"));
    Map<String, String> given = new LinkedHashMap<>();
    if (take("url")) {
      given.put("url", text("an address in quotes"));
    }
    if (take("secret")) {
      given.put("secret", secret());
    }
    Options options = options("endpoint \"" + name + "\"");
    given.putAll(options.values());
    return new Endpoint(name, model, kind, new Options(options.of(), given), true);
  }

  private Route route() {
    String name = name("a name for the route");
    require(take("targets") && symbol("("), "TARGETS and endpoints in parentheses");
    List<Route.Target> targets = new ArrayList<>();
    do {
      String endpoint = name("an endpoint");
      int priority = 0;
      double weight = 1;
      while (true) {
        if (take("priority")) {
          priority = whole("a priority");
        } else if (take("weight")) {
          weight = number("a weight");
        } else {
          break;
        }
      }
      targets.add(new Route.Target(endpoint, priority, weight));
    } while (symbol(","));
    require(symbol(")"), ") behind the targets");
    PolicyText policy = take("using") ? policy() : PolicyText.named("priority");
    List<ErrorClass> fallback = ErrorClass.passedOn();
    Duration deadline = Route.DEFAULT_DEADLINE;
    int attempts = Route.DEFAULT_ATTEMPTS;
    while (at < tokens.size()) {
      if (take("fallback")) {
        fallback = fallback();
      } else if (take("deadline")) {
        Options time = new Options("route \"" + name + "\"", Map.of("deadline", value()));
        deadline = time.time("deadline").orElse(deadline);
      } else {
        require(take("attempts"), "FALLBACK, DEADLINE or ATTEMPTS");
        attempts = whole("a number of attempts");
      }
    }
    return new Route(name, 1, targets, policy, fallback, deadline, attempts);
  }

  private PolicyText policy() {
    require(take("policy"), "POLICY");
    if (take("as")) {
      return PolicyText.of(parenthesized("a query in parentheses"));
    }
    String name = name("a policy");
    return new PolicyText(name, options("policy " + name), "");
  }

  private List<ErrorClass> fallback() {
    require(take("on") && symbol("("), "ON and error classes in parentheses");
    List<ErrorClass> classes = new ArrayList<>();
    if (!symbol(")")) {
      do {
        classes.add(ErrorClass.of(name("an error class")));
      } while (symbol(","));
      require(symbol(")"), ") behind the error classes");
    }
    return classes;
  }

  private Budget budget() {
    String name = name("a name for the budget");
    require(take("on"), "ON");
    Budget.Scope scope = Budget.Scope.ALL;
    String key = "";
    if (take("route")) {
      scope = Budget.Scope.ROUTE;
      key = name("a route");
    } else if (take("user")) {
      scope = Budget.Scope.USER;
      key = at < tokens.size() && tokens.get(at).kind() == Token.Kind.STRING ? text("a user") : "";
    } else {
      require(take("all"), "ALL, ROUTE or USER");
    }
    require(take("limit"), "LIMIT");
    BigDecimal usd = new BigDecimal(numberText("an amount"));
    require(take("usd"), "USD");
    Optional<Duration> window = Optional.empty();
    if (take("per")) {
      window = Optional.of(window());
    }
    Budget.Exhausted exhausted = Budget.Exhausted.REJECT;
    if (take("on")) {
      require(take("exhausted"), "EXHAUSTED");
      exhausted = Budget.Exhausted.of(name("reject, cheapest or warn"));
    }
    return new Budget(name, scope, key, PriceList.nanoUsd(usd), window, exhausted);
  }

  private Duration window() {
    if (take("minute")) {
      return Duration.ofMinutes(1);
    }
    if (take("hour")) {
      return Duration.ofHours(1);
    }
    if (take("day")) {
      return Duration.ofDays(1);
    }
    require(take("week"), "MINUTE, HOUR, DAY or WEEK");
    return Duration.ofDays(7);
  }

  private RouteCommand prompt(String name, boolean isNew, IfExists ifExists) {
    require(take("as"), "AS and the prompt's text");
    String instruction = text("the prompt's text in quotes");
    String demos = take("demos") ? text("a JSON array in quotes") : Prompt.NO_DEMOS;
    return new RouteCommand.CreatePrompt(name, instruction, demos, isNew, ifExists);
  }

  private RouteCommand alterPrompt() {
    form("ALTER PROMPT name ADD VERSION AS 'text' | ACTIVATE VERSION 2");
    String name = name("the name of a prompt");
    RouteCommand command;
    if (take("add")) {
      require(take("version"), "VERSION");
      command = prompt(name, false, IfExists.FAIL);
    } else {
      require(take("activate") && take("version"), "ADD VERSION or ACTIVATE VERSION");
      command = new RouteCommand.ActivateVersion(name, whole("a version"));
    }
    requireEnd();
    return command;
  }

  private RouteCommand alterEndpoint() {
    form("ALTER ENDPOINT name ENABLE|DISABLE|OPEN|RESET");
    String name = name("the name of an endpoint");
    EndpointChange change =
        Arrays.stream(EndpointChange.values())
            .filter(known -> take(known.name().toLowerCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(() -> syntax("ENABLE, DISABLE, OPEN or RESET"));
    requireEnd();
    return new RouteCommand.AlterEndpoint(name, change);
  }

  private RouteCommand drop(Kind kind) {
    boolean ifExists = take("if");
    require(!ifExists || take("exists"), "EXISTS");
    require(kind != Kind.PRICE || take("for"), "FOR and a model");
    String name = name("a name");
    requireEnd();
    return new RouteCommand.Drop(kind, name, ifExists);
  }

  /** A date, or a moment with its time zone. */
  private Instant moment() {
    String written = text("a date in quotes, such as '2026-01-01'");
    try {
      return Instant.parse(written.length() == 10 ? written + "T00:00:00Z" : written);
    } catch (java.time.format.DateTimeParseException invalid) {
      throw new SextantException(
          ErrorCode.INVALID_DATETIME,
          "\""
              + written
              + "\" is no date such as '2026-01-01', and no moment such as"
              + " '2026-01-01T12:00:00Z'.",
          invalid);
    }
  }
}
