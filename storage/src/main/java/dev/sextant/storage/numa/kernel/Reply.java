package dev.sextant.storage.numa.kernel;

/**
 * What a system call gave back.
 *
 * @param value what it returned; without meaning where it failed
 * @param errno 0 where it worked
 */
public record Reply(long value, int errno) {
  /** It worked. */
  public static Reply of(long value) {
    return new Reply(value, 0);
  }

  /** It failed. */
  public static Reply failed(int errno) {
    return new Reply(-1, errno);
  }

  /** Whether it worked. */
  public boolean ok() {
    return errno == 0;
  }

  /** The name of the error, such as {@code EPERM}; empty where it worked. */
  public String error() {
    return errno == 0 ? "" : Errno.name(errno);
  }
}
