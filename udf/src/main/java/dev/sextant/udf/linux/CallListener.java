package dev.sextant.udf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sextant.udf.seccomp.CallData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Hears of the calls that a filter of another process refuses, and refuses them. A call waits until
 * it was heard of. For one thread.
 */
public final class CallListener implements AutoCloseable {
  private static final long RECEIVE = 0xC0502100L;
  private static final long SEND = 0xC0182101L;
  private static final int NOTICE_BYTES = 80;
  private static final int REPLY_BYTES = 24;
  private static final int EPERM = 1;

  private final Kernel kernel;
  private final Descriptor descriptor;

  /**
   * A call that was refused.
   *
   * @param process whose thread made it, by the thread's number
   * @param call by name
   * @param arguments six
   */
  public record Refused(int process, String call, CallData.Arguments arguments) {}

  private CallListener(Kernel kernel, Descriptor descriptor) {
    this.kernel = kernel;
    this.descriptor = descriptor;
  }

  /**
   * Takes a copy of the listener that another process got for its filter.
   *
   * @param number of the listener over there
   * @throws NativeException where the process is gone, or there is no such descriptor
   */
  public static CallListener of(Kernel kernel, int process, int number) {
    try (Descriptor other = new Descriptor(kernel, kernel.call("pidfd_open", process, 0))) {
      long copy = kernel.call("pidfd_getfd", other.number(), number, 0);
      return new CallListener(kernel, new Descriptor(kernel, copy));
    }
  }

  /** What to wait on until there is a call; readable, or at its end when the process is gone. */
  Descriptor descriptor() {
    return descriptor;
  }

  /** Refuses the call that waits, with EPERM; empty if there is none any more. */
  public Optional<Refused> refuse() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment notice = arena.allocate(NOTICE_BYTES, 8);
      if (kernel.tryCall("ioctl", descriptor.number(), RECEIVE, notice.address()) < 0) {
        return Optional.empty();
      }
      MemorySegment reply = arena.allocate(REPLY_BYTES, 8);
      reply.set(JAVA_LONG, 0, notice.get(JAVA_LONG, 0));
      reply.set(JAVA_INT, 16, -EPERM);
      // A process that was ended meanwhile does not wait for the answer.
      long ignored = kernel.tryCall("ioctl", descriptor.number(), SEND, reply.address());
      long[] arguments = new long[6];
      for (int index = 0; index < 6 && ignored <= 0; index++) {
        arguments[index] = notice.get(JAVA_LONG, 32 + 8L * index);
      }
      return Optional.of(
          new Refused(
              notice.get(JAVA_INT, 8),
              kernel.architecture().callName(notice.get(JAVA_INT, 16)),
              new CallData.Arguments(arguments)));
    }
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
