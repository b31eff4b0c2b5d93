package dev.sextant.udf.wasm;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts threads whose call takes too long, by one thread of its own that starts with the first
 * watch and sleeps until the nearest deadline.
 */
final class Deadlines implements AutoCloseable {
  /*
   * A watch is one atomic number: 0 while no call runs, the deadline while one runs, FIRING while
   * the timer interrupts the thread, FIRED afterwards. Only the timer goes from a deadline to
   * FIRING, only the caller back to 0, and the caller waits for FIRED before it clears the flag: an
   * interrupt of the timer never outlives the call that it is for. A thread that somebody else has
   * interrupted is left alone: its call ends by that interrupt, whose flag stays. A deadline is the
   * time since this object was made, so that it is never 0 and never negative.
   *
   * The timer announces in "wake" until when it sleeps before it sleeps, and looks at all deadlines
   * between. A caller stores its deadline, then reads "wake": one of the two sees the other.
   */
  private static final long IDLE = 0;
  private static final long FIRING = -1;
  private static final long FIRED = -2;

  /** How a call ended, as far as its deadline goes. */
  enum End {
    /** Nobody stopped it. */
    UNDISTURBED,
    /** It was stopped for taking too long. */
    LATE,
    /** It was stopped because the runtime closes. */
    CLOSED
  }

  private final LongSupplier nanos;
  private final long origin;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final AtomicLong wake = new AtomicLong(Long.MAX_VALUE);
  private volatile boolean closed;
  private @Nullable Thread timer;

  /** Deadlines by a clock that counts nanoseconds. */
  Deadlines(LongSupplier nanos) {
    this.nanos = nanos;
    this.origin = nanos.getAsLong();
  }

  private long now() {
    return nanos.getAsLong() - origin + 1;
  }

  /** The nanoseconds of a duration; the largest number for those beyond 292 years. */
  private static long nanos(Duration duration) {
    boolean fits = duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0;
    return fits ? duration.toNanos() : Long.MAX_VALUE;
  }

  /** A watch for the calls of one function on one thread at a time. */
  synchronized Watch open() {
    if (closed) {
      throw new IllegalStateException("The runtime is closed.");
    }
    if (timer == null) {
      timer = Thread.ofPlatform().daemon().name("sextant-udf-deadlines").start(this::run);
    }
    Watch watch = new Watch(timer);
    watches.add(watch);
    return watch;
  }

  private void run() {
    while (!closed) {
      wake.set(Long.MAX_VALUE);
      long nearest = Long.MAX_VALUE;
      long now = now();
      for (Watch watch : watches) {
        nearest = Math.min(nearest, watch.check(now));
      }
      wake.set(nearest);
      if (nearest == Long.MAX_VALUE) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, Math.max(1, nearest - now));
      }
    }
  }

  @Override
  public void close() {
    Thread ending;
    synchronized (this) {
      closed = true;
      ending = timer;
      timer = null;
    }
    if (ending != null) {
      LockSupport.unpark(ending);
      boolean interrupted = false;
      while (ending.isAlive()) {
        try {
          ending.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    for (Watch watch : watches) {
      watch.fire();
    }
  }

  /** The deadline of the call that runs now, if one does. */
  final class Watch implements AutoCloseable {
    private final AtomicLong state = new AtomicLong(IDLE);
    private final Thread alarm;
    private @Nullable Thread caller;

    private Watch(Thread alarm) {
      this.alarm = alarm;
    }

    /** Says that a call begins on this thread, which may take so long. */
    void begin(Duration limit) {
      if (closed) {
        throw new IllegalStateException("The runtime is closed.");
      }
      caller = Thread.currentThread();
      long start = now();
      long deadline = start + Math.min(nanos(limit), Long.MAX_VALUE - start - 1);
      state.set(deadline);
      if (closed) {
        end();
        throw new IllegalStateException("The runtime is closed.");
      }
      if (deadline < wake.get()) {
        LockSupport.unpark(alarm);
      }
    }

    /** Says that the call is over, and tells whether it was interrupted from here. */
    End end() {
      while (true) {
        long seen = state.get();
        if (seen > IDLE && state.compareAndSet(seen, IDLE)) {
          return End.UNDISTURBED;
        }
        if (seen == FIRED) {
          Thread.interrupted();
          state.set(IDLE);
          return closed ? End.CLOSED : End.LATE;
        }
        Thread.onSpinWait();
      }
    }

    /** Interrupts the call if it is late; the deadline it has otherwise. */
    private long check(long now) {
      long deadline = state.get();
      if (deadline <= IDLE) {
        return Long.MAX_VALUE;
      }
      if (deadline > now) {
        return deadline;
      }
      interrupt(deadline);
      return Long.MAX_VALUE;
    }

    private void fire() {
      long deadline = state.get();
      if (deadline > IDLE) {
        interrupt(deadline);
      }
    }

    private void interrupt(long deadline) {
      Thread running = caller;
      if (running != null && state.compareAndSet(deadline, FIRING)) {
        if (running.isInterrupted()) {
          state.set(deadline);
        } else {
          running.interrupt();
          state.set(FIRED);
        }
      }
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }
}
