package dev.sextant.engine.route.serve;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.policy.Candidate;
import dev.sextant.engine.route.policy.Constraints;
import dev.sextant.engine.route.policy.Eligibility;
import dev.sextant.engine.route.policy.Policy;
import dev.sextant.engine.route.policy.Rejection;
import dev.sextant.engine.route.policy.Request;
import dev.sextant.engine.route.policy.Situation;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * The query sees one table, candidate, in a database in memory of its own: what it gives depends on
 * nothing else, and its scores are logged with the decision, so that the decision can be replayed.
 */
/** Policies that are queries over the candidates. */
final class SqlPolicy implements AutoCloseable {
  private static final String TABLE =
      "CREATE TABLE candidate(endpoint TEXT PRIMARY KEY, model TEXT, eligible INTEGER,"
          + " reject_reason TEXT, priority INTEGER, weight REAL, q_hat REAL, q_se REAL,"
          + " cost_hat REAL, max_cost REAL, latency_hat REAL, in_flight INTEGER, successes REAL,"
          + " failures REAL, success_rate REAL, prompt_tokens INTEGER, max_output_tokens INTEGER,"
          + " requests_left INTEGER, tokens_left INTEGER)";

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable SqliteConnection connection;

  /** The scores that a query gives, as a policy. */
  Policy scored(String query, Situation situation) {
    lock.lock();
    try {
      SqliteConnection open = open();
      open.exec("DELETE FROM candidate");
      Eligibility eligibility = new Eligibility(situation.request(), new Policy.Weighted());
      for (Candidate candidate : situation.candidates()) {
        insert(open, candidate, situation, eligibility.rejection(candidate));
      }
      return scores(open, query);
    } catch (StorageException failure) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "The query of a policy failed: "
              + failure.getMessage()
              + " It sees one table, candidate, and gives two columns, endpoint and score.",
          failure);
    } finally {
      lock.unlock();
    }
  }

  private SqliteConnection open() {
    SqliteConnection open = connection;
    if (open == null) {
      open =
          SqliteConnection.open(
              new SqliteConnection.OpenOptions(Optional.empty(), "rwc", "off", 0));
      open.exec(TABLE);
      connection = open;
    }
    return open;
  }

  private static void insert(
      SqliteConnection open,
      Candidate candidate,
      Situation situation,
      Optional<Rejection> rejection) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(candidate.endpoint());
    values.add(candidate.model());
    values.add(rejection.isEmpty() ? 1L : 0L);
    values.add(
        rejection.map(r -> r.reason().name().toLowerCase(java.util.Locale.ROOT)).orElse(null));
    values.add((long) candidate.priority());
    values.add(candidate.weight());
    values.add(boxed(candidate.estimate().quality()));
    values.add(candidate.estimate().qualityError());
    values.add(boxed(candidate.estimate().costUsd()));
    OptionalLong most = candidate.estimate().maxCostNanoUsd();
    values.add(most.isPresent() ? most.getAsLong() / 1e9 : null);
    values.add(boxed(candidate.estimate().latencyMillis()));
    values.add((long) candidate.standing().inFlight());
    values.add(candidate.standing().successes());
    values.add(candidate.standing().failures());
    values.add(candidate.standing().successRate());
    values.add((long) situation.request().promptTokens());
    values.add((long) situation.request().maxOutputTokens());
    values.add(boxed(candidate.limits().requestsLeft()));
    values.add(boxed(candidate.limits().tokensLeft()));
    String places = "?" + ", ?".repeat(values.size() - 1);
    try (SqliteStatement insert = open.prepare("INSERT INTO candidate VALUES (" + places + ")")) {
      for (int i = 0; i < values.size(); i++) {
        insert.bind(i + 1, values.get(i));
      }
      insert.step();
    }
  }

  private static @Nullable Object boxed(OptionalDouble number) {
    return number.isPresent() ? number.getAsDouble() : null;
  }

  private static @Nullable Object boxed(OptionalLong number) {
    return number.isPresent() ? number.getAsLong() : null;
  }

  private static Policy scores(SqliteConnection open, String query) {
    List<String> endpoints = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    try (SqliteStatement rows = open.prepare("SELECT endpoint, score FROM (" + query + ")")) {
      while (rows.step()) {
        String endpoint = rows.getText(0);
        int type = rows.type(1);
        boolean number = type == SqliteStatement.INTEGER || type == SqliteStatement.REAL;
        if (endpoint != null && number && !endpoints.contains(endpoint)) {
          endpoints.add(endpoint);
          scores.add(rows.getDouble(1));
        }
      }
    }
    return new Policy.Scored(endpoints, scores);
  }

  /**
   * What an answer is worth.
   *
   * @param expression over the columns prompt and answer
   * @return 0 to 1; 0 for NULL and what is no number
   */
  double judged(String expression, String prompt, String answer) {
    lock.lock();
    try (SqliteStatement row =
        open().prepare("SELECT (" + expression + ") FROM (SELECT ? AS prompt, ? AS answer)")) {
      row.bind(1, prompt);
      row.bind(2, answer);
      return row.step() ? Math.clamp(row.getDouble(0), 0, 1) : 0;
    } catch (StorageException failure) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "The judge of a cascade failed: "
              + failure.getMessage()
              + " It is an expression over prompt and answer that gives 0 to 1.",
          failure);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses a judge that does not run.
   *
   * @throws SextantException {@code 42P16}
   */
  static void checkJudge(String expression) {
    try (SqlPolicy policy = new SqlPolicy()) {
      double _ = policy.judged(expression, "", "");
    }
  }

  /**
   * Refuses a query that does not run.
   *
   * @throws SextantException {@code 42P16}
   */
  static void check(String query) {
    try (SqlPolicy policy = new SqlPolicy()) {
      policy.scored(query, new Situation(new Request(0, 0, Constraints.NONE), List.of(), 0, 0));
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (connection != null) {
        connection.close();
        connection = null;
      }
    } finally {
      lock.unlock();
    }
  }
}
