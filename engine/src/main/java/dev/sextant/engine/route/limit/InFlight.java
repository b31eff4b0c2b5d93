package dev.sextant.engine.route.limit;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** How many calls a target has under way, and how many it may have. */
public final class InFlight {
  private final int most;
  private final AtomicInteger current = new AtomicInteger();

  /** No call under way, of at least one that may be. */
  public InFlight(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("A target takes at least 1 call; got " + most);
    }
    this.most = most;
  }

  /** A call under way; closing it ends it, once. */
  public final class Call implements AutoCloseable {
    private final AtomicBoolean open = new AtomicBoolean(true);

    private Call() {}

    @Override
    public void close() {
      if (open.getAndSet(false)) {
        current.decrementAndGet();
      }
    }
  }

  /** Starts a call unless as many are under way as may be. */
  public Optional<Call> tryEnter() {
    int before = current.getAndUpdate(count -> count < most ? count + 1 : count);
    return before < most ? Optional.of(new Call()) : Optional.empty();
  }

  /** Calls under way now. */
  public int count() {
    return current.get();
  }

  /** Calls that may be under way. */
  public int most() {
    return most;
  }
}
