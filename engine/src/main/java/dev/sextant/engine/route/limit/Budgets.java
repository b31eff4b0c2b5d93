package dev.sextant.engine.route.limit;

import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.route.limit.Reservation.State;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/*
 * A call reserves the most that it may cost on all budgets that it weighs on, or on none, in one
 * step under one lock; so spent + reserved + leaked never exceeds a limit, however many threads
 * ask. It settles with what it did cost. A reservation that is never settled expires and counts as
 * leaked: the money may be gone, so the budget does not get it back; who learns later what the call
 * did cost may still settle it.
 *
 * A window that ends takes its spending and its leaks with it; reservations of calls under way are
 * carried into the next, where they are settled.
 */
/** Budgets that hold however many calls draw on them at the same time. */
public final class Budgets {
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Purse> purses = new TreeMap<>();
  private final Map<Long, Reservation> open = new LinkedHashMap<>();
  private final List<Reservation> unreported = new ArrayList<>();
  private long lastId;

  private static final class Purse {
    private final long limit;
    private final Optional<Duration> window;
    private Instant start;
    private long spent;
    private long reserved;
    private final Map<Long, Long> leaked = new HashMap<>();

    Purse(long limit, Optional<Duration> window, Instant start) {
      this.limit = limit;
      this.window = window;
      this.start = start;
    }

    long leakedSum() {
      return leaked.values().stream().mapToLong(Long::longValue).sum();
    }

    long left() {
      return limit - spent - reserved - leakedSum();
    }

    void roll(Instant now) {
      if (window.isPresent() && !now.isBefore(start.plus(window.get()))) {
        long length = window.get().toMillis();
        long windows = Duration.between(start, now).toMillis() / length;
        start = start.plusMillis(windows * length);
        spent = 0;
        leaked.clear();
      }
    }
  }

  /** No budgets yet. */
  public Budgets(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Adds a budget; its first window begins now.
   *
   * @throws SextantException {@link ErrorCode#DUPLICATE_OBJECT}, {@link
   *     ErrorCode#INVALID_DEFINITION}
   */
  public void add(String name, long limitNanoUsd, Optional<Duration> window) {
    if (limitNanoUsd < 0 || window.map(Duration::toMillis).orElse(1L) < 1) {
      throw new SextantException(
          ErrorCode.INVALID_DEFINITION,
          "Budget \"%s\" needs a limit not below 0 and a window of at least 1 ms; got %d, %s"
              .formatted(name, limitNanoUsd, window));
    }
    lock.lock();
    try {
      if (purses.putIfAbsent(name, new Purse(limitNanoUsd, window, clock.instant())) != null) {
        throw new SextantException(
            ErrorCode.DUPLICATE_OBJECT, "Budget \"" + name + "\" exists. Choose another name.");
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts money aside on all of some budgets, or on none.
   *
   * @param names the budgets that the call weighs on
   * @param nanoUsd the most that the call may cost
   * @param holdFor how long somebody is expected to settle it
   * @return the reservation; empty where a budget does not grant it
   */
  public Optional<Reservation> reserve(Set<String> names, long nanoUsd, Duration holdFor) {
    requireAmount(nanoUsd);
    lock.lock();
    try {
      refresh();
      List<Purse> asked = names.stream().map(this::purse).toList();
      if (asked.stream().anyMatch(purse -> purse.left() < nanoUsd)) {
        return Optional.empty();
      }
      asked.forEach(purse -> purse.reserved += nanoUsd);
      Instant expiry = clock.instant().plus(holdFor);
      Reservation granted = new Reservation(++lastId, names, nanoUsd, expiry, State.HELD);
      open.put(granted.id(), granted);
      return Optional.of(granted);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A call did cost this much. What exceeds the reservation is spent all the same, as it is gone; a
   * reservation of the most that a call may cost keeps that from happening.
   *
   * @return the settled reservation
   * @throws SextantException {@link ErrorCode#INVALID_PARAMETER} where it was settled or released
   */
  public Reservation settle(long id, long actualNanoUsd) {
    requireAmount(actualNanoUsd);
    return end(id, actualNanoUsd, State.SETTLED);
  }

  /** A call did not take place and cost nothing. */
  public Reservation release(long id) {
    return end(id, 0, State.RELEASED);
  }

  private Reservation end(long id, long actual, State state) {
    lock.lock();
    try {
      refresh();
      Reservation before = open.remove(id);
      if (before == null) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "Reservation " + id + " does not exist, or was settled or released already");
      }
      for (String name : before.budgets()) {
        Purse purse = purse(name);
        if (before.state() == State.HELD) {
          purse.reserved -= before.nanoUsd();
        } else {
          purse.leaked.remove(id);
        }
        purse.spent += actual;
      }
      return before.become(state);
    } finally {
      lock.unlock();
    }
  }

  /** Marks the reservations as leaked that have expired; returns those since the last call. */
  public List<Reservation> expire() {
    lock.lock();
    try {
      refresh();
      List<Reservation> leaked = List.copyOf(unreported);
      unreported.clear();
      return leaked;
    } finally {
      lock.unlock();
    }
  }

  private void refresh() {
    Instant now = clock.instant();
    purses.values().forEach(purse -> purse.roll(now));
    for (Reservation held : List.copyOf(open.values())) {
      if (held.state() == State.HELD && !held.expiresAt().isAfter(now)) {
        for (String name : held.budgets()) {
          Purse purse = purse(name);
          purse.reserved -= held.nanoUsd();
          purse.leaked.put(held.id(), held.nanoUsd());
        }
        Reservation gone = held.become(State.LEAKED);
        open.put(gone.id(), gone);
        unreported.add(gone);
      }
    }
  }

  /** A budget as it is now. */
  public BudgetState state(String name) {
    lock.lock();
    try {
      refresh();
      Purse purse = purse(name);
      return new BudgetState(
          name,
          purse.limit,
          purse.window,
          purse.start,
          purse.spent,
          purse.reserved,
          purse.leakedSum());
    } finally {
      lock.unlock();
    }
  }

  /** The reservations that are held or leaked, in the order in which they were made. */
  public List<Reservation> reservations() {
    lock.lock();
    try {
      refresh();
      return List.copyOf(open.values());
    } finally {
      lock.unlock();
    }
  }

  private Purse purse(String name) {
    Purse purse = purses.get(name);
    if (purse == null) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "No budget is named \"" + name + "\"; there are " + purses.keySet());
    }
    return purse;
  }

  private static void requireAmount(long nanoUsd) {
    if (nanoUsd < 0) {
      throw new IllegalArgumentException("An amount is not below 0; got " + nanoUsd);
    }
  }
}
