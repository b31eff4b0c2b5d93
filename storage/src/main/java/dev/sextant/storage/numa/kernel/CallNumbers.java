package dev.sextant.storage.numa.kernel;

import java.util.Locale;
import java.util.Optional;

/**
 * Numbers of system calls: of x86-64 from the kernel's arch/x86/entry/syscalls/syscall_64.tbl, of
 * AArch64 from include/uapi/asm-generic/unistd.h.
 */
record CallNumbers(
    long getcpu,
    long getAffinity,
    long setAffinity,
    long mbind,
    long setPolicy,
    long getPolicy,
    long movePages,
    long mmap,
    long munmap,
    long madvise,
    long gettid,
    long getPriority,
    long setPriority) {
  static final CallNumbers X86_64 =
      new CallNumbers(309, 204, 203, 237, 238, 239, 279, 9, 11, 28, 186, 140, 141);

  static final CallNumbers AARCH64 =
      new CallNumbers(168, 123, 122, 235, 237, 236, 239, 222, 215, 233, 178, 141, 140);

  /** Those of a processor by its name in {@code os.arch}. */
  static Optional<CallNumbers> of(String architecture) {
    return switch (architecture.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> Optional.of(X86_64);
      case "aarch64", "arm64" -> Optional.of(AARCH64);
      default -> Optional.empty();
    };
  }
}
