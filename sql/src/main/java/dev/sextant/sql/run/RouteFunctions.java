package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.JsonObject;
import dev.sextant.engine.http.JsonText;
import dev.sextant.engine.route.client.Recorded;
import dev.sextant.engine.route.client.Tokens;
import dev.sextant.engine.route.define.ChatModel;
import dev.sextant.engine.route.define.Endpoint;
import dev.sextant.engine.route.define.PolicyText;
import dev.sextant.engine.route.define.Route;
import dev.sextant.engine.route.define.RouteCatalog;
import dev.sextant.engine.route.define.RouteSet;
import dev.sextant.engine.route.learn.Outcomes;
import dev.sextant.engine.route.price.Usage;
import dev.sextant.engine.route.serve.Call;
import dev.sextant.engine.route.serve.Expectations;
import dev.sextant.engine.route.serve.Learned;
import dev.sextant.engine.route.serve.RecordedOutcomes;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.ScalarFunction.Arguments;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The functions of chat models on one session's connection. */
final class RouteFunctions {
  private final Session session;
  private final Map<Long, RouteRun> runs = new HashMap<>();
  private final Map<String, Expectations> learned = new HashMap<>();
  private long lastHandle;
  private long lastDecision;
  private RouteSet known = RouteSet.NONE;
  private long knownVersion = -1;
  private long knownEpoch;

  /** Registers the functions. */
  RouteFunctions(Session session) {
    this.session = session;
    SqliteConnection connection = session.connection();
    connection.createFunction("sextant_routed", this::routed);
    connection.createFunction("tokens", this::tokens);
    connection.createFunction("cost", this::cost);
    connection.createFunction("render", this::render);
    connection.createFunction("last_decision_id", arguments -> decision());
  }

  private @Nullable Object decision() {
    return lastDecision == 0 ? null : (Object) lastDecision;
  }

  /** The definitions in this session's snapshot. */
  RouteSet set() {
    long version = session.schemaVersion();
    if (version != knownVersion || session.schemaEpoch() != knownEpoch) {
      known = RouteCatalog.read(session.connection());
      knownVersion = version;
      knownEpoch = session.schemaEpoch();
    }
    return known;
  }

  /** Notes the decision that this session took last. */
  void lastDecision(long decision) {
    lastDecision = decision;
  }

  /** Keeps results for one execution. */
  long keep(RouteRun run) {
    runs.put(++lastHandle, run);
    return lastHandle;
  }

  /** Forgets what was kept for an execution. */
  void release(long handle) {
    runs.remove(handle);
  }

  private @Nullable Object routed(Arguments arguments) {
    RouteRun run = runs.get(arguments.getLong(0));
    if (run == null) {
      throw new SextantException(
          ErrorCode.INTERNAL, "No calls of models were prepared for this statement.");
    }
    List<@Nullable Object> given = new ArrayList<>();
    for (int i = 1; i < arguments.count(); i++) {
      given.add(arguments.value(i));
    }
    return run.value(given);
  }

  /** What is expected of models for a call, by what its route's policy has learned. */
  Expectations expectations(Call call) {
    PolicyText policy = call.route().policy();
    Optional<String> table = policy.table();
    if (table.isEmpty()) {
      return Expectations.NONE;
    }
    String key = call.route().name() + "\n" + policy.written();
    Expectations known = learned.get(key);
    if (known == null) {
      known = new Learned(policy, outcomes(call, table.get()));
      learned.put(key, known);
    }
    return known;
  }

  /** Forgets what was learned: tables may have changed since. */
  void forgetLearned() {
    learned.clear();
  }

  /** The models of a route's targets, each once. */
  static List<String> models(RouteSet set, Route route) {
    return route.targets().stream()
        .map(target -> set.endpoint(target.endpoint()).model())
        .distinct()
        .toList();
  }

  private Outcomes outcomes(Call call, String table) {
    RecordedOutcomes recorded = new RecordedOutcomes(models(call.set(), call.route()));
    String quoted = "\"" + table.replace("\"", "\"\"") + "\"";
    try (SqliteStatement rows =
        session.connection().prepare("SELECT prompt, model, score FROM " + quoted)) {
      while (rows.step()) {
        String prompt = String.valueOf(rows.getText(0));
        recorded.add(prompt, String.valueOf(rows.getText(1)), rows.getDouble(2), 0);
      }
    } catch (StorageException failure) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Route \"%s\" learns from table \"%s\", which has to have the columns prompt, model and"
                  .formatted(call.route().name(), table)
              + " score: "
              + failure.getMessage(),
          failure);
    }
    return recorded.complete();
  }

  /** Lays ready what endpoints of the kind replay are to answer. */
  void layReady(List<Call> calls) {
    for (Call call : calls) {
      for (Route.Target target : call.route().targets()) {
        Endpoint endpoint = call.set().endpoint(target.endpoint());
        if (endpoint.kind() == Endpoint.Kind.REPLAY) {
          layReady(endpoint, call.prompt());
        }
      }
    }
  }

  private void layReady(Endpoint endpoint, String prompt) {
    String table = endpoint.options().required("table");
    String quoted = "\"" + table.replace("\"", "\"\"") + "\"";
    try (SqliteStatement row =
        session
            .connection()
            .prepare(
                "SELECT answer, input_tokens, output_tokens FROM "
                    + quoted
                    + " WHERE prompt = ? AND model = ? LIMIT 1")) {
      row.bind(1, prompt);
      row.bind(2, endpoint.remoteModel());
      if (row.step()) {
        session
            .database()
            .loopback()
            .record(
                endpoint.remoteModel(),
                prompt,
                new Recorded(String.valueOf(row.getText(0)), row.getLong(1), row.getLong(2)));
      }
    } catch (StorageException failure) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Endpoint \"%s\" replays from table \"%s\", which has to have the columns prompt, model,"
                  .formatted(endpoint.name(), table)
              + " answer, input_tokens and output_tokens: "
              + failure.getMessage(),
          failure);
    }
  }

  private @Nullable Object tokens(Arguments arguments) {
    requireCount(arguments, 1, 2, "tokens");
    if (arguments.isNull(0)) {
      return null;
    }
    String tokenizer = Tokens.DEFAULT;
    if (arguments.count() > 1) {
      String name = arguments.getText(1);
      Optional<ChatModel> model = set().findModel(name);
      tokenizer = model.map(ChatModel::tokenizer).orElseGet(() -> Tokens.checked(name));
    }
    return (long) Tokens.count(arguments.getText(0), tokenizer);
  }

  private @Nullable Object cost(Arguments arguments) {
    requireCount(arguments, 3, 4, "cost");
    for (int i = 0; i < arguments.count(); i++) {
      if (arguments.isNull(i)) {
        return null;
      }
    }
    String model = set().model(arguments.getText(0)).name();
    long input = arguments.getLong(1);
    long output = arguments.getLong(2);
    long cached = arguments.count() > 3 ? arguments.getLong(3) : 0;
    if (input < 0 || output < 0 || cached < 0 || cached > input) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "COST expects token counts from 0, of which those cached are part of the input; got"
              + " %d, %d and %d.".formatted(input, output, cached));
    }
    return set()
        .priceList()
        .cost(model, new Usage(input, cached, 0, output, 0), session.database().clock().instant())
        .map(BigDecimal::doubleValue)
        .orElse(null);
  }

  private @Nullable Object render(Arguments arguments) {
    requireCount(arguments, 1, 2, "render");
    if (arguments.isNull(0)) {
      return null;
    }
    Map<String, String> values = new LinkedHashMap<>();
    if (arguments.count() > 1 && !arguments.isNull(1)) {
      JsonObject given = JsonObject.parse("RENDER", arguments.getText(1));
      for (String name : given.names()) {
        Object value = given.value(name);
        values.put(name, value instanceof String text ? text : JsonText.write(value));
      }
    }
    return set().prompt(arguments.getText(0)).render(values);
  }

  private static void requireCount(Arguments arguments, int least, int most, String name) {
    if (arguments.count() < least || arguments.count() > most) {
      throw new SextantException(
          ErrorCode.UNKNOWN_FUNCTION,
          "Function %s expects %d to %d arguments and got %d."
              .formatted(name, least, most, arguments.count()));
    }
  }
}
