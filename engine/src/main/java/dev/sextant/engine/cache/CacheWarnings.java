package dev.sextant.engine.cache;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What went wrong with an embedding cache, none of it worth an error: the last of it, for {@code
 * sextant.cache_warnings}, and what no statement has told its user yet. Safe for use by many
 * threads.
 */
public final class CacheWarnings {
  /** Older ones are forgotten. */
  public static final int MAX_KEPT = 100;

  private final InstantSource clock;
  private final Deque<Warning> kept = new ArrayDeque<>();
  private final Deque<String> untold = new ArrayDeque<>();

  /**
   * A warning.
   *
   * @param atMillis when it came last, milliseconds since 1970
   * @param count how often it came in a row
   * @param message a sentence for people
   */
  public record Warning(long atMillis, long count, String message) {}

  CacheWarnings(InstantSource clock) {
    this.clock = clock;
  }

  /** Adds one. */
  synchronized void add(String message) {
    long count = 1;
    Warning last = kept.peekLast();
    if (last != null && last.message().equals(message)) {
      count += last.count();
      kept.removeLast();
    }
    kept.addLast(new Warning(clock.millis(), count, message));
    if (!untold.contains(message)) {
      untold.addLast(message);
    }
    if (kept.size() > MAX_KEPT) {
      kept.removeFirst();
    }
    if (untold.size() > MAX_KEPT) {
      untold.removeFirst();
    }
  }

  /** The last ones, oldest first. */
  public synchronized List<Warning> last() {
    return List.copyOf(kept);
  }

  /** Those that no call of this gave before. */
  public synchronized List<String> takeUntold() {
    List<String> taken = new ArrayList<>(untold);
    untold.clear();
    return taken;
  }
}
