package dev.sextant.engine.route.define;

import dev.sextant.engine.http.JsonText;
import dev.sextant.engine.route.price.Price;
import dev.sextant.storage.sqlite.DefinitionChange;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/*
 * Every definition is a row: its kind, its name, what else tells it from others of the name (the
 * version of a prompt, the unit and date of a price), and a JSON object. A row of a version to
 * come, which cannot be read, is left out.
 */
/** Reads and writes the table of routing's definitions, in the transaction under way. */
public final class RouteCatalog {
  private static final String TABLE = "sextant_routing";

  /** What a row defines. */
  public enum Kind {
    MODEL,
    PRICE,
    ENDPOINT,
    ROUTE,
    BUDGET,
    PROMPT;

    private String stored() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private RouteCatalog() {}

  private static boolean exists(SqliteConnection connection) {
    return connection.queryLong(
            "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = '"
                + TABLE
                + "'")
        > 0;
  }

  /** What the connection's snapshot holds. */
  public static RouteSet read(SqliteConnection connection) {
    if (!exists(connection)) {
      return RouteSet.NONE;
    }
    List<ChatModel> models = new ArrayList<>();
    List<Price> prices = new ArrayList<>();
    List<Endpoint> endpoints = new ArrayList<>();
    List<Route> routes = new ArrayList<>();
    List<Budget> budgets = new ArrayList<>();
    List<Prompt> prompts = new ArrayList<>();
    try (SqliteStatement rows =
        connection.prepare(
            "SELECT kind, name, body FROM main." + TABLE + " ORDER BY kind, name, key")) {
      while (rows.step()) {
        String name = String.valueOf(rows.getText(1));
        String body = String.valueOf(rows.getText(2));
        switch (String.valueOf(rows.getText(0))) {
          case "model" -> Bodies.read(body, o -> Bodies.model(name, o)).ifPresent(models::add);
          case "price" -> Bodies.read(body, o -> Bodies.price(name, o)).ifPresent(prices::add);
          case "endpoint" ->
              Bodies.read(body, o -> Bodies.endpoint(name, o)).ifPresent(endpoints::add);
          case "route" -> Bodies.read(body, o -> Bodies.route(name, o)).ifPresent(routes::add);
          case "budget" -> Bodies.read(body, o -> Bodies.budget(name, o)).ifPresent(budgets::add);
          case "prompt" -> Bodies.read(body, o -> Bodies.prompt(name, o)).ifPresent(prompts::add);
          default -> {
            // A kind of a version to come.
          }
        }
      }
    }
    return new RouteSet(models, prices, endpoints, routes, budgets, prompts);
  }

  /** Adds or replaces a chat model. */
  public static void put(SqliteConnection connection, ChatModel model) {
    put(connection, Kind.MODEL, List.of(new Row(model.name(), "", Bodies.of(model))));
  }

  /** Adds or replaces prices. */
  public static void putPrices(SqliteConnection connection, List<Price> prices) {
    put(
        connection,
        Kind.PRICE,
        prices.stream().map(p -> new Row(p.model(), key(p), Bodies.of(p))).toList());
  }

  /** Adds or replaces an endpoint. */
  public static void put(SqliteConnection connection, Endpoint endpoint) {
    put(connection, Kind.ENDPOINT, List.of(new Row(endpoint.name(), "", Bodies.of(endpoint))));
  }

  /** Adds or replaces a route. */
  public static void put(SqliteConnection connection, Route route) {
    put(connection, Kind.ROUTE, List.of(new Row(route.name(), "", Bodies.of(route))));
  }

  /** Adds or replaces a budget. */
  public static void put(SqliteConnection connection, Budget budget) {
    put(connection, Kind.BUDGET, List.of(new Row(budget.name(), "", Bodies.of(budget))));
  }

  /** Adds or replaces versions of prompts. */
  public static void putPrompts(SqliteConnection connection, List<Prompt> prompts) {
    put(
        connection,
        Kind.PROMPT,
        prompts.stream()
            .map(p -> new Row(p.name(), "%09d".formatted(p.version()), Bodies.of(p)))
            .toList());
  }

  private static String key(Price price) {
    return "%s %d %d"
        .formatted(price.unit(), price.minPromptTokens(), price.validFrom().toEpochMilli());
  }

  private record Row(String name, String key, java.util.Map<String, Object> body) {}

  private static void put(SqliteConnection connection, Kind kind, List<Row> rows) {
    DefinitionChange.run(
        connection,
        () -> {
          connection.exec(
              "CREATE TABLE IF NOT EXISTS main."
                  + TABLE
                  + "(kind TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE, key TEXT NOT NULL,"
                  + " body TEXT NOT NULL, PRIMARY KEY (kind, name, key)) WITHOUT ROWID");
          try (SqliteStatement insert =
              connection.prepare("INSERT OR REPLACE INTO main." + TABLE + " VALUES (?, ?, ?, ?)")) {
            for (Row row : rows) {
              insert.bind(1, kind.stored());
              insert.bind(2, row.name());
              insert.bind(3, row.key());
              insert.bind(4, JsonText.write(row.body()));
              insert.step();
              insert.reset();
            }
          }
        });
  }

  /** Removes all rows of a kind and name. */
  public static void remove(SqliteConnection connection, Kind kind, String name) {
    DefinitionChange.run(
        connection,
        () -> {
          try (SqliteStatement delete =
              connection.prepare("DELETE FROM main." + TABLE + " WHERE kind = ? AND name = ?")) {
            delete.bind(1, kind.stored());
            delete.bind(2, name);
            delete.step();
          }
        });
  }
}
