package dev.sextant.udf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An open file descriptor, and who closes it. Calls do not wait but for {@link #await}. */
public final class Descriptor implements AutoCloseable {
  /** What can be read. */
  public static final short READABLE = 1;

  /** What can be written. */
  public static final short WRITABLE = 4;

  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int F_SETFL = 4;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;

  private final Kernel kernel;
  private final int number;
  private boolean closed;

  /** Takes over a descriptor. */
  public Descriptor(Kernel kernel, long number) {
    this.kernel = kernel;
    this.number = (int) number;
  }

  /** Two ends of a pipe: what is written to the second can be read from the first. */
  public static Descriptor[] pipe(Kernel kernel) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(8, 4);
      kernel.call("pipe2", ends.address(), O_CLOEXEC);
      return new Descriptor[] {
        new Descriptor(kernel, ends.getAtIndex(JAVA_INT, 0)),
        new Descriptor(kernel, ends.getAtIndex(JAVA_INT, 1))
      };
    }
  }

  /** Opens a file. */
  static Descriptor open(Kernel kernel, String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path);
      int atWorkingDirectory = -100;
      return new Descriptor(
          kernel, kernel.call("openat", atWorkingDirectory, name.address(), flags | O_CLOEXEC, 0));
    }
  }

  /** The number; only while it is open. */
  public int number() {
    if (closed) {
      throw new IllegalStateException("The descriptor is closed.");
    }
    return number;
  }

  /** Makes reads and writes return instead of waiting. */
  public void stopWaiting() {
    kernel.call("fcntl", number(), F_SETFL, O_NONBLOCK);
  }

  /**
   * Waits until something can be read or written, or the other side is gone.
   *
   * @param millis how long at most
   * @return whether that is so
   */
  public boolean await(short events, int millis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(8, 4);
      request.set(JAVA_INT, 0, number());
      request.set(JAVA_SHORT, 4, events);
      MemorySegment time = arena.allocate(16, 8);
      time.set(JAVA_LONG, 0, millis / 1000);
      time.set(JAVA_LONG, 8, millis % 1000 * 1_000_000L);
      long ready = kernel.tryCall("ppoll", request.address(), 1, time.address(), 0, 8);
      if (ready < 0 && ready != -EINTR) {
        throw new NativeException("ppoll", (int) -ready);
      }
      return ready > 0;
    }
  }

  /**
   * Reads what is there.
   *
   * @return how many bytes, 0 for nothing yet, -1 for the end
   */
  public int read(MemorySegment target) {
    long count = kernel.tryCall("read", number(), target.address(), target.byteSize());
    if (count == -EAGAIN || count == -EINTR) {
      return 0;
    }
    if (count < 0) {
      throw new NativeException("read", (int) -count);
    }
    return count == 0 ? -1 : (int) count;
  }

  /**
   * Writes what there is room for.
   *
   * @return how many bytes
   */
  public int write(MemorySegment source) {
    long count = kernel.tryCall("write", number(), source.address(), source.byteSize());
    if (count == -EAGAIN || count == -EINTR) {
      return 0;
    }
    if (count < 0) {
      throw new NativeException("write", (int) -count);
    }
    return (int) count;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      kernel.tryCall("close", number);
    }
  }
}
