package dev.sextant.udf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * A process that this one started, and the pipes to it, which are for one thread at a time; any may
 * end it. Closing it ends it and waits for that, so that nothing of it is left.
 */
public final class ChildProcess implements Peer {
  private static final int SIGKILL = 9;
  private static final int WNOHANG = 1;
  private static final int EINTR = 4;

  private final Kernel kernel;
  private final int number;
  private final Descriptor input;
  private final Descriptor output;
  private OptionalInt exit = OptionalInt.empty();

  ChildProcess(Kernel kernel, int number, Descriptor input, Descriptor output) {
    this.kernel = kernel;
    this.number = number;
    this.input = input;
    this.output = output;
  }

  /** A resource that a process has a limit of: RLIMIT. */
  public enum Resource {
    /** Seconds of processor time. */
    CPU(0),
    /** Bytes of a file. */
    FILE_SIZE(1),
    /** Bytes of a memory image after a crash. */
    CORE(4),
    /** Open files. */
    FILES(7),
    /** Bytes of memory locked. */
    LOCKED(8),
    /** Bytes of addresses. */
    ADDRESSES(9),
    /** Bytes in message queues. */
    QUEUES(12);

    private final int number;

    Resource(int number) {
      this.number = number;
    }
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public Descriptor input() {
    return input;
  }

  @Override
  public Descriptor output() {
    return output;
  }

  /** Sets a limit that it cannot raise. */
  public void limit(Resource resource, long most) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocate(16, 8);
      limit.set(JAVA_LONG, 0, most);
      limit.set(JAVA_LONG, 8, most);
      kernel.call("prlimit64", number, resource.number, limit.address(), 0);
    }
  }

  @Override
  public synchronized void kill() {
    if (poll().isEmpty()) {
      kernel.tryCall("kill", number, SIGKILL);
    }
  }

  /** How it ended: its exit status, or 128 and the signal's number; empty while it runs. */
  public synchronized OptionalInt poll() {
    return collect(WNOHANG);
  }

  @Override
  public synchronized int await() {
    return collect(0).orElseThrow();
  }

  private OptionalInt collect(int options) {
    if (exit.isPresent()) {
      return exit;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(4, 4);
      long ended;
      do {
        ended = kernel.tryCall("wait4", number, status.address(), options, 0);
      } while (ended == -EINTR);
      if (ended == number) {
        int word = status.get(JAVA_INT, 0);
        int signal = word & 0x7f;
        exit = OptionalInt.of(signal == 0 ? word >> 8 & 0xff : 128 + signal);
      } else if (ended < 0) {
        // The host took the status away, as a process does that waits for any child.
        exit = OptionalInt.of(255);
      }
      return exit;
    }
  }

  @Override
  public synchronized void close() {
    kill();
    input.close();
    output.close();
    collect(0);
  }
}
