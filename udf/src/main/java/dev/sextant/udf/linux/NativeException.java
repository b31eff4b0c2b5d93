package dev.sextant.udf.linux;

import java.util.Map;

/** A call to the kernel that failed. */
public final class NativeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The call does not exist. */
  public static final int ENOSYS = 38;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "EPERM"),
          Map.entry(2, "ENOENT"),
          Map.entry(3, "ESRCH"),
          Map.entry(4, "EINTR"),
          Map.entry(5, "EIO"),
          Map.entry(9, "EBADF"),
          Map.entry(11, "EAGAIN"),
          Map.entry(12, "ENOMEM"),
          Map.entry(13, "EACCES"),
          Map.entry(14, "EFAULT"),
          Map.entry(16, "EBUSY"),
          Map.entry(17, "EEXIST"),
          Map.entry(20, "ENOTDIR"),
          Map.entry(22, "EINVAL"),
          Map.entry(24, "EMFILE"),
          Map.entry(32, "EPIPE"),
          Map.entry(38, "ENOSYS"),
          Map.entry(40, "ELOOP"),
          Map.entry(92, "ENOPROTOOPT"),
          Map.entry(93, "EPROTONOSUPPORT"),
          Map.entry(95, "EOPNOTSUPP"),
          Map.entry(97, "EAFNOSUPPORT"));

  private final int errno;

  /** A call and its error number. */
  public NativeException(String call, int errno) {
    super(call + " failed with " + name(errno));
    this.errno = errno;
  }

  /** The error number. */
  public int errno() {
    return errno;
  }

  /** An error number as people know it. */
  public static String name(int errno) {
    return NAMES.getOrDefault(errno, "error " + errno);
  }
}
