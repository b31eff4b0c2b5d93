package dev.sextant.engine.route.limit;

import java.time.Instant;
import java.util.Set;

/**
 * Money that is put aside for a call.
 *
 * @param id unique within its budgets
 * @param budgets the names of the budgets that it weighs on
 * @param nanoUsd the most that the call may cost
 * @param expiresAt after this moment nobody is expected to settle it
 * @param state what became of it
 */
public record Reservation(
    long id, Set<String> budgets, long nanoUsd, Instant expiresAt, State state) {

  /** What becomes of a reservation. */
  public enum State {
    /** The call is under way. */
    HELD,
    /** The call was paid for. */
    SETTLED,
    /** The call did not take place. */
    RELEASED,
    /** Nobody said what became of the call: it counts as paid for in full until somebody does. */
    LEAKED
  }

  /** Copies the names. */
  public Reservation {
    budgets = Set.copyOf(budgets);
  }

  Reservation become(State next) {
    return new Reservation(id, budgets, nanoUsd, expiresAt, next);
  }
}
