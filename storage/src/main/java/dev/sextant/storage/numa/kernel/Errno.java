package dev.sextant.storage.numa.kernel;

import java.util.Map;

/** Numbers of errors on Linux, the same on x86-64 and on AArch64. */
public final class Errno {
  /** Not permitted. */
  public static final int EPERM = 1;

  /** No such file, page or thing. */
  public static final int ENOENT = 2;

  /** No such process or thread. */
  public static final int ESRCH = 3;

  /** Pages are not where they should be. */
  public static final int EIO = 5;

  /** No memory. */
  public static final int ENOMEM = 12;

  /** Access denied. */
  public static final int EACCES = 13;

  /** Bad address. */
  public static final int EFAULT = 14;

  /** Busy. */
  public static final int EBUSY = 16;

  /** No such node. */
  public static final int ENODEV = 19;

  /** Wrong argument. */
  public static final int EINVAL = 22;

  /** No such call. */
  public static final int ENOSYS = 38;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(EPERM, "EPERM"),
          Map.entry(ENOENT, "ENOENT"),
          Map.entry(ESRCH, "ESRCH"),
          Map.entry(4, "EINTR"),
          Map.entry(EIO, "EIO"),
          Map.entry(7, "E2BIG"),
          Map.entry(11, "EAGAIN"),
          Map.entry(ENOMEM, "ENOMEM"),
          Map.entry(EACCES, "EACCES"),
          Map.entry(EFAULT, "EFAULT"),
          Map.entry(EBUSY, "EBUSY"),
          Map.entry(17, "EEXIST"),
          Map.entry(ENODEV, "ENODEV"),
          Map.entry(EINVAL, "EINVAL"),
          Map.entry(28, "ENOSPC"),
          Map.entry(ENOSYS, "ENOSYS"),
          Map.entry(95, "EOPNOTSUPP"));

  private Errno() {}

  /** The name, or the number where it is none of those that these calls give. */
  public static String name(int errno) {
    return NAMES.getOrDefault(errno, "errno " + errno);
  }
}
