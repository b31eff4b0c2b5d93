package dev.sextant.sql.catalog;

import dev.sextant.engine.Session;
import dev.sextant.engine.route.define.Budget;
import dev.sextant.engine.route.define.ChatModel;
import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.ErrorClass;
import dev.sextant.engine.route.define.Prompt;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.define.RouteCatalog;
import dev.sextant.engine.route.define.RouteSet;
import dev.sextant.engine.route.ledger.RoutingLog;
import dev.sextant.engine.route.limit.CircuitBreaker;
import dev.sextant.engine.route.price.Price;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of schema {@code sextant} about routing's definitions. */
final class RouteTables {
  private RouteTables() {}

  static List<SystemTable> all() {
    return Stream.of(definitions(), states()).flatMap(List::stream).toList();
  }

  private static List<SystemTable> definitions() {
    return List.of(
        table(
            "llm_models",
            RouteTables::models,
            "name",
            "provider",
            "tokenizer",
            "context_tokens INTEGER",
            "max_output_tokens INTEGER",
            "capabilities"),
        table(
            "llm_prices",
            RouteTables::prices,
            "model",
            "unit",
            "min_prompt_tokens INTEGER",
            "valid_from",
            "valid_to",
            "usd REAL"),
        table(
            "endpoints",
            RouteTables::endpoints,
            "name",
            "model",
            "kind",
            "url",
            "secret",
            "rpm INTEGER",
            "tpm INTEGER",
            "max_inflight INTEGER",
            "timeout_ms INTEGER",
            "enabled INTEGER"),
        table(
            "routes",
            RouteTables::routes,
            "name",
            "version INTEGER",
            "policy",
            "fallback",
            "deadline_ms INTEGER",
            "attempts INTEGER"),
        table(
            "route_targets",
            RouteTables::targets,
            "route",
            "position INTEGER",
            "endpoint",
            "priority INTEGER",
            "weight REAL"));
  }

  private static List<SystemTable> states() {
    return List.of(
        table(
            "budgets",
            RouteTables::budgets,
            "name",
            "scope",
            "scope_key",
            "purse",
            "limit_usd REAL",
            "window_ms INTEGER",
            "window_start INTEGER",
            "spent_usd REAL",
            "reserved_usd REAL",
            "leaked_usd REAL",
            "on_exhausted"),
        table(
            "breakers",
            RouteTables::breakers,
            "endpoint",
            "state",
            "since INTEGER",
            "open_until INTEGER",
            "trials_left INTEGER",
            "inflight INTEGER",
            "cause"),
        table(
            "prompts", RouteTables::prompts, "name", "active_version INTEGER", "versions INTEGER"),
        table(
            "prompt_versions",
            RouteTables::versions,
            "prompt",
            "version INTEGER",
            "instruction",
            "demos",
            "parent INTEGER",
            "origin",
            "active INTEGER",
            "created_at INTEGER"));
  }

  static SystemTable table(
      String name, Function<Session, List<List<@Nullable Object>>> rows, String... columns) {
    return new SystemTable(name, SystemTable.Column.list(columns), rows);
  }

  private static RouteSet set(Session session) {
    return RouteCatalog.read(session.connection());
  }

  private static @Nullable Long number(OptionalInt number) {
    return number.isPresent() ? (Long) (long) number.getAsInt() : null;
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  private static Long flag(boolean value) {
    return value ? 1L : 0L;
  }

  private static List<List<@Nullable Object>> models(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (ChatModel model : set(session).models()) {
      rows.add(
          row(
              model.name(),
              model.provider(),
              model.tokenizer(),
              number(model.contextTokens()),
              number(model.outputTokens()),
              String.join(",", model.capabilities())));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> prices(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Price price : set(session).prices()) {
      rows.add(
          row(
              price.model(),
              price.unit().name().toLowerCase(Locale.ROOT),
              (long) price.minPromptTokens(),
              price.validFrom().toString(),
              price.validTo().map(Instant::toString).orElse(null),
              price.usd().doubleValue()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> endpoints(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Endpoint endpoint : set(session).endpoints()) {
      rows.add(
          row(
              endpoint.name(),
              endpoint.model(),
              endpoint.kind().sqlName(),
              endpoint
                  .url()
                  .map(url -> url.getScheme() + "://" + url.getAuthority() + url.getPath())
                  .orElse(null),
              endpoint.options().text("secret").orElse(null),
              number(endpoint.requestsPerMinute()),
              number(endpoint.tokensPerMinute()),
              number(endpoint.maxInFlight()),
              endpoint.timeout().toMillis(),
              flag(endpoint.enabled())));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> routes(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Route route : set(session).routes()) {
      rows.add(
          row(
              route.name(),
              (long) route.version(),
              route.policy().written(),
              route.fallback().stream().map(ErrorClass::sqlName).collect(Collectors.joining(",")),
              route.deadline().toMillis(),
              (long) route.attempts()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> targets(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Route route : set(session).routes()) {
      for (int i = 0; i < route.targets().size(); i++) {
        Route.Target target = route.targets().get(i);
        rows.add(
            row(
                route.name(),
                (long) i,
                target.endpoint(),
                (long) target.priority(),
                target.weight()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> budgets(Session session) {
    RoutingLog log = session.database().router().log();
    log.expire();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Budget budget : set(session).budgets()) {
      List<List<@Nullable Object>> purses =
          log.rows(
              "SELECT purse, window_start, spent / 1e9, reserved / 1e9, leaked / 1e9 FROM purses"
                  + " WHERE budget = ? ORDER BY purse",
              budget.name());
      List<List<@Nullable Object>> shown =
          purses.isEmpty() ? List.of(row(budget.name(), null, 0.0, 0.0, 0.0)) : purses;
      for (List<@Nullable Object> purse : shown) {
        rows.add(
            row(
                budget.name(),
                budget.scope().name().toLowerCase(Locale.ROOT),
                budget.key().isEmpty() ? null : budget.key(),
                purse.get(0),
                budget.limitNanoUsd() / 1e9,
                budget.window().map(Duration::toMillis).orElse(null),
                purse.get(1),
                purse.get(2),
                purse.get(3),
                purse.get(4),
                budget.exhausted().name().toLowerCase(Locale.ROOT)));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> breakers(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Endpoint endpoint : set(session).endpoints()) {
      CircuitBreaker.Standing standing = session.database().router().breaker(endpoint).standing();
      boolean open = standing.state() == CircuitBreaker.State.OPEN;
      rows.add(
          row(
              endpoint.name(),
              standing.state().name().toLowerCase(Locale.ROOT),
              standing.since().toEpochMilli(),
              open ? (Object) standing.openUntil().toEpochMilli() : null,
              (long) standing.trialsLeft(),
              (long) session.database().router().inFlight(endpoint),
              standing.cause().isEmpty() ? null : standing.cause()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> prompts(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    RouteSet set = set(session);
    for (Prompt prompt : set.prompts()) {
      if (prompt.active()) {
        rows.add(
            row(prompt.name(), (long) prompt.version(), (long) set.versions(prompt.name()).size()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> versions(Session session) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Prompt prompt : set(session).prompts()) {
      rows.add(
          row(
              prompt.name(),
              (long) prompt.version(),
              prompt.instruction(),
              prompt.demos(),
              prompt.parent() == 0 ? null : (Object) (long) prompt.parent(),
              prompt.origin(),
              flag(prompt.active()),
              prompt.createdAt()));
    }
    return rows;
  }
}
