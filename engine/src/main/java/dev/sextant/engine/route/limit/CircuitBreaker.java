package dev.sextant.engine.route.limit;

import dev.sextant.engine.route.limit.BreakerOptions.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/*
 * Closed: calls go through, and their outcomes fill a window; where enough calls are in it and the
 * share of failures or of slow calls is reached, it opens. Open: no call goes through until the
 * wait is over; the first call after that makes it half-open. Half-open: a number of trial calls
 * go through, judged by a window of their own; it opens again, for longer, or closes.
 *
 * Outcomes that arrive late count for the state that they find: in the open state for nothing, in
 * the half-open state as a trial.
 *
 * The states, their windows and the moments of their changes are those of resilience4j 2.4 (whose
 * behaviour the tests compare); Nygard, "Release It!", describes the pattern. Besides, a target may
 * be opened until a moment that it named itself (429 with Retry-After), and by hand.
 */
/**
 * Keeps calls away from a target that fails, and lets a few through to see whether it still does.
 */
public final class CircuitBreaker {
  private final BreakerOptions options;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private State state = State.CLOSED;
  private CallWindow window;
  private Instant since;
  private Instant openUntil = Instant.MIN;
  private int openings;
  private int trialsLeft;
  private int neededCalls;
  private String cause = "";

  /** What a breaker does with calls. */
  public enum State {
    /** Lets them through. */
    CLOSED,
    /** Keeps them away until a moment. */
    OPEN,
    /** Lets a few through. */
    HALF_OPEN,
    /** Keeps them away until it is closed by hand. */
    FORCED_OPEN
  }

  /**
   * A breaker as the catalog shows it.
   *
   * @param state what it does with calls
   * @param since the moment of its last change
   * @param openUntil the earliest moment of a trial; {@link Instant#MIN} where it is not open
   * @param trialsLeft how many trial calls it still lets through
   * @param cause why it opened, or an empty text
   */
  public record Standing(
      State state, Instant since, Instant openUntil, int trialsLeft, String cause) {}

  /** A closed breaker. */
  public CircuitBreaker(BreakerOptions options, InstantSource clock) {
    this.options = options;
    this.clock = clock;
    this.since = clock.instant();
    this.window = new CallWindow(options.window(), since.getEpochSecond());
    this.neededCalls = closedMinimum();
  }

  /** Whether a call may go through now; one that may is to be followed by an outcome. */
  public boolean tryAcquire() {
    lock.lock();
    try {
      if (state == State.OPEN && clock.instant().isAfter(openUntil)) {
        halfOpen();
      }
      return switch (state) {
        case CLOSED -> true;
        case OPEN, FORCED_OPEN -> false;
        case HALF_OPEN -> trialsLeft > 0 && trialsLeft-- > 0;
      };
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #tryAcquire} would let a call through; changes nothing. */
  public boolean wouldAcquire() {
    lock.lock();
    try {
      return switch (state) {
        case CLOSED -> true;
        case OPEN -> clock.instant().isAfter(openUntil);
        case FORCED_OPEN -> false;
        case HALF_OPEN -> trialsLeft > 0;
      };
    } finally {
      lock.unlock();
    }
  }

  /** Gives back a call that was let through and did not take place. */
  public void release() {
    lock.lock();
    try {
      if (state == State.HALF_OPEN) {
        trialsLeft++;
      }
    } finally {
      lock.unlock();
    }
  }

  /** A call succeeded. */
  public void succeeded(Duration took) {
    ended(false, took, "");
  }

  /** A call failed in a way that tells of the target, such as an error of the server. */
  public void failed(Duration took, String why) {
    ended(true, took, why);
  }

  private void ended(boolean failed, Duration took, String why) {
    lock.lock();
    try {
      if (state == State.OPEN || state == State.FORCED_OPEN) {
        return;
      }
      boolean slowly = took.compareTo(options.slowCall()) > 0;
      window.record(clock.instant().getEpochSecond(), failed, slowly);
      if (window.calls() < neededCalls) {
        return;
      }
      double failures = 100.0 * window.failures() / window.calls();
      double slow = 100.0 * window.slow() / window.calls();
      if (failures >= options.failurePercent()) {
        open("%.1f %% of %d calls failed; last: %s".formatted(failures, window.calls(), why));
      } else if (slow >= options.slowPercent()) {
        open("%.1f %% of %d calls were slow".formatted(slow, window.calls()));
      } else if (state == State.HALF_OPEN) {
        close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Opens until a target will take calls again by its own word, as Retry-After says it. */
  public void openFor(Duration time, String why) {
    lock.lock();
    try {
      Instant until = clock.instant().plus(time);
      if (state == State.FORCED_OPEN || (state == State.OPEN && openUntil.isAfter(until))) {
        return;
      }
      change(State.OPEN, why);
      openings++;
      openUntil = until;
    } finally {
      lock.unlock();
    }
  }

  /** Opens until {@link #reset}. */
  public void forceOpen(String why) {
    lock.lock();
    try {
      change(State.FORCED_OPEN, why);
    } finally {
      lock.unlock();
    }
  }

  /** Closes, and forgets all calls. */
  public void reset() {
    lock.lock();
    try {
      close();
    } finally {
      lock.unlock();
    }
  }

  /** What it is now. */
  public Standing standing() {
    lock.lock();
    try {
      Instant until = state == State.OPEN ? openUntil : Instant.MIN;
      return new Standing(state, since, until, trialsLeft, cause);
    } finally {
      lock.unlock();
    }
  }

  private void open(String why) {
    change(State.OPEN, why);
    openings++;
    openUntil = since.plus(options.openTime().of(openings));
  }

  private void halfOpen() {
    change(State.HALF_OPEN, cause);
    Window trials = new Window(Window.Kind.CALLS, options.trialCalls());
    window = new CallWindow(trials, since.getEpochSecond());
    trialsLeft = options.trialCalls();
    neededCalls = Math.min(closedMinimum(), options.trialCalls());
  }

  private void close() {
    change(State.CLOSED, "");
    window = new CallWindow(options.window(), since.getEpochSecond());
    openings = 0;
    neededCalls = closedMinimum();
  }

  private int closedMinimum() {
    return options.window().kind() == Window.Kind.CALLS
        ? Math.min(options.minimumCalls(), options.window().size())
        : options.minimumCalls();
  }

  private void change(State next, String why) {
    state = next;
    since = clock.instant();
    trialsLeft = 0;
    cause = why;
  }
}
