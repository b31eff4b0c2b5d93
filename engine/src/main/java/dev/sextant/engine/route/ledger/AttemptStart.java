package dev.sextant.engine.route.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A call that is about to be made.
 *
 * @param decision the first decision of the chain
 * @param number counts the calls of the chain from 1
 * @param endpoint that is asked
 * @param model that answers there
 * @param at when it starts
 * @param holds what it may cost, on each purse that it weighs on
 * @param expiry when nobody is expected to say any more what became of it
 */
public record AttemptStart(
    long decision,
    int number,
    String endpoint,
    String model,
    Instant at,
    List<Hold> holds,
    Instant expiry) {
  /**
   * Money put aside on one purse.
   *
   * @param purse its name
   * @param budget the budget that it is of
   * @param nanoUsd the most that the call may cost
   * @param limitNanoUsd the most that the purse spends in a window
   * @param window how long a window is; empty for one without end
   * @param strict whether the call is refused where the purse has too little
   */
  public record Hold(
      String purse,
      String budget,
      long nanoUsd,
      long limitNanoUsd,
      Optional<Duration> window,
      boolean strict) {}

  /** Copies the holds. */
  public AttemptStart {
    holds = List.copyOf(holds);
  }
}
