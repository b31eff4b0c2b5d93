package dev.sextant.engine.route.ledger;

import dev.sextant.storage.sqlite.SqliteConnection;
import dev.sextant.storage.sqlite.SqliteStatement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The file, opened when it is first needed; one thread at a time, statements kept prepared. */
final class LedgerFile implements AutoCloseable {
  private static final int BUSY_TIMEOUT_MILLIS = 5000;

  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE IF NOT EXISTS decisions(decision_id INTEGER PRIMARY KEY AUTOINCREMENT,"
              + " ts INTEGER NOT NULL, route TEXT NOT NULL, route_version INTEGER NOT NULL,"
              + " policy TEXT NOT NULL, fallback_of INTEGER, prompt_sha TEXT NOT NULL, prompt TEXT,"
              + " prompt_tokens INTEGER NOT NULL, max_output_tokens INTEGER NOT NULL,"
              + " demands TEXT NOT NULL, chosen TEXT, propensity REAL, propensity_kind TEXT,"
              + " turn INTEGER NOT NULL, seed INTEGER NOT NULL, outcome TEXT,"
              + " decide_us INTEGER NOT NULL, inputs BLOB NOT NULL)",
          "CREATE INDEX IF NOT EXISTS decisions_route ON decisions(route)",
          "CREATE TABLE IF NOT EXISTS decision_candidates(decision_id INTEGER NOT NULL,"
              + " position INTEGER NOT NULL, endpoint TEXT NOT NULL, model TEXT NOT NULL,"
              + " eligible INTEGER NOT NULL, reject_reason TEXT, reject_detail TEXT, quality REAL,"
              + " quality_error REAL, cost_usd REAL, max_cost_usd REAL, latency_ms REAL,"
              + " score REAL, prob REAL NOT NULL, rank INTEGER, chosen INTEGER NOT NULL,"
              + " terms TEXT, PRIMARY KEY (decision_id, position)) WITHOUT ROWID",
          "CREATE TABLE IF NOT EXISTS attempts(attempt_id INTEGER PRIMARY KEY AUTOINCREMENT,"
              + " decision_id INTEGER NOT NULL, n INTEGER NOT NULL, endpoint TEXT NOT NULL,"
              + " model TEXT NOT NULL, started INTEGER NOT NULL, latency_ms INTEGER,"
              + " status INTEGER, error_class TEXT, retry_after_ms INTEGER, finish_reason TEXT,"
              + " in_tokens INTEGER, out_tokens INTEGER, cached_tokens INTEGER,"
              + " reasoning_tokens INTEGER, usage_source TEXT, cost_nano INTEGER,"
              + " provider_request_id TEXT, answer_sha TEXT, answer TEXT,"
              + " UNIQUE (decision_id, n))",
          "CREATE INDEX IF NOT EXISTS attempts_recent ON attempts(endpoint, started)",
          "CREATE TABLE IF NOT EXISTS outcomes(decision_id INTEGER NOT NULL, metric TEXT NOT NULL,"
              + " value REAL NOT NULL, source TEXT NOT NULL, ts INTEGER NOT NULL,"
              + " PRIMARY KEY (decision_id, metric, source)) WITHOUT ROWID",
          "CREATE TABLE IF NOT EXISTS reservations(attempt_id INTEGER NOT NULL,"
              + " purse TEXT NOT NULL, nano INTEGER NOT NULL, state TEXT NOT NULL,"
              + " expires_at INTEGER NOT NULL, window_start INTEGER NOT NULL,"
              + " PRIMARY KEY (attempt_id, purse)) WITHOUT ROWID",
          "CREATE INDEX IF NOT EXISTS reservations_held ON reservations(expires_at)"
              + " WHERE state = 'held'",
          "CREATE TABLE IF NOT EXISTS purses(purse TEXT PRIMARY KEY, budget TEXT NOT NULL,"
              + " window_start INTEGER NOT NULL, spent INTEGER NOT NULL,"
              + " reserved INTEGER NOT NULL, leaked INTEGER NOT NULL) WITHOUT ROWID");

  private final Optional<Path> file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, SqliteStatement> statements = new HashMap<>();
  private @Nullable SqliteConnection connection;

  LedgerFile(Optional<Path> file) {
    this.file = file;
  }

  /** Runs a short transaction, all of it or nothing. */
  <T> T transaction(Supplier<T> work) {
    lock.lock();
    try {
      SqliteConnection open = open();
      open.exec("BEGIN IMMEDIATE");
      try {
        T result = work.get();
        open.exec("COMMIT");
        return result;
      } catch (RuntimeException failure) {
        open.exec("ROLLBACK");
        throw failure;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Runs one statement and gives its rows; what is read outside a transaction is one snapshot. */
  List<List<@Nullable Object>> rows(String sql, @Nullable Object... values) {
    lock.lock();
    try {
      SqliteStatement statement = statement(sql);
      try {
        for (int i = 0; i < values.length; i++) {
          statement.bind(i + 1, values[i]);
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        while (statement.step()) {
          List<@Nullable Object> row = new ArrayList<>();
          for (int i = 0; i < statement.columnCount(); i++) {
            row.add(value(statement, i));
          }
          rows.add(row);
        }
        return rows;
      } finally {
        statement.reset();
      }
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable Object value(SqliteStatement row, int column) {
    return switch (row.type(column)) {
      case SqliteStatement.NULL -> null;
      case SqliteStatement.INTEGER -> row.getLong(column);
      case SqliteStatement.REAL -> row.getDouble(column);
      case SqliteStatement.BLOB -> row.getBlob(column);
      default -> row.getText(column);
    };
  }

  /** The number in the only row; {@code otherwise} for none. */
  long number(long otherwise, String sql, @Nullable Object... values) {
    List<List<@Nullable Object>> rows = rows(sql, values);
    return !rows.isEmpty() && rows.getFirst().getFirst() instanceof Long number
        ? number
        : otherwise;
  }

  /** Whether there is anything to read. */
  boolean exists() {
    lock.lock();
    try {
      return connection != null || file.map(Files::exists).orElse(false);
    } finally {
      lock.unlock();
    }
  }

  private SqliteStatement statement(String sql) {
    return statements.computeIfAbsent(sql, text -> open().prepare(text));
  }

  private SqliteConnection open() {
    SqliteConnection open = connection;
    if (open == null) {
      open = SqliteConnection.openBeside(file, "routing's log", BUSY_TIMEOUT_MILLIS);
      SCHEMA.forEach(open::exec);
      PromptRuns.SCHEMA.forEach(open::exec);
      connection = open;
    }
    return open;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      statements.values().forEach(SqliteStatement::close);
      statements.clear();
      if (connection != null) {
        connection.close();
        connection = null;
      }
    } finally {
      lock.unlock();
    }
  }
}
