package dev.sextant.udf;

import java.util.Locale;

/**
 * What becomes of a system call.
 *
 * @param kind what the kernel does
 * @param errno what the caller gets to see for {@link Kind#ERRNO}; 0 for all else
 */
public record CallAction(Kind kind, int errno) {
  /** What the kernel does, from what lets most through to what lets least. */
  public enum Kind {
    /** It makes the call. */
    ALLOW,
    /** It asks who listens, who answers with an error; without a listener the call fails. */
    NOTIFY,
    /** It returns an error. */
    ERRNO,
    /** It ends the process. */
    KILL
  }

  /** The call is made. */
  public static final CallAction ALLOW = new CallAction(Kind.ALLOW, 0);

  /** The call is reported and refused. */
  public static final CallAction NOTIFY = new CallAction(Kind.NOTIFY, 0);

  /** The call is not permitted. */
  public static final CallAction EPERM = new CallAction(Kind.ERRNO, 1);

  /** The call does not exist, so that libraries use an older one. */
  public static final CallAction ENOSYS = new CallAction(Kind.ERRNO, 38);

  /** The process ends. */
  public static final CallAction KILL = new CallAction(Kind.KILL, 0);

  /** An action with an error number where there is one, from 1 to 4095. */
  public CallAction {
    if (kind == Kind.ERRNO ? errno < 1 || errno > 4095 : errno != 0) {
      throw new IllegalArgumentException("No error number for " + kind + ": " + errno);
    }
  }

  /** Whether this lets through no more than the other. */
  public boolean isWithin(CallAction other) {
    return kind != Kind.ALLOW || other.kind == Kind.ALLOW;
  }

  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.ERRNO ? name + " " + errno : name;
  }
}
