package dev.sextant.engine.route.ledger;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.JsonText;
import dev.sextant.engine.route.ledger.AttemptEnd.Settlement;
import dev.sextant.engine.route.ledger.AttemptStart.Hold;
import dev.sextant.engine.route.policy.Candidate;
import dev.sextant.engine.route.policy.DecisionInputs;
import dev.sextant.engine.route.policy.Propensity;
import dev.sextant.engine.route.policy.Rejection;
import dev.sextant.engine.route.policy.Request;
import dev.sextant.engine.route.policy.Score;
import dev.sextant.engine.route.policy.Verdict;
import dev.sextant.engine.route.price.Usage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/*
 * Three short transactions for a call, none of which is open while it is under way: the decision;
 * the attempt with the money that it may cost; its end with the money that it did cost. Whoever is
 * killed between the last two leaves a hold that expires.
 *
 * Texts are logged as their SHA-256, and as they are only where the user has switched that on.
 */
/** The log of one database's routing, and its budgets. */
public final class RoutingLog implements AutoCloseable {
  private final LedgerFile file;
  private final Purses purses;
  private final InstantSource clock;
  private final BooleanSupplier logsText;

  /**
   * A log, whose file is made with the first entry.
   *
   * @param file empty for a log in memory
   * @param logsText whether texts are logged, at the moment
   */
  public RoutingLog(Optional<Path> file, InstantSource clock, BooleanSupplier logsText) {
    this.file = new LedgerFile(file);
    this.purses = new Purses(this.file);
    this.clock = clock;
    this.logsText = logsText;
  }

  /** The hash under which a text is logged. */
  public static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** Logs a decision and its candidates; gives its number. */
  public long decided(DecisionEntry entry) {
    return file.transaction(() -> insert(entry));
  }

  /** Logs decisions in one transaction; gives their numbers, in their order. */
  public List<Long> decided(List<DecisionEntry> entries) {
    return file.transaction(() -> entries.stream().map(this::insert).toList());
  }

  private long insert(DecisionEntry entry) {
    Request request = entry.inputs().situation().request();
    Optional<Propensity> propensity = entry.decision().propensity();
    Optional<Verdict> chosen = entry.decision().chosen();
    long id =
        file.number(
            0,
            "INSERT INTO decisions(ts, route, route_version, policy, fallback_of, prompt_sha,"
                + " prompt, prompt_tokens, max_output_tokens, demands, chosen, propensity,"
                + " propensity_kind, turn, seed, outcome, decide_us, inputs)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " RETURNING decision_id",
            entry.at().toEpochMilli(),
            entry.route(),
            (long) entry.version(),
            entry.policy(),
            boxed(entry.fallbackOf()),
            hash(entry.prompt()),
            logged(entry.prompt()),
            (long) request.promptTokens(),
            (long) request.maxOutputTokens(),
            entry.demands(),
            chosen.map(Verdict::endpoint).orElse(null),
            propensity.map(Propensity::value).orElse(null),
            propensity.map(p -> p.kind().name().toLowerCase(Locale.ROOT)).orElse(null),
            entry.inputs().situation().turn(),
            entry.inputs().situation().seed(),
            chosen.isPresent() ? null : "no_candidate",
            entry.micros(),
            entry.inputs().toBytes());
    List<Verdict> verdicts = entry.decision().verdicts();
    for (int i = 0; i < verdicts.size(); i++) {
      candidate(id, i, entry.inputs().situation().candidates().get(i), verdicts.get(i));
    }
    return id;
  }

  private void candidate(long id, int position, Candidate candidate, Verdict verdict) {
    Optional<Rejection> rejection = verdict.rejection();
    Optional<Score> score = verdict.score();
    file.rows(
        "INSERT INTO decision_candidates VALUES"
            + " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        (long) position,
        verdict.endpoint(),
        candidate.model(),
        verdict.eligible() ? 1L : 0L,
        rejection.map(r -> r.reason().name().toLowerCase(Locale.ROOT)).orElse(null),
        rejection.map(Rejection::detail).orElse(null),
        boxed(candidate.estimate().quality()),
        candidate.estimate().quality().isPresent() ? candidate.estimate().qualityError() : null,
        usd(candidate.estimate().costNanoUsd()),
        usd(candidate.estimate().maxCostNanoUsd()),
        boxed(candidate.estimate().latencyMillis()),
        score.map(Score::value).orElse(null),
        verdict.probability(),
        verdict.eligible() ? (Object) (long) verdict.rank() : null,
        verdict.chosen() ? 1L : 0L,
        score.map(RoutingLog::terms).orElse(null));
  }

  /** The terms of a score as a JSON array of objects. */
  public static String terms(Score score) {
    List<Object> terms = new ArrayList<>();
    for (Score.Term term : score.terms()) {
      terms.add(
          new java.util.TreeMap<String, Object>(
              java.util.Map.of("term", term.name(), "value", term.value())));
    }
    return JsonText.write(terms);
  }

  private @Nullable String logged(String text) {
    return logsText.getAsBoolean() ? text : null;
  }

  /**
   * Logs that a call starts, and puts aside what it may cost.
   *
   * @return its number; empty where a purse does not grant it, and nothing is logged
   */
  public OptionalLong begin(AttemptStart start) {
    return file.transaction(
        () -> {
          long now = clock.millis();
          purses.expire(now);
          for (Hold hold : start.holds()) {
            if (purses.left(hold, now) < hold.nanoUsd() && hold.strict()) {
              return OptionalLong.empty();
            }
          }
          long id =
              file.number(
                  0,
                  "INSERT INTO attempts(decision_id, n, endpoint, model, started)"
                      + " VALUES (?, ?, ?, ?, ?) RETURNING attempt_id",
                  start.decision(),
                  (long) start.number(),
                  start.endpoint(),
                  start.model(),
                  start.at().toEpochMilli());
          start.holds().forEach(hold -> purses.hold(id, hold, start.expiry().toEpochMilli()));
          return OptionalLong.of(id);
        });
  }

  /** Logs how a call ended, and settles what was put aside. */
  public void end(long attempt, AttemptEnd end) {
    file.transaction(
        () -> {
          update(attempt, end);
          purses.end(attempt, end.settlement(), end.costNanoUsd().orElse(0));
          return attempt;
        });
  }

  private void update(long attempt, AttemptEnd end) {
    Optional<Usage> usage = end.usage();
    file.rows(
        "UPDATE attempts SET latency_ms = ?, status = ?, error_class = ?, retry_after_ms = ?,"
            + " finish_reason = ?, in_tokens = ?, out_tokens = ?, cached_tokens = ?,"
            + " reasoning_tokens = ?, usage_source = ?, cost_nano = ?, provider_request_id = ?,"
            + " answer_sha = ?, answer = ? WHERE attempt_id = ?",
        end.latencyMillis(),
        boxed(end.status()),
        end.errorClass().orElse(null),
        boxed(end.retryAfterMillis()),
        end.finishReason().orElse(null),
        usage.map(Usage::inputTokens).orElse(null),
        usage.map(Usage::outputTokens).orElse(null),
        usage.map(Usage::cachedTokens).orElse(null),
        usage.map(Usage::reasoningTokens).orElse(null),
        end.usageSource(),
        boxed(end.costNanoUsd()),
        end.requestId().orElse(null),
        end.answer().map(RoutingLog::hash).orElse(null),
        end.answer().map(this::logged).orElse(null),
        attempt);
  }

  private static @Nullable Object boxed(OptionalLong number) {
    return number.isPresent() ? number.getAsLong() : null;
  }

  private static @Nullable Object boxed(OptionalInt number) {
    return number.isPresent() ? (long) number.getAsInt() : null;
  }

  private static @Nullable Object boxed(OptionalDouble number) {
    return number.isPresent() ? number.getAsDouble() : null;
  }

  private static @Nullable Object usd(OptionalLong nano) {
    return nano.isPresent() ? nano.getAsLong() / 1e9 : null;
  }

  /** Logs what came of a call in the end, as {@code ok} or an error class. */
  public void closed(long decision, String outcome) {
    file.transaction(
        () ->
            file.rows("UPDATE decisions SET outcome = ? WHERE decision_id = ?", outcome, decision));
  }

  /**
   * Logs what an answer was worth.
   *
   * @throws SextantException {@code 22023} where there is no such decision
   */
  public void feedback(long decision, String metric, double value, String source) {
    file.transaction(
        () -> {
          if (file.number(0, "SELECT count(*) FROM decisions WHERE decision_id = ?", decision)
              == 0) {
            throw noDecision(decision);
          }
          return file.rows(
              "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?)",
              decision,
              metric,
              value,
              source,
              clock.millis());
        });
  }

  private static SextantException noDecision(long decision) {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "No decision "
            + decision
            + " is logged: SELECT decision_id FROM sextant.decisions lists all.");
  }

  /**
   * What a decision was taken from.
   *
   * @throws SextantException {@code 22023} where there is no such decision
   */
  public DecisionInputs inputs(long decision) {
    List<List<@Nullable Object>> rows =
        file.rows("SELECT inputs FROM decisions WHERE decision_id = ?", decision);
    if (rows.isEmpty() || !(rows.getFirst().getFirst() instanceof byte[] bytes)) {
      throw noDecision(decision);
    }
    return DecisionInputs.fromBytes(bytes);
  }

  /** What purses still grant, the least of them; empty for none. */
  public OptionalLong left(List<Hold> holds) {
    if (holds.isEmpty()) {
      return OptionalLong.empty();
    }
    return file.transaction(
        () -> {
          long now = clock.millis();
          purses.expire(now);
          return holds.stream().mapToLong(hold -> Math.max(0, purses.left(hold, now))).min();
        });
  }

  /** Marks the holds that have expired as leaked, and the calls that held them. */
  public void expire() {
    if (file.exists()) {
      file.transaction(
          () -> {
            purses.expire(clock.millis());
            return true;
          });
    }
  }

  /** Settles or releases a call of which nobody had said what became, by its number. */
  public void settle(long attempt, OptionalLong costNanoUsd) {
    Settlement how = costNanoUsd.isPresent() ? Settlement.SETTLE : Settlement.RELEASE;
    file.transaction(
        () -> {
          purses.end(attempt, how, costNanoUsd.orElse(0));
          return attempt;
        });
  }

  /** Logs a search for a better prompt; gives its number. */
  public long searched(PromptRun run) {
    return file.transaction(() -> new PromptRuns(file).insert(run, clock.millis()));
  }

  /** How many decisions a route has taken. */
  public long turns(String route) {
    return file.exists()
        ? file.number(0, "SELECT count(*) FROM decisions WHERE route = ?", route)
        : 0;
  }

  /** The calls of an endpoint since a moment, oldest first: start, latency, error class, tokens. */
  public List<List<@Nullable Object>> recent(String endpoint, Instant since) {
    return rows(
        "SELECT started, latency_ms, error_class, out_tokens FROM attempts"
            + " WHERE endpoint = ? AND started >= ? AND latency_ms IS NOT NULL"
            + " ORDER BY started, attempt_id",
        endpoint,
        since.toEpochMilli());
  }

  /**
   * Rows of the log.
   *
   * @param sql a SELECT over its tables
   */
  public List<List<@Nullable Object>> rows(String sql, @Nullable Object... values) {
    if (!file.exists()) {
      return List.of();
    }
    return file.transaction(() -> file.rows(sql, values));
  }

  @Override
  public void close() {
    file.close();
  }
}
