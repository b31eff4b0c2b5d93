package dev.sextant.udf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** A thread that refuses the calls of many processes and tells of them. */
public final class CallWatch implements AutoCloseable {
  /** So many calls of one process are told of; the rest is refused in silence. */
  private static final int TOLD = 1000;

  private static final int POLL_BYTES = 8;
  private static final int SIGNAL_SET_BYTES = 8;

  private final Kernel kernel;
  private final Descriptor[] wake;
  private final Thread thread;
  private final List<Watched> added = new ArrayList<>();
  private boolean closed;

  private static final class Watched {
    private final CallListener listener;
    private final Consumer<CallListener.Refused> told;
    private int count;

    Watched(CallListener listener, Consumer<CallListener.Refused> told) {
      this.listener = listener;
      this.told = told;
    }
  }

  /** Starts the thread. */
  public CallWatch(Kernel kernel) {
    this.kernel = kernel;
    this.wake = Descriptor.pipe(kernel);
    wake[0].stopWaiting();
    this.thread = Thread.ofPlatform().name("sextant-call-watch").daemon().start(this::watch);
  }

  /** Takes over a listener, until its process ends. */
  public synchronized void add(CallListener listener, Consumer<CallListener.Refused> told) {
    if (closed) {
      listener.close();
    } else {
      added.add(new Watched(listener, told));
      awake();
    }
  }

  private void awake() {
    try (Arena arena = Arena.ofConfined()) {
      int count = wake[1].write(arena.allocate(1));
      if (count != 1) {
        throw new NativeException("write", 0);
      }
    }
  }

  private void watch() {
    List<Watched> watched = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment drain = arena.allocate(64);
      while (take(watched)) {
        short[] events = await(watched);
        int woken = events[0] == 0 ? 0 : wake[0].read(drain);
        while (woken > 0) {
          woken = wake[0].read(drain);
        }
        int index = 1;
        for (Iterator<Watched> each = watched.iterator(); each.hasNext(); index++) {
          Watched one = each.next();
          if ((events[index] & Descriptor.READABLE) != 0) {
            refuse(one);
          } else if (events[index] != 0) {
            one.listener.close();
            each.remove();
          }
        }
      }
    } finally {
      watched.forEach(one -> one.listener.close());
    }
  }

  private static void refuse(Watched one) {
    one.listener
        .refuse()
        .filter(call -> one.count++ < TOLD)
        .ifPresent(call -> one.told.accept(call));
  }

  /** Takes what was added; false once closed. */
  private synchronized boolean take(List<Watched> watched) {
    watched.addAll(added);
    added.clear();
    return !closed;
  }

  /** Waits for whatever comes; gives what there is, first for the wake-up. */
  private short[] await(List<Watched> watched) {
    int count = watched.size() + 1;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment requests = arena.allocate((long) count * POLL_BYTES, 8);
      for (int index = 0; index < count; index++) {
        Descriptor each = index == 0 ? wake[0] : watched.get(index - 1).listener.descriptor();
        requests.set(JAVA_INT, (long) index * POLL_BYTES, each.number());
        requests.set(JAVA_SHORT, (long) index * POLL_BYTES + 4, Descriptor.READABLE);
      }
      kernel.tryCall("ppoll", requests.address(), count, 0, 0, SIGNAL_SET_BYTES);
      short[] events = new short[count];
      for (int index = 0; index < count; index++) {
        events[index] = requests.get(JAVA_SHORT, (long) index * POLL_BYTES + 6);
      }
      return events;
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      awake();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    wake[0].close();
    wake[1].close();
    added.forEach(one -> one.listener.close());
  }
}
