package dev.sextant.engine.route.ledger;

import dev.sextant.engine.route.ledger.AttemptEnd.Settlement;
import dev.sextant.engine.route.ledger.AttemptStart.Hold;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/*
 * spent + reserved + leaked never exceeds a limit: a hold is granted in the transaction that checks
 * it, on all purses of a call or on none. A hold that nobody settles expires and counts as leaked:
 * the money may be gone. Whoever learns later what the call did cost may still settle it.
 *
 * A window that ends takes its spending and its leaks with it; holds of calls under way are carried
 * into the next, where they are settled. A hold remembers the window in which it leaked.
 */
/** The money, inside the transactions of {@link RoutingLog}. */
final class Purses {
  private final LedgerFile file;

  Purses(LedgerFile file) {
    this.file = file;
  }

  /** Marks what has expired; the calls that held it, too. */
  void expire(long now) {
    List<List<@Nullable Object>> expired =
        file.rows(
            "SELECT attempt_id, purse, nano FROM reservations"
                + " WHERE state = 'held' AND expires_at <= ?",
            now);
    for (List<@Nullable Object> row : expired) {
      leak(row);
      file.rows(
          "UPDATE attempts SET error_class = 'leaked' WHERE attempt_id = ? AND latency_ms IS NULL",
          row.get(0));
    }
  }

  private void leak(List<@Nullable Object> hold) {
    file.rows(
        "UPDATE purses SET reserved = reserved - ?, leaked = leaked + ? WHERE purse = ?",
        hold.get(2),
        hold.get(2),
        hold.get(1));
    file.rows(
        "UPDATE reservations SET state = 'leaked', window_start ="
            + " (SELECT window_start FROM purses WHERE purses.purse = reservations.purse)"
            + " WHERE attempt_id = ? AND purse = ?",
        hold.get(0),
        hold.get(1));
  }

  /** What a purse still grants; makes it where it is new. */
  long left(Hold hold, long now) {
    file.rows(
        "INSERT INTO purses VALUES (?, ?, ?, 0, 0, 0) ON CONFLICT (purse) DO NOTHING",
        hold.purse(),
        hold.budget(),
        now);
    roll(hold.purse(), hold.window(), now);
    return hold.limitNanoUsd()
        - file.number(
            0, "SELECT spent + reserved + leaked FROM purses WHERE purse = ?", hold.purse());
  }

  private void roll(String purse, Optional<Duration> window, long now) {
    if (window.isEmpty()) {
      return;
    }
    long length = window.get().toMillis();
    file.rows(
        "UPDATE purses SET window_start = window_start + (? - window_start) / ? * ?, spent = 0,"
            + " leaked = 0 WHERE purse = ? AND ? >= window_start + ?",
        now,
        length,
        length,
        purse,
        now,
        length);
  }

  void hold(long attempt, Hold hold, long expiry) {
    file.rows(
        "UPDATE purses SET reserved = reserved + ? WHERE purse = ?", hold.nanoUsd(), hold.purse());
    file.rows(
        "INSERT INTO reservations SELECT ?, purse, ?, 'held', ?, window_start FROM purses"
            + " WHERE purse = ?",
        attempt,
        hold.nanoUsd(),
        expiry,
        hold.purse());
  }

  /** Ends the holds of a call. */
  void end(long attempt, Settlement how, long actualNanoUsd) {
    List<List<@Nullable Object>> holds =
        file.rows(
            "SELECT attempt_id, purse, nano, state FROM reservations"
                + " WHERE attempt_id = ? AND state IN ('held', 'leaked')",
            attempt);
    for (List<@Nullable Object> hold : holds) {
      boolean held = "held".equals(hold.get(3));
      if (how == Settlement.LEAK) {
        if (held) {
          leak(hold);
        }
        continue;
      }
      if (held) {
        file.rows(
            "UPDATE purses SET reserved = reserved - ? WHERE purse = ?", hold.get(2), hold.get(1));
      } else {
        file.rows(
            "UPDATE purses SET leaked = leaked - ? WHERE purse = ? AND window_start ="
                + " (SELECT window_start FROM reservations r"
                + " WHERE r.attempt_id = ? AND r.purse = purses.purse)",
            hold.get(2),
            hold.get(1),
            attempt);
      }
      long spent = how == Settlement.SETTLE ? actualNanoUsd : 0;
      file.rows("UPDATE purses SET spent = spent + ? WHERE purse = ?", spent, hold.get(1));
      file.rows(
          "UPDATE reservations SET state = ? WHERE attempt_id = ? AND purse = ?",
          how == Settlement.SETTLE ? "settled" : "released",
          attempt,
          hold.get(1));
    }
  }
}
