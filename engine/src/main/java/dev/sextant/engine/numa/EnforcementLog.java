package dev.sextant.engine.numa;

import dev.sextant.storage.numa.Enforcement;
import dev.sextant.storage.numa.Evidence;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The placements and pins that were tried last, {@link #KEPT} of them. Safe for many threads. */
public final class EnforcementLog {
  /** Attempts that are remembered. */
  public static final int KEPT = 1_000;

  private final InstantSource clock;
  private final Deque<Attempt> attempts = new ArrayDeque<>();
  private long count;

  /**
   * Something that was tried.
   *
   * @param number counts all attempts, from 1
   * @param millis when, since 1970
   * @param what such as {@code region r} or {@code session}
   * @param wanted a placement or CPUs, as SQL writes them
   * @param enforcement whether less than that is an error
   * @param evidence what came of it
   */
  public record Attempt(
      long number,
      long millis,
      String what,
      String wanted,
      Enforcement enforcement,
      Evidence evidence) {

    /** Whether the statement failed for it. */
    public boolean refused() {
      return enforcement == Enforcement.STRICT && !evidence.holds();
    }
  }

  EnforcementLog(InstantSource clock) {
    this.clock = clock;
  }

  /** Adds an attempt, in place of the oldest where there are {@link #KEPT}. */
  synchronized void add(String what, String wanted, Enforcement enforcement, Evidence evidence) {
    if (attempts.size() == KEPT) {
      attempts.removeFirst();
    }
    count++;
    attempts.addLast(new Attempt(count, clock.millis(), what, wanted, enforcement, evidence));
  }

  /** Those remembered, the oldest first. */
  public synchronized List<Attempt> attempts() {
    return List.copyOf(attempts);
  }
}
