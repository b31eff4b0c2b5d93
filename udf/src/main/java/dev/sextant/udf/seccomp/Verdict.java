package dev.sextant.udf.seccomp;

import dev.sextant.udf.CallAction;

/** What a filter returns to the kernel: SECCOMP_RET. */
final class Verdict {
  static final int KILL_PROCESS = 0x80000000;
  static final int ERRNO = 0x00050000;
  static final int NOTIFY = 0x7fc00000;
  static final int ALLOW = 0x7fff0000;

  private Verdict() {}

  static int of(CallAction action) {
    return switch (action.kind()) {
      case ALLOW -> ALLOW;
      case NOTIFY -> NOTIFY;
      case ERRNO -> ERRNO | action.errno();
      case KILL -> KILL_PROCESS;
    };
  }

  static String text(int verdict) {
    return switch (verdict) {
      case ALLOW -> "allow";
      case NOTIFY -> "notify";
      case KILL_PROCESS -> "kill";
      default -> "errno " + (verdict & 0xffff);
    };
  }
}
